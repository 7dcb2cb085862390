// The index in one SQLite file (node:sqlite), beside a directory store: for one machine, any number of processes.
// Each condition is checked in the statement that writes, or under the file's write lock. Not for network file
// systems, where WAL is unsafe: the bucket index over a directory is.

import type { DatabaseSync } from "node:sqlite";
import { isUint8Array } from "node:util/types";
import type { Clock } from "../lib/clock.ts";
import { firstDayKept } from "../model/counters.ts";
import type { Ref } from "../model/ref.ts";
import type { CommitOutcome, Lease, MaintainableIndex, RefFilter } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { countedUse, countsUse, fits, fitsUsage, givesWay, used } from "./ref-state.ts";
import { inTransaction, openSqliteFile, translateSqliteError } from "./sqlite-file.ts";
import {
  ADD_COUNTERS,
  countersFromRow,
  countersValues,
  idValues,
  keyBytes,
  prefixRange,
  REF_COLUMNS,
  refFromRow,
  refValues,
  type SqlRow,
  type SqlValue,
  usageFromRow,
  usageValues,
} from "./sqlite-schema.ts";

const THIS_ROW = "repository = ? AND ref = ? AND version = ? AND key = ?";
/** {@link isSameRef}, given that the key is the same. */
const AS_SEEN = "contentHash = ? AND createdAtMs = ?";
const LIVE = "invalidatedAtMs IS NULL AND expiresAtMs > :now AND notAfterMs > :now";
const ID_COLUMNS = ["repository", "ref", "version", "key"];
/** Whose row of uses. */
const BY = "byRepository = ? AND byRef = ?";
const PUT_USAGE = "INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const PUT_REF = `INSERT OR REPLACE INTO refs (${REF_COLUMNS}) VALUES (${REF_COLUMNS.map(() => "?")})`;
/** Of more rows with a prefix, the newest is looked for from the newest of the scope on, instead of sorting them all. */
const SORTED_ROWS = 200;
/** Rows read in one go by list(): no read transaction stays open between two of them. */
const PAGE_ROWS = 500;

/**
 * @param options.file absolute path; made, with its folder, at the first call where there is none. The file is
 *   opened at the first call and held until close().
 */
