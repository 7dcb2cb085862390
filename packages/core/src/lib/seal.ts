// Seal: for a root that stands just as its artifact has it, the moment after which nothing in it has changed. While the
// seal holds, a restore of that artifact has nothing to do, and a save of the root has nothing to read.
//
// It is the ctime of the root itself, set last, when the disk's clock had gone on since everything else was written. Whoever
// adds, removes, renames or changes anything below gets a later one somewhere. Whether anyone did is asked of find(1),
// one lstat a path: it takes half the CPU of a walk of our own, and has a core to itself while a job starts. Where it is
// not GNU's, or anything is odd, the answer is no, and the tree is compared as ever.

import { execFile } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import type { ModifiedAt } from "../model/entry.ts";
import { isSameArtifact } from "../model/ref.ts";
import type { Seal, Stamp } from "./stamp.ts";
import { setTimes } from "./times.ts";

/** How long the disk's clock may take to go on: kernels move it every 1 to 10 ms. */
const TICK_MS = 50;
/** A disk whose clock is further off is not of this machine. */
const SKEW_MS = 1_000;

export interface RootToSeal {
  readonly folder: string;
  /** Those of the root in the artifact. */
  readonly times: ModifiedAt;
  /** The newest ctime below it, as fs.Stats has it. */
  readonly newestMs: number;
  /** When the restore began: whatever else is written beside it has a later mtime. */
  readonly sinceMs: number;
  /** Of the artifact. */
  readonly roots: number;
}

/** Sets the root's times once more, until its ctime is the newest. @returns undefined where that can't be had. */
export function sealRoot({ folder, times, newestMs, sinceMs, roots }: RootToSeal): Seal | undefined {
  const startedAt = performance.now();
  try {
    do {
      setTimes(folder, times);
      const { ctimeMs, ctimeNs } = lstatSync(folder, { bigint: true });
      if (Math.abs(Number(ctimeMs) - Date.now()) > SKEW_MS) return undefined;
      // A microsecond of space, since a double holds no nanoseconds of today.
      if (Number(ctimeNs) / 1e6 > newestMs + 1e-3) return { rootCtimeNs: String(ctimeNs), sinceMs, roots };
    } while (performance.now() - startedAt < TICK_MS);
  } catch {
    // The folder of somebody else: its times can't be set.
  }
  return undefined;
}

/** Whether these are the stamps of all roots of one artifact, going by the seal of the first. */
export function isOneArtifact(stamps: readonly Stamp[]): boolean {
  const [first] = stamps;
  return first?.seal?.roots === stamps.length && stamps.every((stamp) => isSameArtifact(stamp, first));
}

/** A sealed root, and what changed in it since. */
export interface SealedRoot {
  readonly stamp: Stamp;
  /** Relative to the root, "" for itself; a folder in which a name came or went has changed, too. */
  readonly changed: ReadonlySet<string>;
}

/** What find(1) is asked while a step starts. Neither answer rejects. */
export interface SealedRoots {
  readonly stamps: readonly Stamp[];
  /** Whether these are all roots of one artifact, as they were when they were sealed. No as soon as one change is told. */
  readonly untouched: Promise<boolean>;
  /** Those of which it can be told what has changed since. */
  readonly roots: Promise<readonly SealedRoot[]>;
}

export function askForChanges(stamps: readonly Stamp[], signal: AbortSignal): SealedRoots {
  const change = Promise.withResolvers<false>();
  const roots = findChanges(stamps, signal, () => change.resolve(false));
  if (!isOneArtifact(stamps)) change.resolve(false);
  return { stamps, roots, untouched: Promise.race([change.promise, roots.then(areUntouched)]) };
}

function areUntouched(roots: readonly SealedRoot[]): boolean {
  return isOneArtifact(roots.map(({ stamp }) => stamp)) && roots.every(({ changed }) => changed.size === 0);
}

/**
 * Of the sealed roots those of which it can be told what has changed. Never rejects.
 * @param onChange called once something has, which is long before all is known.
 */
export async function findChanges(
  stamps: readonly Stamp[],
  signal: AbortSignal,
  onChange: () => void = () => {},
): Promise<SealedRoot[]> {
  try {
    // Other mounts have other clocks, and what is in them may be older than the mounting.
    const mounts = readMounts();
    const own = stamps.filter(({ folder }) => !mounts.some((mount) => mount.startsWith(`${folder}/`)));
    const roots = own.map(async (stamp) => {
      const changed = stamp.seal && (await listChanges(stamp.folder, stamp.seal, signal, onChange));
      return changed ? [{ stamp, changed }] : [];
    });
    return (await Promise.all(roots)).flat();
  } catch {
    return [];
  }
}

/** More than this is walked faster than it is told. */
const CHANGES_MAX_BYTES = 4 << 20;

/** find tells of all that changed at the seal or after it, or was written beside the restore; undefined: it can't tell. */
function listChanges(
  folder: string,
  { rootCtimeNs, sinceMs }: Seal,
  signal: AbortSignal,
  onChange: () => void,
): Promise<ReadonlySet<string> | undefined> {
  const own = lstatSync(folder, { bigint: true }).ctimeNs === BigInt(rootCtimeNs) ? [] : [""];
  if (own.length > 0) onChange();
  const changed = ["-newerct", timeOf(BigInt(rootCtimeNs) - 1n)];
  const written = ["-newermt", timeOf(BigInt(Math.floor(sinceMs)) * 1_000_000n)];
  const expression = ["-mindepth", "1", "(", ...changed, "-o", ...written, ")", "-printf", "%P\\0"];
  return new Promise((resolve) => {
    const options = { signal, env: { ...process.env, LC_ALL: "C" }, maxBuffer: CHANGES_MAX_BYTES };
    const find = execFile("find", [folder, ...expression], options, (error, stdout, stderr) =>
      resolve(error || stderr !== "" ? undefined : new Set([...own, ...stdout.split("\0").filter(Boolean)])),
    );
    find.stdout?.once("data", onChange);
  });
}

function timeOf(nanos: bigint): string {
  return `@${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, "0")}`;
}

/** Where anything is mounted. */
function readMounts(): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  // See proc_pid_mountinfo(5): blanks, tabs, newlines and backslashes are octal.
  const spell = (place: string): string =>
    place.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return lines.map((line) => spell(line.split(" ")[4] ?? ""));
}
