// Trees on the disk: made from a description, and described again to the last bit that a restore has to bring back.

import { hash } from "node:crypto";
import {
  type BigIntStats,
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

export interface NodeTimes {
  readonly mode?: number;
  /** Seconds since the epoch, with a fraction; rounded to a microsecond. */
  readonly mtime?: number;
}

export type NodeSpec =
  | ({ readonly kind: "file"; readonly bytes: Uint8Array | string } & NodeTimes)
  | ({ readonly kind: "directory" } & NodeTimes)
  | { readonly kind: "symlink"; readonly target: string; readonly mtime?: number }
  /** `target`: another path of the same description. */
  | { readonly kind: "hardlink"; readonly target: string };

/** By path, `/`-separated; folders that only lead to others need not be named. "" is the folder itself. */
export type TreeSpec = Readonly<Record<string, NodeSpec>>;

export const file = (bytes: Uint8Array | string, times: NodeTimes = {}): NodeSpec => ({
  kind: "file",
  bytes,
  ...times,
});
export const directory = (times: NodeTimes = {}): NodeSpec => ({ kind: "directory", ...times });
export const symlink = (target: string, mtime?: number): NodeSpec => ({
  kind: "symlink",
  target,
  ...(mtime !== undefined && { mtime }),
});
export const hardlink = (target: string): NodeSpec => ({ kind: "hardlink", target });

/** Makes the tree below `folder`, which is made too. What is not given has mode 644 or 755 and one fixed time. */
export function makeTree(folder: string, spec: TreeSpec): void {
  mkdirSync(folder, { recursive: true });
  const inFolder = (path: string): string => (path === "" ? folder : join(folder, path));
  const rest: [string, NodeSpec][] = [];
  for (const [path, node] of Object.entries(spec)) {
    mkdirSync(dirname(inFolder(path)), { recursive: true });
    if (node.kind === "file") writeFileSync(inFolder(path), node.bytes);
    else if (node.kind === "directory") mkdirSync(inFolder(path), { recursive: true });
    else rest.push([path, node]);
  }
  for (const [path, node] of rest) {
    if (node.kind === "symlink") symlinkSync(node.target, inFolder(path));
    if (node.kind === "hardlink") linkSync(inFolder(node.target), inFolder(path));
  }
  setTimes(folder, "", spec);
}

const DEFAULT_MTIME = 1_700_000_000.5;

/** Children first, since making one changes the times of its folder. */
function setTimes(folder: string, path: string, spec: TreeSpec): void {
  const absolute = path === "" ? folder : join(folder, path);
  const stats = lstatSync(absolute);
  const node = spec[path];
  if (stats.isDirectory()) {
    for (const name of readdirSync(absolute)) setTimes(folder, path === "" ? name : `${path}/${name}`, spec);
  } else if (node?.kind === "symlink") lutimesSync(absolute, ...timesOf(node.mtime));
  if (!stats.isDirectory() && node?.kind !== "file") return;
  const { mode, mtime } = (node ?? {}) as NodeTimes;
  chmodSync(absolute, mode ?? (stats.isDirectory() ? 0o755 : 0o644));
  utimesSync(absolute, ...timesOf(mtime));
}

/** Half a microsecond on top, since times are cut down; a text, since Node takes no negative number. */
function timesOf(mtime: number = DEFAULT_MTIME): [string, string] {
  const time = String(mtime + 5e-7);
  return [time, time];
}

/** One line for each path, for `toEqual`: kind, mode, mtime to the microsecond, size, digest, target, first other name. */
export type TreeSnapshot = Record<string, string>;

export interface SnapshotOptions {
  /** Leave out the times of directories: some tests change them on purpose. */
  readonly directoryTimes?: boolean;
}

/** Everything below `folder` and the folder itself; of a file just that. Nothing is left out. */
export function snapshotTree(folder: string, options: SnapshotOptions = {}): TreeSnapshot {
  const snapshot: TreeSnapshot = {};
  const firstNames = new Map<bigint, string>();
  const visit = (absolute: string, path: string): void => {
    const stats = lstatSync(absolute, { bigint: true });
    snapshot[path] = describe(absolute, path, stats, firstNames, options);
    if (!stats.isDirectory()) return;
    for (const name of readdirSync(absolute).sort())
      visit(join(absolute, name), path === "" ? name : `${path}/${name}`);
  };
  if (lstatSync(folder, { throwIfNoEntry: false })) visit(folder, "");
  return snapshot;
}

function describe(
  absolute: string,
  path: string,
  stats: BigIntStats,
  firstNames: Map<bigint, string>,
  { directoryTimes = true }: SnapshotOptions,
): string {
  const mode = (Number(stats.mode) & 0o7777).toString(8).padStart(4, "0");
  const micros = stats.mtimeNs / 1000n - (stats.mtimeNs % 1000n < 0n ? 1n : 0n);
  if (stats.isSymbolicLink()) return `symlink ${micros} ${readlinkSync(absolute)}`;
  if (stats.isDirectory()) return `directory ${mode}${directoryTimes ? ` ${micros}` : ""}`;
  if (!stats.isFile()) return `special ${mode}`;
  const digest = hash("sha256", readFileSync(absolute), "hex").slice(0, 16);
  const line = `file ${mode} ${micros} ${stats.size} ${digest}`;
  if (stats.nlink === 1n) return line;
  const first = firstNames.get(stats.ino);
  firstNames.set(stats.ino, first ?? path);
  return `${line} links ${stats.nlink} same as ${first ?? path}`;
}

/** The first few paths that are not the same in both, for short messages about large trees. */
export function differences(found: TreeSnapshot, expected: TreeSnapshot): string[] {
  const paths = new Set([...Object.keys(found), ...Object.keys(expected)]);
  // A file may be called toString.
  const lineOf = (of: TreeSnapshot, path: string): string | undefined =>
    Object.hasOwn(of, path) ? of[path] : undefined;
  return [...paths]
    .filter((path) => lineOf(found, path) !== lineOf(expected, path))
    .slice(0, 10)
    .map(
      (path) =>
        `${path}: found ${lineOf(found, path) ?? "nothing"}, expected ${lineOf(expected, path) ?? "nothing"}`,
    );
}
