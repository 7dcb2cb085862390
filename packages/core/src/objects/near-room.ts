// How much the near cache may hold, and what goes when it is full: the files that were used least recently. Looking at
// all files is spread over many writes: in between only the room that was found is counted down. Several processes may
// do so at once: each looks again after a tenth of the limit, so together they pass it by no more than a tenth each.

import { mkdir, readdir, rmdir, stat, statfs, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { sweepLeftovers } from "./directory-files.ts";
import { createLimit } from "./limit.ts";
import { TEMPORARIES } from "./near-file.ts";

export interface NearRoomOptions {
  readonly root: string;
  /** The sum of the files' sizes; what a file system adds for each is not counted. */
  readonly maxSizeBytes: number;
  /** Free bytes of the disk that a folder is on. Default: what the file system says. */
  readonly freeBytes?: ((folder: string) => Promise<number>) | undefined;
}

export interface NearRoom {
  /** Begins to look at what is there unless that was done: goes on beside a download. */
  prepare(): void;
  /**
   * Makes room for a file and lets it be written. Rejects with what the file system says.
   * @returns false when there can be none: it is larger than the whole cache may be, or other things fill the disk.
   */
  fill(sizeBytes: number, write: () => Promise<void>): Promise<boolean>;
}

/** Left to the build and to the tree that is being restored: a cache must not be what fills the disk. */
const LEFT_FREE_BYTES = 2 * 2 ** 30;
/** A full cache is emptied down to here, so that the next look is not needed at once. */
const LOW_WATER = 0.9;
const FOLDERS_AT_ONCE = 16;

/** Nothing else in the root is counted, let alone removed: it may be a folder that holds other things. */
const PARENTS = ["trusted", "pr"].flatMap((domain) => [join(domain, "packs"), join(domain, "artifacts")]);
const FOLDER_NAME = /^[0-9a-f]{64}$/;
const FILE_NAME = /^(whole|\d+-\d+)$/;

interface KeptFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

export function createNearRoom(options: NearRoomOptions): NearRoom {
  const { root, maxSizeBytes, freeBytes = freeBytesOf } = options;
  const inTurn = createLimit(1);
  let roomBytes = 0;
  /** Of files that are being written: a look may not see them. */
  let pendingBytes = 0;
  let looked: Promise<void> | undefined;

  async function look(neededBytes: number): Promise<void> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    // From before the list: what gets its name meanwhile may be counted twice, but not left out.
    const unseenBytes = pendingBytes;
    const files = await listKeptFiles(root);
    let totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, unseenBytes);
    const limitBytes = Math.min(maxSizeBytes, totalBytes + (await freeBytes(root)) - LEFT_FREE_BYTES);
    // For a file that will never fit, nothing has to go.
    const wantedBytes = neededBytes <= limitBytes ? neededBytes : 0;
    if (totalBytes + wantedBytes > limitBytes)
      totalBytes -= await removeOldest(
        files,
        totalBytes - Math.min(LOW_WATER * limitBytes, limitBytes - wantedBytes),
      );
    const stepBytes = Math.max((1 - LOW_WATER) * limitBytes, wantedBytes);
    roomBytes = Math.min(limitBytes - totalBytes, stepBytes);
  }

  async function firstLook(): Promise<void> {
    await sweepLeftovers(join(root, TEMPORARIES));
    await look(0);
  }

  function prepare(): Promise<void> {
    looked ??= firstLook();
    return looked;
  }

  async function claim(sizeBytes: number): Promise<boolean> {
    await prepare();
    if (sizeBytes > roomBytes) await look(sizeBytes);
    if (sizeBytes > roomBytes) return false;
    roomBytes -= sizeBytes;
    pendingBytes += sizeBytes;
    return true;
  }

  return {
    prepare() {
      // Whoever fills is told.
      prepare().catch(() => undefined);
    },
    async fill(sizeBytes, write) {
      if (!(await inTurn(undefined, () => claim(sizeBytes)))) return false;
      try {
        await write();
      } finally {
        pendingBytes -= sizeBytes;
      }
      return true;
    },
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** What other processes remove or write meanwhile is in the list or not. */
async function listKeptFiles(root: string): Promise<KeptFile[]> {
  const folders: string[] = [];
  for (const parent of PARENTS) {
    const names = await namesIn(join(root, parent));
    for (const name of names) if (FOLDER_NAME.test(name)) folders.push(join(root, parent, name));
  }
  const files: KeptFile[] = [];
  await forEachConcurrently(folders, FOLDERS_AT_ONCE, async (folder) => {
    for (const name of await namesIn(folder)) {
      if (!FILE_NAME.test(name)) continue;
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isFile()) files.push({ path, sizeBytes: stats.size, usedAtMs: stats.mtimeMs });
    }
  });
  return files;
}

/** None where there is no such folder, or one that may not be read. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** @returns how many bytes went. A reader that has a file open keeps it until it is done. */
async function removeOldest(files: readonly KeptFile[], bytes: number): Promise<number> {
  let removedBytes = 0;
  for (const { path, sizeBytes } of files.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (removedBytes >= bytes) break;
    const isGone = await unlink(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === "ENOENT",
    );
    if (!isGone) continue;
    removedBytes += sizeBytes;
    // Only when it was the last file; whoever writes another one makes the folder again.
    await rmdir(dirname(path)).catch(() => undefined);
  }
  return removedBytes;
}
