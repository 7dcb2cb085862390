// Rows of the DynamoDB index: the attributes that other people's dashboards read (cacheKey, contentHash, s3Key,
// repository, toolchain, lockfileHash, createdAt, lastAccessed, accessCount, ttl) beside Cairn's own. Unknown ones are
// left out, never empty: the key of a secondary index may not be.

import { hash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { isRef } from "../model/is-ref.ts";
import { artifactName } from "../model/names.ts";
import type { Ref, RefId, Scope, Version } from "../model/ref.ts";
import type { Lease } from "../ports/key-index.ts";

export type Item = Record<string, AttributeValue>;

/**
 * Sort keys stop at 1,024 bytes, a key can have 1,536. Up to so many a key is its own sort key; of a longer one that
 * much is kept, with its digest behind. The result is longer than any key that is kept whole, so none can equal it.
 */
const WHOLE_KEY_BYTES = 900;
/** A cut never falls inside a character, so it may come this much earlier. */
const CHARACTER_BYTES = 4;
/** DynamoDB takes no longer ones. */
const SORT_KEY_BYTES = 1024;

/** `repository:ref:version`, with `%` and `:` of its parts escaped, so that no two scopes share a partition. */
export function partitionKey(scope: Scope, version: Version): string {
  return [scope.repository, scope.ref, version]
    .map((part) => part.replace(/[%:]/g, encodeURIComponent))
    .join(":");
}

/** Leases live in a partition of their own, beside the one they belong to: so a policy on leading keys covers both. */
export function leasePartitionKey(scope: Scope, version: Version): string {
  return `${partitionKey(scope, version)}:lease`;
}

export const IDENTITY_KEY: Item = { pk: { S: ":identity" }, sk: { S: "store" } };

export function sortKey(key: string): string {
  if (Buffer.byteLength(key) > WHOLE_KEY_BYTES)
    return `${firstBytes(key, WHOLE_KEY_BYTES)}#${hash("sha256", key, "hex")}`;
  // A sort key may not be empty, and no key starts with U+0001.
  return key === "" ? "\u0001" : key;
}

/** What the sort keys of all keys that start with `prefix` start with; those of some others may, too. */
export function sortKeyPrefix(prefix: string): string {
  return firstBytes(prefix, WHOLE_KEY_BYTES - (CHARACTER_BYTES - 1));
}

/**
 * The last sort key that can start with `prefix`. DynamoDB orders by UTF-8 bytes; with BETWEEN the local engine of tests and
 * small installations seeks, with begins_with it reads all keys of the partition. AWS seeks with both.
 */
export function sortKeyCeiling(prefix: string): string {
  const left = SORT_KEY_BYTES - Buffer.byteLength(prefix);
  const highest = ["", "\u007f", "\u07ff", "\uffff"][left % CHARACTER_BYTES]!;
  return prefix + "\u{10ffff}".repeat(Math.floor(left / CHARACTER_BYTES)) + highest;
}

/** As many whole characters of the text as fit into `limit` bytes. */
function firstBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(limit, bytes.length);
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}

export function keyOf(id: RefId): Item {
  return { pk: { S: partitionKey(id.scope, id.version) }, sk: { S: sortKey(id.key) } };
}

export function leaseKeyOf(id: RefId): Item {
  return { pk: { S: leasePartitionKey(id.scope, id.version) }, sk: { S: sortKey(id.key) } };
}

/** Of the uses of a Ref, whose key and scope can be of any length. */
export function usageSortKey({ scope, key }: RefId): string {
  return hash("sha256", JSON.stringify([scope.repository, scope.ref, key]), "hex");
}

export function itemOf(ref: Ref): Item {
  return {
    ...keyOf(ref),
    cacheKey: { S: ref.key },
    contentHash: { S: `sha256:${ref.contentHash}` },
    s3Key: { S: artifactName(ref.domain, ref.contentHash) },
    repository: { S: ref.scope.repository },
    ref: { S: ref.scope.ref },
    version: { S: ref.version },
    domain: { S: ref.domain },
    createdAt: { S: isoOf(ref.createdAtMs) },
    lastAccessed: { S: isoOf(ref.lastAccessedAtMs) },
    accessCount: number(ref.accessCount),
    // In whole seconds, as the table's time to live wants it; rounded up, since only expiresAtMs decides.
    ttl: number(Math.ceil(ref.expiresAtMs / 1000)),
    expiresAtMs: number(ref.expiresAtMs),
    notAfterMs: number(ref.notAfterMs),
    treeBytes: number(ref.treeBytes),
    storedBytes: number(ref.storedBytes),
    entryCount: number(ref.entryCount),
    ...(ref.buildSeconds !== undefined && { buildSeconds: number(ref.buildSeconds) }),
    ...(ref.invalidatedAtMs !== undefined && { invalidatedAtMs: number(ref.invalidatedAtMs) }),
    ...(ref.toolchain && { toolchain: { S: ref.toolchain } }),
    ...(ref.lockfileHash && { lockfileHash: { S: ref.lockfileHash } }),
    ...(ref.signature && { signature: { S: ref.signature } }),
  };
}

/** @returns undefined for what is no Ref of ours: a lease, the identity, a row that another program wrote. */
export function refOf(item: Item): Ref | undefined {
  const text = (name: string): string | undefined => item[name]?.S;
  const count = (name: string): number => Number(item[name]?.N ?? Number.NaN);
  const ref = {
    scope: { repository: text("repository"), ref: text("ref") },
    version: text("version"),
    key: text("cacheKey"),
    domain: text("domain"),
    contentHash: text("contentHash")?.replace(/^sha256:/, ""),
    createdAtMs: Date.parse(text("createdAt") ?? ""),
    lastAccessedAtMs: Date.parse(text("lastAccessed") ?? ""),
    accessCount: count("accessCount"),
    expiresAtMs: count("expiresAtMs"),
    notAfterMs: count("notAfterMs"),
    treeBytes: count("treeBytes"),
    storedBytes: count("storedBytes"),
    entryCount: count("entryCount"),
    ...(item["buildSeconds"] && { buildSeconds: count("buildSeconds") }),
    ...(item["invalidatedAtMs"] && { invalidatedAtMs: count("invalidatedAtMs") }),
    ...(item["toolchain"] && { toolchain: text("toolchain") }),
    ...(item["lockfileHash"] && { lockfileHash: text("lockfileHash") }),
    ...(item["signature"] && { signature: text("signature") }),
  };
  if (!isRef(ref)) return undefined;
  // Under another key than its own it would speak for a scope whose rows its writer may not write.
  const { pk, sk } = keyOf(ref);
  return pk?.S === text("pk") && sk?.S === text("sk") ? ref : undefined;
}

export function leaseItemOf(lease: Lease): Item {
  return {
    ...leaseKeyOf(lease.id),
    owner: { S: lease.owner },
    expiresAtMs: number(lease.expiresAtMs),
    ttl: number(Math.ceil(lease.expiresAtMs / 1000)),
  };
}

export function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}
