// Scratch: the folder that all measuring happens in. On a tmpfs what a run wrote is given back at once: it costs nothing
// and memory is short. On a disk nothing is deleted before the end, since file systems are slow for everyone just
// after many deletions; so the whole benchmark has to fit.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchCase } from "./cases.ts";
import type { DataSet } from "./data-sets.ts";
import { execute } from "./execute.ts";
import { UsageError } from "./options.ts";

export interface Scratch {
  readonly folder: string;
  readonly isTmpfs: boolean;
  /** A new empty folder. */
  makeFolder(name: string): Promise<string>;
  /** Says that these are not needed any more. */
  release(...folders: readonly string[]): Promise<void>;
  /** Lets the disk finish what the last run wrote, so that it isn't charged to the next. */
  settle(signal: AbortSignal): Promise<void>;
  dispose(): Promise<void>;
}

const TMPFS = "/dev/shm";
/** statfs(2): TMPFS_MAGIC. */
const TMPFS_TYPE = 0x01021994;
/** Left to the tools and the system where the scratch is in memory. */
const FREE_MEMORY_BYTES = 3e9;
const MAX_DISK_BYTES = 20e9;
/** What a save leaves, archive and bucket together, beside the tree it saves: two fifths were measured at level 3. */
const SAVED_SHARE = 0.4;

/** @param needs see {@link bytesNeeded}. @throws UsageError when there is no room. */
export async function openScratch(
  parent: string | undefined,
  needs: { readonly kept: number; readonly released: number },
): Promise<Scratch> {
  const inMemory = parent === undefined && (await fitsInMemory(needs.released));
  const place = parent ?? (inMemory ? TMPFS : tmpdir());
  const { type, bavail, bsize } = await statfs(place);
  const isTmpfs = type === TMPFS_TYPE;
  const needed = isTmpfs ? needs.released : needs.kept;
  if (needed > Math.min(bavail * bsize, isTmpfs ? Number.POSITIVE_INFINITY : MAX_DISK_BYTES)) {
    throw new UsageError(
      `${place} would have to hold ${(needed / 1e9).toFixed(1)} GB: take one case at a time, fewer --runs, or a tmpfs as --scratch`,
    );
  }
  const folder = await mkdtemp(join(place, "cairn-bench-"));
  let count = 0;
  return {
    folder,
    isTmpfs,
    async makeFolder(name) {
      const made = join(folder, `${String(++count).padStart(3, "0")}-${name}`);
      await mkdir(made);
      return made;
    },
    async release(...folders) {
      if (!isTmpfs) return;
      for (const each of folders) await rm(each, { recursive: true, force: true });
    },
    async settle(signal) {
      if (!isTmpfs) await execute(["sync", "--file-system", folder], { signal });
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** An estimate, on the safe side: with all that is written kept, and with it released after each run. */
export function bytesNeeded(
  wanted: readonly BenchCase[],
  dataSets: ReadonlyMap<string, DataSet>,
  { subjects, runs, servers }: { subjects: number; runs: number; servers: number },
): { readonly kept: number; readonly released: number } {
  const allocated = (name: string): number => dataSets.get(name)!.size.allocatedBytes;
  const sources = [...dataSets.keys()].reduce((sum, name) => sum + allocated(name), 0);
  let kept = sources;
  let released = 0;
  for (const { operation, dataSet, stored } of wanted) {
    const tree = allocated(dataSet);
    const seeds = stored === undefined ? 0 : subjects * allocated(stored) * SAVED_SHARE;
    // The first round of a save is restored once, to be compared.
    const saved = tree * SAVED_SHARE * (runs + 1) + tree;
    const restored = tree * (1 + SAVED_SHARE / 2) * (runs + 1);
    kept += servers * (seeds + subjects * (operation === "save" ? saved : restored));
    released = Math.max(released, seeds + tree * (1 + 2 * SAVED_SHARE));
  }
  return { kept, released: sources + released };
}

async function fitsInMemory(bytes: number): Promise<boolean> {
  if (!existsSync(TMPFS)) return false;
  const { type, bavail, bsize } = await statfs(TMPFS);
  const memory = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"))?.[1];
  const free = Math.min(bavail * bsize, Number(memory ?? 0) * 1024 - FREE_MEMORY_BYTES);
  return type === TMPFS_TYPE && bytes < free;
}
