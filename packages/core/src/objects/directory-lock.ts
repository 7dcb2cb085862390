// A lock between processes, for the few names of a directory store that are swapped, and for deleting. One file made
// with O_EXCL, which works on every file system and between machines (Node has no flock). A holder that died is found
// out by its process id on the same machine, elsewhere by watching its lock stay unchanged for longer than any holder
// keeps one. A stale lock is broken by exactly one process: the one that makes the break file of that very lock.

import { randomUUID } from "node:crypto";
import { mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDead, type ProcessId, thisProcess } from "../lib/process-id.ts";
import { StoreUnavailableError } from "../model/errors.ts";
import { fileErrorCode } from "./directory-errors.ts";

/** A lock seen unchanged for so long is stale. Holders keep one for milliseconds. */
const STALE_MS = 30_000;
/** A holder that was stopped for so long must not write any more: half of it, since the watchers' clocks run too. */
const HELD_AT_MOST_MS = STALE_MS / 2;
const POLL_MS = 4;
const POLL_AT_MOST_MS = 50;

interface Owner extends ProcessId {
  readonly nonce: string;
}

export interface HeldLock {
  /** Right before the write that the lock guards: rejects when it was held for so long that it may be broken. */
  check(): Promise<void>;
}

/**
 * Runs `action` while no other process runs one under the same lock file.
 * @throws signal.reason while it waits.
 */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  action: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const owner: Owner = { ...thisProcess(), nonce: randomUUID() };
  await acquire(path, owner, signal);
  const acquiredAtMs = performance.now();
  try {
    return await action({
      async check() {
        const isRecent = performance.now() - acquiredAtMs < HELD_AT_MOST_MS;
        // The machine may have slept, which its own clock does not show.
        if (!isRecent || (await readOwner(path))?.nonce !== owner.nonce)
          throw new StoreUnavailableError(`the lock ${path} was held for too long`);
      },
    });
  } finally {
    await release(path, owner);
  }
}

async function acquire(path: string, owner: Owner, signal: AbortSignal | undefined): Promise<void> {
  let watched: { nonce: string; sinceMs: number } | undefined;
  for (let pollMs = POLL_MS; ; pollMs = Math.min(pollMs * 1.5, POLL_AT_MOST_MS)) {
    signal?.throwIfAborted();
    if (await tryCreate(path, owner)) return;
    const holder = await readOwner(path);
    if (holder) {
      if (watched?.nonce !== holder.nonce) watched = { nonce: holder.nonce, sinceMs: performance.now() };
      const watchedMs = performance.now() - watched.sinceMs;
      if (isDead(holder) || watchedMs > STALE_MS) await breakLock(path, holder, watchedMs > 2 * STALE_MS);
    }
    await sleep(pollMs * (0.5 + Math.random()));
  }
}

async function tryCreate(path: string, owner: Owner): Promise<boolean> {
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(owner), { flag: "wx" });
      return true;
    } catch (error) {
      const code = fileErrorCode(error);
      if (code === "EEXIST") return false;
      if (code !== "ENOENT") throw error;
      await mkdir(dirname(path), { recursive: true });
    }
  }
}

/** Undefined: the lock is free. One that is being written has an empty nonce. */
async function readOwner(path: string): Promise<Owner | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return { machine: "", pid: 0, nonce: "" };
  }
}

/**
 * While the break file of this nonce exists, only its maker may remove a lock with this nonce: so the lock that is
 * removed is the stale one and never a younger one of the same name.
 * @param isBreakerStale whoever made the break file must have died too.
 */
async function breakLock(path: string, holder: Owner, isBreakerStale: boolean): Promise<void> {
  const breakPath = `${path}.${holder.nonce}.break`;
  if (isBreakerStale) await remove(breakPath);
  try {
    await writeFile(breakPath, "", { flag: "wx" });
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") return;
    throw error;
  }
  try {
    if ((await readOwner(path))?.nonce === holder.nonce) await remove(path);
  } finally {
    await remove(breakPath);
  }
}

async function release(path: string, owner: Owner): Promise<void> {
  if ((await readOwner(path))?.nonce === owner.nonce) await remove(path);
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (fileErrorCode(error) !== "ENOENT") throw error;
  });
}
