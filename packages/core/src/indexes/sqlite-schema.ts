// The tables of the SQLite index, and how a Ref becomes a row of them. Keys are kept as their UTF-8 bytes: SQLite
// compares blobs byte by byte, with no collation and no wildcards, so a prefix is a plain range of the primary key.

import { isUint8Array } from "node:util/types";
import { COUNTERS, type CounterRow, clampCounters } from "../model/counters.ts";
import { isRef } from "../model/is-ref.ts";
import type { Domain, Ref, RefId } from "../model/ref.ts";
import type { Usage } from "../ports/key-index.ts";
import { isUsage } from "./is-usage.ts";

/** Kept in `PRAGMA user_version`; raised when the tables change. */
export const SCHEMA_VERSION = 3;

const USES = `
  CREATE TABLE uses (
    byRepository TEXT NOT NULL, byRef TEXT NOT NULL,
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    contentHash TEXT NOT NULL, createdAtMs INTEGER NOT NULL, count INTEGER NOT NULL, lastAtMs INTEGER NOT NULL,
    PRIMARY KEY (byRepository, byRef, repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
`;

const COUNTED = `
  CREATE TABLE counters (
    repository TEXT NOT NULL, day TEXT NOT NULL, domain TEXT NOT NULL,
    ${COUNTERS.map((name) => `${name} INTEGER NOT NULL`).join(", ")},
    PRIMARY KEY (repository, day, domain)
  ) STRICT, WITHOUT ROWID;
`;

/** From the tables of a version to those of the next one. */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  1: `${USES} PRAGMA user_version = 2;`,
  2: `${COUNTED} ALTER TABLE refs ADD COLUMN buildSeconds REAL; PRAGMA user_version = 3;`,
};

export const SCHEMA: string = `
  CREATE TABLE refs (
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    domain TEXT NOT NULL, contentHash TEXT NOT NULL,
    createdAtMs INTEGER NOT NULL, lastAccessedAtMs INTEGER NOT NULL, accessCount INTEGER NOT NULL,
    expiresAtMs INTEGER NOT NULL, notAfterMs INTEGER NOT NULL, invalidatedAtMs INTEGER,
    treeBytes INTEGER NOT NULL, storedBytes INTEGER NOT NULL, entryCount INTEGER NOT NULL,
    toolchain TEXT, lockfileHash TEXT, signature TEXT, buildSeconds REAL,
    PRIMARY KEY (repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refs_newest ON refs (repository, ref, version, createdAtMs);
  CREATE INDEX refs_key ON refs (repository, key);
  CREATE TABLE leases (
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    owner TEXT NOT NULL, expiresAtMs INTEGER NOT NULL,
    PRIMARY KEY (repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE identity (
    only INTEGER PRIMARY KEY CHECK (only = 1), value TEXT NOT NULL
  ) STRICT;
  ${USES}
  ${COUNTED}
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Columns of `refs`, in the order of {@link refValues}. */
export const REF_COLUMNS: readonly string[] = [
  "repository",
  "ref",
  "version",
  "key",
  "domain",
  "contentHash",
  "createdAtMs",
  "lastAccessedAtMs",
  "accessCount",
  "expiresAtMs",
  "notAfterMs",
  "invalidatedAtMs",
  "treeBytes",
  "storedBytes",
  "entryCount",
  "toolchain",
  "lockfileHash",
  "signature",
  "buildSeconds",
];

export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, unknown>>;

/** The primary key of a row of `refs` or `leases`. */
export function idValues(id: RefId): SqlValue[] {
  return [id.scope.repository, id.scope.ref, id.version, keyBytes(id.key)];
}

export function refValues(ref: Ref): SqlValue[] {
  return [
    ...idValues(ref),
    ref.domain,
    ref.contentHash,
    ref.createdAtMs,
    ref.lastAccessedAtMs,
    ref.accessCount,
    ref.expiresAtMs,
    ref.notAfterMs,
    ref.invalidatedAtMs ?? null,
    ref.treeBytes,
    ref.storedBytes,
    ref.entryCount,
    ref.toolchain ?? null,
    ref.lockfileHash ?? null,
    ref.signature ?? null,
    ref.buildSeconds ?? null,
  ];
}

/**
 * @returns undefined for what is not wholly a Ref, or whose key is no text: read as one it would speak for another row's.
 * Every process of this user can write the file, and make it with tables of its own.
 */
export function refFromRow(row: SqlRow): Ref | undefined {
  const optional = (name: string) => (row[name] === null ? {} : { [name]: row[name] });
  const ref = {
    scope: { repository: row["repository"], ref: row["ref"] },
    version: row["version"],
    key: keyFromRow(row),
    domain: row["domain"],
    contentHash: row["contentHash"],
    createdAtMs: row["createdAtMs"],
    lastAccessedAtMs: row["lastAccessedAtMs"],
    accessCount: row["accessCount"],
    expiresAtMs: row["expiresAtMs"],
    notAfterMs: row["notAfterMs"],
    treeBytes: row["treeBytes"],
    storedBytes: row["storedBytes"],
    entryCount: row["entryCount"],
    ...optional("invalidatedAtMs"),
    ...optional("toolchain"),
    ...optional("lockfileHash"),
    ...optional("signature"),
    ...optional("buildSeconds"),
  };
  return isRef(ref) ? ref : undefined;
}

function keyFromRow({ key }: SqlRow): string | undefined {
  if (!isUint8Array(key)) return undefined;
  const text = Buffer.from(key).toString("utf8");
  return Buffer.compare(keyBytes(text), key) === 0 ? text : undefined;
}

export function usageValues({ of, by, count, lastAtMs }: Usage): SqlValue[] {
  return [by.repository, by.ref, ...idValues(of), of.contentHash, of.createdAtMs, count, lastAtMs];
}

/** @returns undefined for what is not wholly a Usage. */
export function usageFromRow(row: SqlRow): Usage | undefined {
  const usage = {
    of: {
      scope: { repository: row["repository"], ref: row["ref"] },
      version: row["version"],
      key: keyFromRow(row),
      contentHash: row["contentHash"],
      createdAtMs: row["createdAtMs"],
    },
    by: { repository: row["byRepository"], ref: row["byRef"] },
    count: row["count"],
    lastAtMs: row["lastAtMs"],
  };
  return isUsage(usage) ? usage : undefined;
}

/** Adds to the row of a day, or makes it. */
export const ADD_COUNTERS: string = `
  INSERT INTO counters VALUES (?, ?, ?, ${COUNTERS.map(() => "?").join(", ")})
  ON CONFLICT DO UPDATE SET ${COUNTERS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}
`;

export function countersValues({ repository, day, domain, counters }: CounterRow): SqlValue[] {
  return [repository, day, domain, ...COUNTERS.map((name) => Math.round(counters[name]))];
}

export function countersFromRow(row: SqlRow): CounterRow {
  return {
    repository: row["repository"] as string,
    day: row["day"] as string,
    domain: row["domain"] as Domain,
    counters: clampCounters(row),
  };
}

export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, "utf8");
}

/**
 * The range of keys that start with `prefix`: `from` inclusive, `below` exclusive. No UTF-8 byte is 0xff, so the
 * prefix with one appended is above every key that continues it.
 */
export function prefixRange(prefix: string): { from: Uint8Array; below: Uint8Array } {
  const from = keyBytes(prefix);
  return { from, below: Buffer.concat([from, Uint8Array.of(0xff)]) };
}
