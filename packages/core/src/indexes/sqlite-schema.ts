// The tables of the SQLite index, and how a Ref becomes a row of them. Keys are kept as their UTF-8 bytes: SQLite
// compares blobs byte by byte, with no collation and no wildcards, so a prefix is a plain range of the primary key.

import type { Digest } from "../model/digest.ts";
import type { Domain, Ref, RefId } from "../model/ref.ts";
import type { Usage } from "../ports/key-index.ts";

/** Kept in `PRAGMA user_version`; raised when the tables change. */
export const SCHEMA_VERSION = 2;

const USES = `
  CREATE TABLE uses (
    byRepository TEXT NOT NULL, byRef TEXT NOT NULL,
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    contentHash TEXT NOT NULL, createdAtMs INTEGER NOT NULL, count INTEGER NOT NULL, lastAtMs INTEGER NOT NULL,
    PRIMARY KEY (byRepository, byRef, repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
`;

/** From the tables of a version to those of the next one. */
export const MIGRATIONS: Readonly<Record<number, string>> = { 1: `${USES} PRAGMA user_version = 2;` };

export const SCHEMA: string = `
  CREATE TABLE refs (
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    domain TEXT NOT NULL, contentHash TEXT NOT NULL,
    createdAtMs INTEGER NOT NULL, lastAccessedAtMs INTEGER NOT NULL, accessCount INTEGER NOT NULL,
    expiresAtMs INTEGER NOT NULL, notAfterMs INTEGER NOT NULL, invalidatedAtMs INTEGER,
    treeBytes INTEGER NOT NULL, storedBytes INTEGER NOT NULL, entryCount INTEGER NOT NULL,
    toolchain TEXT, lockfileHash TEXT, signature TEXT,
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
  ];
}

export function refFromRow(row: SqlRow): Ref {
  return {
    scope: { repository: row["repository"] as string, ref: row["ref"] as string },
    version: row["version"] as string,
    key: Buffer.from(row["key"] as Uint8Array).toString("utf8"),
    domain: row["domain"] as Domain,
    contentHash: row["contentHash"] as Digest,
    createdAtMs: row["createdAtMs"] as number,
    lastAccessedAtMs: row["lastAccessedAtMs"] as number,
    accessCount: row["accessCount"] as number,
    expiresAtMs: row["expiresAtMs"] as number,
    notAfterMs: row["notAfterMs"] as number,
    treeBytes: row["treeBytes"] as number,
    storedBytes: row["storedBytes"] as number,
    entryCount: row["entryCount"] as number,
    ...(row["invalidatedAtMs"] === null ? {} : { invalidatedAtMs: row["invalidatedAtMs"] as number }),
    ...(row["toolchain"] === null ? {} : { toolchain: row["toolchain"] as string }),
    ...(row["lockfileHash"] === null ? {} : { lockfileHash: row["lockfileHash"] as string }),
    ...(row["signature"] === null ? {} : { signature: row["signature"] as string }),
  };
}

export function usageValues({ of, by, count, lastAtMs }: Usage): SqlValue[] {
  return [by.repository, by.ref, ...idValues(of), of.contentHash, of.createdAtMs, count, lastAtMs];
}

export function usageFromRow(row: SqlRow): Usage {
  return {
    of: {
      scope: { repository: row["repository"] as string, ref: row["ref"] as string },
      version: row["version"] as string,
      key: Buffer.from(row["key"] as Uint8Array).toString("utf8"),
      contentHash: row["contentHash"] as Digest,
      createdAtMs: row["createdAtMs"] as number,
    },
    by: { repository: row["byRepository"] as string, ref: row["byRef"] as string },
    count: row["count"] as number,
    lastAtMs: row["lastAtMs"] as number,
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
