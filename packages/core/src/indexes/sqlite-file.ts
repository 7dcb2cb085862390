// Opens the SQLite file of an index and translates what SQLite throws. Several processes open, read and write one
// file at once: WAL, a busy timeout, and write transactions that take their lock at once.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AccessDeniedError,
  CacheError,
  CorruptError,
  FormatVersionError,
  StoreFullError,
  StoreMissingError,
  StoreUnavailableError,
} from "../model/errors.ts";
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from "./sqlite-schema.ts";

/** How long a call waits for another process's write. A write takes well below a millisecond, without a sync. */
const BUSY_TIMEOUT_MS = 5_000;
/** Switching to WAL answers "busy" at once, without waiting, when several processes do it together. */
const OPEN_ATTEMPTS = 100;
const OPEN_PAUSE_MS = 20;

/**
 * Opens the file, and makes it (and its folder) where there is none.
 * @throws CacheError as {@link translateSqliteError} makes it; FormatVersionError for a newer Cairn's file.
 */
export async function openSqliteFile(file: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await import("node:sqlite");
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw translateSqliteError(error, file);
  }
  for (let attempt = 1; ; attempt++) {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
      prepare(database, file);
      return database;
    } catch (error) {
      database?.close();
      const translated = translateSqliteError(error, file);
      if (!(translated instanceof StoreUnavailableError) || attempt === OPEN_ATTEMPTS) throw translated;
      await sleep(OPEN_PAUSE_MS * (0.5 + Math.random()));
    }
  }
}

function prepare(database: DatabaseSync, file: string): void {
  if (database.prepare("PRAGMA journal_mode").get()?.["journal_mode"] !== "wal")
    database.exec("PRAGMA journal_mode = WAL");
  // A power cut may lose the last commits, which are then misses; it can't damage the file.
  database.exec("PRAGMA synchronous = NORMAL");
  if (schemaVersion(database) !== SCHEMA_VERSION) {
    inTransaction(database, () => {
      if (schemaVersion(database) === 0) database.exec(SCHEMA);
      for (let step = MIGRATIONS[schemaVersion(database)]; step; step = MIGRATIONS[schemaVersion(database)])
        database.exec(step);
    });
  }
  const found = schemaVersion(database);
  if (found !== SCHEMA_VERSION) {
    throw new FormatVersionError(
      `the index ${file} has format ${found}, this Cairn reads ${SCHEMA_VERSION}`,
      {
        hint: "use the Cairn that wrote it, or another index file",
      },
    );
  }
}

function schemaVersion(database: DatabaseSync): number {
  return database.prepare("PRAGMA user_version").get()?.["user_version"] as number;
}

/** Runs `work` with the file's write lock held from the start; rolls back when it throws. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk has rolled back already, and then this fails: the first error is the one to tell.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Primary result codes, https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const PERMISSION = 3;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** What SQLite or the file system threw, as a CacheError that names the file; anything else as it is. */
export function translateSqliteError(error: unknown, file: string): unknown {
  if (error instanceof CacheError || !Error.isError(error)) return error;
  const { errcode, code } = error as { errcode?: number; code?: string };
  const details = { cause: error };
  switch (errcode === undefined ? code : errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return new StoreUnavailableError(`the index ${file} is locked by another process`, details);
    case FULL:
    case "ENOSPC":
    case "EDQUOT":
      return new StoreFullError(`no space is left for the index ${file}`, details);
    case PERMISSION:
    case READ_ONLY:
    case CANNOT_OPEN:
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new AccessDeniedError(`the index ${file} can't be opened for reading and writing`, {
        ...details,
        hint: "this user must be able to write the file and its folder",
      });
    case CORRUPT:
    case NOT_A_DATABASE:
      return new CorruptError(file, "not a whole SQLite file", {
        ...details,
        hint: "delete it: the cache then starts with an empty index",
      });
    case "ENOTDIR":
    case "EEXIST":
      return new StoreMissingError(
        `the folder of the index ${file} can't be made: a file is in its place`,
        details,
      );
    case IO_ERROR:
      return new StoreUnavailableError(`the disk of the index ${file} fails`, details);
    default:
      return errcode === undefined
        ? error
        : new StoreUnavailableError(`the index ${file} fails: ${error.message}`, details);
  }
}
