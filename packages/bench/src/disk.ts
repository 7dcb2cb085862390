// Which kind of disk a case is measured on, and whether there is room for it.

import { existsSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { BenchCase } from "./cases.ts";
import type { PlannedDataSet } from "./data-sets/data-set.ts";
import type { DiskKind, Room } from "./disk-kind.ts";
import { UsageError } from "./usage-error.ts";

export interface Needs {
  /** Until the case ends: sources, buckets, archives. */
  readonly kept: number;
  /** What one run needs for itself. */
  readonly run: Room;
  /** How many runs there are at once. */
  readonly openRuns: number;
  /** How many there are in all, warm-up and checks included. */
  readonly runs: number;
}

const MEMORY_FOLDER = "/dev/shm";
/** statfs(2): TMPFS_MAGIC. */
const TMPFS_TYPE = 0x01021994;
/** Larger trees are measured on a disk: they would not fit beside their copies. */
const MAX_TREE_BYTES_IN_MEMORY = 1e9;
/** With all that is beside the tree. A machine with more to spare can be told so: --disk tmpfs. */
const MAX_BYTES_IN_MEMORY = 8e9;
/** Left to the tools and the system where the scratch is in memory. */
const FREE_MEMORY_BYTES = 3e9;
const MAX_DISK_BYTES = 60e9;
const SLACK_BYTES = 64e6;

export interface DiskWishes {
  readonly disk: DiskKind | "auto";
  /** Where to work; undefined: where such a disk is usually found. */
  readonly scratch: string | undefined;
}

/** @throws UsageError when there is no room, or no right to mount. */
export async function chooseDisk(
  { disk, scratch }: DiskWishes,
  needs: Needs,
  treeBytes: number,
): Promise<{ readonly disk: DiskKind; readonly parent: string }> {
  const chosen = disk === "auto" ? await autoDisk(scratch, needs, treeBytes) : disk;
  const parent = scratch ?? (chosen === "tmpfs" ? MEMORY_FOLDER : tmpdir());
  const found = await diskOf(parent);
  if (chosen === "tmpfs" && found.type !== TMPFS_TYPE) {
    throw new UsageError(`${parent} is no tmpfs: name one with --scratch, or take another --disk`);
  }
  if (chosen === "ext4") checkMountable();
  const needed = needs.kept + needs.run.bytes * (chosen === "folder" ? needs.runs : needs.openRuns);
  const free = found.bavail * found.bsize;
  const room = chosen === "tmpfs" ? free : Math.min(free, MAX_DISK_BYTES);
  if (needed > room) {
    const gigabytes = (needed / 1e9).toFixed(1);
    throw new UsageError(
      `${parent} would have to hold ${gigabytes} GB and may take ${(room / 1e9).toFixed(1)}: fewer --runs, another --scratch, or --disk ext4, which keeps no run`,
    );
  }
  return { disk: chosen, parent };
}

async function diskOf(folder: string) {
  return statfs(folder).catch((error: Error) => {
    throw new UsageError(`${folder} can't be worked in: ${error.message}`);
  });
}

async function autoDisk(scratch: string | undefined, needs: Needs, treeBytes: number): Promise<DiskKind> {
  if (scratch !== undefined) return (await diskOf(scratch)).type === TMPFS_TYPE ? "tmpfs" : "folder";
  const bytes = needs.kept + needs.run.bytes * needs.openRuns;
  const isSmall = treeBytes <= MAX_TREE_BYTES_IN_MEMORY && bytes <= MAX_BYTES_IN_MEMORY;
  if (isSmall && (await fitsInMemory(bytes))) return "tmpfs";
  return process.getuid?.() === 0 ? "ext4" : "folder";
}

/** An estimate, on the safe side. */
export function needsOf(
  { operation, dataSet, stored, restored, floors }: BenchCase,
  dataSets: ReadonlyMap<string, PlannedDataSet>,
  { subjects, runs }: { readonly subjects: number; readonly runs: number },
): Needs {
  const set = (name: string): PlannedDataSet => dataSets.get(name)!;
  const treeBytes = (name: string): number => set(name).size.allocatedBytes;
  const archiveBytes = (name: string): number => treeBytes(name) * set(name).archiveShare;
  const own = treeBytes(dataSet);
  const archive = archiveBytes(dataSet);
  const made = [...dataSets.values()].filter(({ origin }) => "make" in origin);
  const isSave = operation === "save";
  // Installed ones are copied: for a cold save until the end, for what is stored one at a time.
  const copyBytes = (name: string): number => ("make" in set(name).origin ? 0 : treeBytes(name));
  const source = isSave && restored === undefined ? copyBytes(dataSet) : 0;
  const copied = Math.max(source, ...stored.map(copyBytes));
  const kept =
    copied +
    made.reduce((sum, { size }) => sum + size.allocatedBytes, 0) +
    subjects * stored.reduce((sum, name) => sum + archiveBytes(name), 0) +
    archive +
    (floors.length > 0 ? own + 3 * archive : 0);
  const before = restored === undefined ? 0 : treeBytes(restored.dataSet) + archiveBytes(restored.dataSet);
  return {
    kept,
    run: {
      // A save writes only an archive, but the restore that proves it has as much room.
      bytes: before + own + archive + SLACK_BYTES,
      files: (set(dataSet).size.files + set(dataSet).size.folders) * (restored === undefined ? 1 : 2),
    },
    // That of a save is still there when a restore proves it.
    openRuns: isSave ? 2 : 1,
    runs: subjects * (runs + 2) + floors.length * (runs + 1),
  };
}

function checkMountable(): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new UsageError("--disk ext4 mounts file systems: run it as root on Linux, or take --disk folder");
  }
  const places = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"];
  for (const [tool, debianPackage] of [
    ["mkfs.ext4", "e2fsprogs"],
    ["mount", "mount"],
  ] as const) {
    if (!places.concat("/bin").some((folder) => existsSync(`${folder}/${tool}`))) {
      throw new UsageError(`--disk ext4 needs ${tool} (Debian: apt-get install ${debianPackage})`);
    }
  }
}

async function fitsInMemory(bytes: number): Promise<boolean> {
  if (!existsSync(MEMORY_FOLDER)) return false;
  const { type, bavail, bsize } = await statfs(MEMORY_FOLDER);
  const memory = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"))?.[1];
  const free = Math.min(bavail * bsize, Number(memory ?? 0) * 1024 - FREE_MEMORY_BYTES);
  return type === TMPFS_TYPE && bytes < free;
}
