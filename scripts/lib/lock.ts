/**
 * A lock between processes that the kernel releases when its holder dies: an exclusive SQLite transaction
 * on a file. Nothing is ever left locked, so nothing has to be judged stale.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 100;
/** SQLite's SQLITE_BUSY: another process holds the file. */
const busy = 5;

/** Runs `work` while no other process holds `file`; waits as long as it takes, or until `signal` aborts. */
export async function withLock<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    while (!tryLock(database)) await sleep(pollMs, undefined, { signal });
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false;
    throw error;
  }
}
