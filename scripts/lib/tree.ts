/**
 * What is on a disk, independent of the product: every path of a folder with its bytes, mode, times and links, and
 * how two such descriptions differ. No import of ours, so that a workflow can run it with any Node that strips types.
 */
import { createHash } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { join } from "node:path";

export interface TreeEntry {
  /** Relative to the folder, `/`-separated; "." is the folder itself. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** Octal permission bits; a symbolic link has none. */
  readonly mode?: string;
  /** Microseconds since the epoch. */
  readonly mtimeUs?: string;
  readonly size?: number;
  readonly sha256?: string;
  /** Text of a symbolic link. */
  readonly target?: string;
  /** The first path of the file that this path is another name of. */
  readonly sameFileAs?: string;
}

export interface DescribeOptions {
  /** Paths that are left out, with all below them. */
  readonly without?: readonly string[];
}

/** All entries, sorted by path. @throws where there is a device, a socket or a pipe. */
export function describeTree(folder: string, { without = [] }: DescribeOptions = {}): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const firstPaths = new Map<string, string>();
  const visit = (path: string): void => {
    if (without.includes(path)) return;
    const absolute = join(folder, path);
    const stat = lstatSync(absolute, { bigint: true });
    entries.push(describeEntry(absolute, path, stat, firstPaths));
    if (!stat.isDirectory()) return;
    for (const name of readdirSync(absolute).sort()) visit(path === "." ? name : `${path}/${name}`);
  };
  visit(".");
  return entries;
}

/** One line for each difference; none where the trees are the same. */
export function compareTrees(expected: readonly TreeEntry[], actual: readonly TreeEntry[]): string[] {
  const found = new Map(actual.map((entry) => [entry.path, entry]));
  const differences: string[] = [];
  for (const entry of expected) {
    const other = found.get(entry.path);
    found.delete(entry.path);
    if (other === undefined) differences.push(`${entry.path}: missing`);
    else differences.push(...compareEntries(entry, other));
  }
  for (const path of found.keys()) differences.push(`${path}: not expected`);
  return differences;
}

const FIELDS = ["kind", "mode", "size", "sha256", "target", "sameFileAs", "mtimeUs"] as const;

function compareEntries(expected: TreeEntry, actual: TreeEntry): string[] {
  return FIELDS.filter((field) => expected[field] !== actual[field]).map(
    (field) =>
      `${expected.path}: ${field} is ${actual[field] ?? "none"}, expected ${expected[field] ?? "none"}`,
  );
}

function describeEntry(
  absolute: string,
  path: string,
  stat: BigIntStats,
  firstPaths: Map<string, string>,
): TreeEntry {
  const mtimeUs = String(stat.mtimeNs / 1000n);
  if (stat.isSymbolicLink()) return { path, kind: "symlink", mtimeUs, target: readlinkSync(absolute) };
  const mode = (stat.mode & 0o7777n).toString(8);
  if (stat.isDirectory()) return { path, kind: "directory", mode, mtimeUs };
  if (!stat.isFile()) throw new Error(`${absolute} is neither a file, a folder nor a symbolic link`);
  const size = Number(stat.size);
  const common = { path, kind: "file", mode, mtimeUs, size, sha256: digestOf(absolute) } as const;
  if (stat.nlink === 1n) return common;
  const inode = `${stat.dev}:${stat.ino}`;
  const first = firstPaths.get(inode);
  if (first === undefined) firstPaths.set(inode, path);
  return first === undefined ? common : { ...common, sameFileAs: first };
}

function digestOf(file: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  const fd = openSync(file, "r");
  try {
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}
