// The input `lockfile`: a digest of the lock file, recorded with the Ref so that it can be found and invalidated by it.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";

const KNOWN =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|requirements.*\.txt|poetry\.lock|uv\.lock|Pipfile\.lock|go\.sum|Cargo\.lock|Gemfile\.lock|composer\.lock|gradle\.lockfile|mix\.lock|Package\.resolved)$/;

/**
 * @param lockfile a path, absolute or below the workspace, or `auto`: those of the workspace's own folder.
 * @returns `sha256:…` of the file; of several, of their digests in the order of their names. Undefined: there is none.
 */
export async function hashLockfile(lockfile: string, workspace: string): Promise<string | undefined> {
  const names =
    lockfile === "auto" ? (await readdir(workspace)).filter((name) => KNOWN.test(name)) : [lockfile];
  const digests: string[] = [];
  for (const name of names.sort()) {
    const bytes = await read(resolve(workspace, name));
    if (bytes) digests.push(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  }
  if (digests.length <= 1) return digests[0];
  return `sha256:${createHash("sha256").update(digests.join("\n")).digest("hex")}`;
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