export function createSqliteIndex(options: { file: string; clock: Clock }): MaintainableIndex {
  const { file, clock } = options;
  let opening: Promise<DatabaseSync> | undefined;

  /** Every call: one synchronous stretch of SQL on the open file. */
  async function run<Result>(
    options: CallOptions | undefined,
    work: (database: DatabaseSync) => Result,
  ): Promise<Result> {
    options?.signal?.throwIfAborted();
    opening ??= openSqliteFile(file);
    const pending = opening;
    try {
      return work(await pending);
    } catch (error) {
      throw translateSqliteError(error, file);
    }
  }

  function write<Result>(options: CallOptions | undefined, work: (database: DatabaseSync) => Result) {
    return run(options, (database) => inTransaction(database, () => work(database)));
  }

  return {
    description: `sqlite://${file}`,

    lookup(query, options) {
      const exact = query.match === "exact";
      const scope = { repository: query.scope.repository, ref: query.scope.ref, version: query.version };
      const keys = exact ? { key: keyBytes(query.key) } : prefixRange(query.key);
      const inScope = "repository = :repository AND ref = :ref AND version = :version";
      const named = `${inScope} AND ${exact ? "key = :key" : "key >= :from AND key < :below"}`;
      return run(options, (database) => {
        const isMany =
          !exact &&
          database
            .prepare(`SELECT 1 FROM refs WHERE ${named} LIMIT 1 OFFSET ${SORTED_ROWS}`)
            .get({ ...scope, ...keys }) !== undefined;
        const rows = database
          .prepare(
            `SELECT * FROM refs ${isMany ? "INDEXED BY refs_newest" : ""} WHERE ${named}
               AND ${LIVE} AND (:domain IS NULL OR domain = :domain)
             ORDER BY createdAtMs DESC`,
          )
          .iterate({ ...scope, ...keys, now: clock.now(), domain: query.domain ?? null });
        for (const row of rows) {
          const ref = refFromRow(row);
          if (ref && (query.accept?.(ref) ?? true)) return ref;
        }
        return undefined;
      });
    },

    commit(ref, options) {
      return write(options, (database): CommitOutcome => {
        const existing = readRef(database, ref);
        if (existing && !givesWay(existing, options?.replaces, clock.now()))
          return { status: "conflict", existing };
        database.prepare(PUT_REF).run(...refValues(ref));
        return { status: "committed" };
      });
    },

    acquireLease(lease, options) {
      return write(options, (database) => {
        const row = database
          .prepare(`SELECT owner, expiresAtMs FROM leases WHERE ${THIS_ROW}`)
          .get(...idValues(lease.id));
        const held = row && leaseFromRow(lease, row);
        if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs) return held;
        database
          .prepare("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)")
          .run(...idValues(lease.id), lease.owner, lease.expiresAtMs);
        return undefined;
      });
    },

    releaseLease(lease, options) {
      return run(options, (database) => {
        database
          .prepare(`DELETE FROM leases WHERE ${THIS_ROW} AND owner = ?`)
          .run(...idValues(lease.id), lease.owner);
      });
    },

    touch(ref, options) {
      return write(options, (database) => {
        const row = readRef(database, ref);
        if (!row || !countsUse(row, ref, options, clock.now())) return;
        database.prepare(PUT_REF).run(...refValues(used(row, options)));
      });
    },

    recordUse(ref, { by, atMs, signal }) {
      return write({ signal }, (database) => {
        const row = database
          .prepare(`SELECT * FROM uses WHERE ${BY} AND ${THIS_ROW}`)
          .get(by.repository, by.ref, ...idValues(ref));
        const usage = countedUse(row && usageFromRow(row), ref, by, atMs);
        if (usage) database.prepare(PUT_USAGE).run(...usageValues(usage));
      });
    },

    count(row, options) {
      return run(options, (database) => {
        database.prepare(ADD_COUNTERS).run(...countersValues(row));
      });
    },

    identity(options) {
      return run(options, readIdentity);
    },

    claimIdentity(identity, options) {
      return run(options, (database) => {
        database.prepare("INSERT OR IGNORE INTO identity VALUES (1, ?)").run(identity);
        return readIdentity(database)!;
      });
    },

    async *list(filter, options) {
      let last: SqlRow | undefined;
      do {
        const page: SqlRow[] = await run(options, (database) => readPage(database, filter, last));
        for (const row of page) {
          const ref = refFromRow(row);
          if (!ref) options?.onUnreadable?.(nameOf(row));
          else if (fits(ref, filter)) yield ref;
        }
        last = page.length < PAGE_ROWS ? undefined : page.at(-1);
      } while (last);
    },

    findByKey(repository, key, limit, options) {
      return run(options, (database) =>
        database
          .prepare("SELECT * FROM refs WHERE repository = ? AND key = ? LIMIT ?")
          .all(repository, keyBytes(key), limit)
          .flatMap((row) => refFromRow(row) ?? []),
      );
    },

    invalidate(ref, options) {
      return run(options, (database) => {
        const { changes } = database
          .prepare(
            `UPDATE refs SET invalidatedAtMs = coalesce(invalidatedAtMs, ?) WHERE ${THIS_ROW} AND ${AS_SEEN}`,
          )
          .run(options.atMs, ...idValues(ref), ref.contentHash, ref.createdAtMs);
        return changes > 0;
      });
    },

    revalidate(ref, options) {
      return run(options, (database) => {
        const { changes } = database
          .prepare(
            `UPDATE refs SET invalidatedAtMs = NULL WHERE ${THIS_ROW} AND ${AS_SEEN} AND invalidatedAtMs IS ?`,
          )
          .run(...idValues(ref), ref.contentHash, ref.createdAtMs, ref.invalidatedAtMs ?? null);
        return changes > 0;
      });
    },

    remove(ref, options) {
      return run(options, (database) => {
        const { changes } = database
          .prepare(`DELETE FROM refs WHERE ${THIS_ROW} AND ${AS_SEEN}`)
          .run(...idValues(ref), ref.contentHash, ref.createdAtMs);
        return changes > 0;
      });
    },

    async *uses(filter, options) {
      const rows = await run(options, (database) => database.prepare("SELECT * FROM uses").all());
      for (const row of rows) {
        const usage = usageFromRow(row);
        if (usage && fitsUsage(usage, filter)) yield usage;
      }
    },

    takeUsage(usage, options) {
      return run(options, (database) => {
        const { changes } = database
          .prepare(
            `DELETE FROM uses WHERE ${BY} AND ${THIS_ROW} AND ${AS_SEEN} AND count = ? AND lastAtMs = ?`,
          )
          .run(...usageValues(usage));
        return changes > 0;
      });
    },

    async *counters({ repository, from, to }, options) {
      const rows = await run(options, (database) =>
        database
          .prepare("SELECT * FROM counters WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR repository = ?3)")
          .all(from, to, repository ?? null),
      );
      yield* rows.map(countersFromRow);
    },

    sweep({ beforeMs, signal }) {
      return run({ signal }, (database) => {
        database.prepare("DELETE FROM counters WHERE day < ?").run(firstDayKept(clock.now()));
        database.prepare("DELETE FROM leases WHERE expiresAtMs < ?").run(beforeMs);
      });
    },

    async close() {
      const pending = opening;
      // A failure to open was told to whoever called; there is nothing to close then.
      const database = await pending?.catch(() => undefined);
      if (database?.isOpen) database.close();
    },
  };
}

function readRef(database: DatabaseSync, ref: Ref): Ref | undefined {
  const row = database.prepare(`SELECT * FROM refs WHERE ${THIS_ROW}`).get(...idValues(ref));
  return row && refFromRow(row);
}

/** The rows after `last` in the order of the primary key, of the repository where the filter names one. */
function readPage(database: DatabaseSync, filter: RefFilter, last: SqlRow | undefined): SqlRow[] {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (filter.repository !== undefined) {
    conditions.push("repository = ?");
    values.push(filter.repository);
  }
  if (last) {
    conditions.push("(repository, ref, version, key) > (?, ?, ?, ?)");
    values.push(...ID_COLUMNS.map((name) => last[name] as SqlValue));
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  return database
    .prepare(`SELECT * FROM refs ${where} ORDER BY repository, ref, version, key LIMIT ${PAGE_ROWS}`)
    .all(...values);
}

/** For a person, of a row that can't be read. */
function nameOf(row: SqlRow): string {
  const key = isUint8Array(row["key"]) ? Buffer.from(row["key"]).toString() : row["key"];
  return `${row["repository"]} ${row["ref"]} ${key}`;
}

function readIdentity(database: DatabaseSync): string | undefined {
  return database.prepare("SELECT value FROM identity").get()?.["value"] as string | undefined;
}

function leaseFromRow(lease: Lease, row: SqlRow): Lease {
  return { id: lease.id, owner: row["owner"] as string, expiresAtMs: row["expiresAtMs"] as number };
}
