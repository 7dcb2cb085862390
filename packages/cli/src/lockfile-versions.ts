// Which lock file a digest in a key is: that of the working tree, or of a commit. Git's own history is asked, newest
// first and within bounds; whatever it can't tell (no git, a shallow clone) is just not found.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isLockfile } from "@cairn/core";

export interface LockfileVersion {
  /** Relative to the top of the repository. */
  readonly path: string;
  /** Undefined: that of the working tree. */
  readonly commit?: { readonly id: string; readonly date: string; readonly subject: string };
}

export type FindLockfileVersions = (
  cwd: string,
  digits: readonly string[],
) => Promise<ReadonlyMap<string, LockfileVersion>>;

/** Of a commit; --no-abbrev, which whole names of blobs need, prints all. */
const ID_DIGITS = 12;
const TIMEOUT_MS = 10_000;
/** Commits that changed a lock file: years of most repositories. */
const COMMITS_MAX = 300;
/** Read by one process at once: lock files can have some megabytes. */
const BLOBS_AT_ONCE = 20;
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;

export const findLockfileVersions: FindLockfileVersions = async (cwd, digits) => {
  const found = new Map<string, LockfileVersion>();
  const top = (await git(cwd, ["rev-parse", "--show-toplevel"]))?.toString("utf8").trimEnd();
  const paths = top === undefined ? [] : await trackedLockfiles(top);
  const note = (content: Buffer, version: LockfileVersion): void => {
    const digest = createHash("sha256").update(content).digest("hex");
    const match = digits.find((each) => digest.startsWith(each));
    if (match !== undefined && !found.has(match)) found.set(match, version);
  };
  for (const path of paths) {
    const content = await readFile(join(top!, path)).catch(() => undefined);
    if (content) note(content, { path });
  }
  const versions = paths.length === 0 ? [] : await committedVersions(top!, paths);
  for (let at = 0; at < versions.length && found.size < digits.length; at += BLOBS_AT_ONCE) {
    const group = versions.slice(at, at + BLOBS_AT_ONCE);
    const contents = await readBlobs(
      top!,
      group.map(({ blob }) => blob),
    );
    for (const [index, content] of contents.entries()) note(content, group[index]!);
  }
  return found;
};

async function trackedLockfiles(top: string): Promise<string[]> {
  const names = (await git(top, ["ls-files", "-z"]))?.toString("utf8").split("\0") ?? [];
  return names.filter((path) => isLockfile(path.slice(path.lastIndexOf("/") + 1)));
}

interface CommittedVersion extends LockfileVersion {
  readonly blob: string;
}

/** Newest first; of each content the newest commit that brought it. */
async function committedVersions(top: string, paths: readonly string[]): Promise<CommittedVersion[]> {
  const format = "--format=%x01%h%x09%cs%x09%s";
  const flags = ["--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM", "-z"];
  const log = await git(top, [
    "log",
    "--all",
    `--max-count=${COMMITS_MAX}`,
    format,
    ...flags,
    "--",
    ...paths,
  ]);
  const versions = new Map<string, CommittedVersion>();
  for (const entry of log?.toString("utf8").split("\u0001") ?? []) {
    const [head = "", ...fields] = entry.split("\0");
    const [id = "", date = "", subject = ""] = head.split("\t");
    for (let at = 0; at + 1 < fields.length; at += 1) {
      const blob = /^\n?:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]$/.exec(fields[at]!)?.[1];
      const path = fields[at + 1]!;
      if (blob && !versions.has(blob)) {
        versions.set(blob, { blob, path, commit: { id: id.slice(0, ID_DIGITS), date, subject } });
      }
    }
  }
  return [...versions.values()];
}

/** @returns contents in the same order; none where git does not have them all. */
async function readBlobs(top: string, blobs: readonly string[]): Promise<Buffer[]> {
  const output = await git(top, ["cat-file", "--batch"], blobs.map((blob) => `${blob}\n`).join(""));
  const contents: Buffer[] = [];
  let rest = output ?? Buffer.alloc(0);
  while (rest.length > 0) {
    const end = rest.indexOf("\n");
    const size = Number(/ blob (\d+)$/.exec(rest.subarray(0, end).toString("latin1"))?.[1] ?? Number.NaN);
    // A partial clone lacks it.
    if (Number.isNaN(size)) return [];
    contents.push(rest.subarray(end + 1, end + 1 + size));
    rest = rest.subarray(end + 1 + size + 1);
  }
  return contents;
}

function git(cwd: string, args: readonly string[], input = ""): Promise<Buffer | undefined> {
  const options = { cwd, timeout: TIMEOUT_MS, windowsHide: true, maxBuffer: OUTPUT_MAX_BYTES };
  return new Promise((resolve) => {
    const child = execFile("git", args, { ...options, encoding: "buffer" }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
    // Git may be gone before it has read its input.
    child.stdin?.on("error", () => {}).end(input);
  });
}
