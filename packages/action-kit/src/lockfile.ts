// Lock files: which there are, the tool that each belongs to, and a digest that is recorded with the Ref so that it can
// be found and invalidated by it.

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";

/** Each of these has lock files, and tells its version. */
export type Tool = "node" | "python" | "go" | "rustc" | "ruby" | "php" | "java" | "elixir" | "swift";

export interface Lockfile {
  /** Absolute. */
  readonly path: string;
  /** Undefined for a file that was named, and whose name is not known. */
  readonly tool: Tool | undefined;
}

const NAMES: Readonly<Record<Tool, RegExp>> = {
  node: /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock)$/,
  python: /^(requirements.*\.txt|poetry\.lock|uv\.lock|Pipfile\.lock)$/,
  go: /^go\.sum$/,
  rustc: /^Cargo\.lock$/,
  ruby: /^Gemfile\.lock$/,
  php: /^composer\.lock$/,
  java: /^gradle\.lockfile$/,
  elixir: /^mix\.lock$/,
  swift: /^Package\.resolved$/,
};
/** In the order in which `toolchain: auto` prefers them. */
export const TOOLS: readonly Tool[] = Object.keys(NAMES) as Tool[];

/**
 * @param lockfile a path, absolute or below the workspace, or `auto`: those of the workspace's own folder.
 * @returns those that are there, in the order of their names.
 */
export async function findLockfiles(lockfile: string, workspace: string): Promise<Lockfile[]> {
  const names = lockfile === "auto" ? (await readdir(workspace)).filter((name) => toolOf(name)) : [lockfile];
  const found: Lockfile[] = [];
  for (const name of names.sort()) {
    const path = resolve(workspace, name);
    if (await isFile(path)) found.push({ path, tool: toolOf(basename(name)) });
  }
  return found;
}

/** @returns `sha256:…` of the file; of several, of their digests in the given order. Undefined: there is none. */
export async function hashLockfiles(lockfiles: readonly Lockfile[]): Promise<string | undefined> {
  const digests: string[] = [];
  for (const { path } of lockfiles) digests.push(digestOf(await readFile(path)));
  return digests.length <= 1 ? digests[0] : digestOf(digests.join("\n"));
}

function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function toolOf(name: string): Tool | undefined {
  return TOOLS.find((tool) => NAMES[tool].test(name));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}
