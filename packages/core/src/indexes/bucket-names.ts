// What the bucket index calls its objects. Scopes and versions are hashed, so that any text makes a name; the name of a
// Ref by time carries its key, so that one listing finds the newest with a prefix without reading every object.

import { hash } from "node:crypto";
import { REFS_PREFIX } from "../model/names.ts";
import type { RefId, Scope } from "../model/ref.ts";

export const IDENTITY_NAME: string = `${REFS_PREFIX}identity.json`;

/** Reversed times have so many digits: enough until the year 2286. */
const TIME_DIGITS = 13;
const LAST_TIME_MS = 10 ** TIME_DIGITS - 1;
/** Of the key, in a name: file systems, and servers that stand on one, allow 255 bytes between two slashes. */
const KEY_BYTES_IN_NAME = 132;

export function repositoryPrefix(repository: string): string {
  return `${REFS_PREFIX}${short(repository)}/`;
}

export function partitionPrefix({
  scope,
  version,
}: {
  readonly scope: Scope;
  readonly version: string;
}): string {
  return `${repositoryPrefix(scope.repository)}${short(JSON.stringify([scope.ref, version]))}/`;
}

/** The row: the one object that decides which Ref a key has. */
export function rowName(id: RefId): string {
  return `${partitionPrefix(id)}key/${digestOf(id.key)}`;
}

export function leaseName(id: RefId): string {
  return `${partitionPrefix(id)}lease/${digestOf(id.key)}`;
}

export function timePrefix(partition: string): string {
  return `${partition}time/`;
}

/** Sorts newest first; says nothing that the row does not say, and counts only where the row agrees. */
export function timeName(id: RefId, createdAtMs: number): string {
  const time = String(LAST_TIME_MS - createdAtMs).padStart(TIME_DIGITS, "0");
  const key = Buffer.from(id.key);
  const start = key.subarray(0, KEY_BYTES_IN_NAME).toString("base64url");
  return `${timePrefix(partitionPrefix(id))}${time}-${start}-${digestOf(id.key)}`;
}

export interface TimeName {
  /** Name of the row. */
  readonly row: string;
  readonly createdAtMs: number;
  /** Whether the key can start with `prefix`: certain only when the name holds the whole key. */
  mayStartWith(prefix: Buffer): boolean;
}

/** @returns undefined for a name that is none of these. */
export function parseTimeName(name: string): TimeName | undefined {
  const match = /^(.+\/)time\/(\d{13})-([A-Za-z0-9_-]*)-([0-9a-f]{64})$/.exec(name);
  if (!match) return undefined;
  const [, partition, time, encoded, digest] = match as unknown as [string, string, string, string, string];
  const start = Buffer.from(encoded, "base64url");
  return {
    row: `${partition}key/${digest}`,
    createdAtMs: LAST_TIME_MS - Number(time),
    mayStartWith: (prefix) =>
      start.subarray(0, prefix.length).equals(prefix.subarray(0, start.length)) &&
      (prefix.length <= start.length || start.length === KEY_BYTES_IN_NAME),
  };
}

function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}

function short(text: string): string {
  return digestOf(text).slice(0, 32);
}
