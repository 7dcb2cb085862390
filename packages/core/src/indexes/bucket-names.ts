// What the bucket index calls its objects. Keys, scopes and versions are hashed, so that any text makes a name; the name
// of a Ref by time carries its key, so that one listing finds the newest with a prefix without reading every object.
// The kind of git ref stands in each name, so that a policy can keep pull requests (`pull-*`) away from branches.

import { hash } from "node:crypto";
import { REFS_PREFIX } from "../model/names.ts";
import type { RefId, Scope, Version } from "../model/ref.ts";

export const IDENTITY_NAME: string = `${REFS_PREFIX}identity.json`;

/** Reversed times have so many digits: enough until the year 2286. */
const TIME_DIGITS = 13;
const LAST_TIME_MS = 10 ** TIME_DIGITS - 1;
/**
 * Of the key, in a name by time: file systems, and servers that stand on one, allow 255 bytes between two slashes;
 * base64 makes 164 of these, the time, the digest and the writer take 88.
 */
const KEY_BYTES_IN_NAME = 123;
const WRITER = /^[0-9a-f]{8}$/;

/** All rows of a repository. */
export function rowsPrefix(repository: string): string {
  return `${repositoryPrefix(repository)}key/`;
}

/** The rows of one key, of every ref and version. */
export function rowsOfKeyPrefix(repository: string, key: string): string {
  return `${rowsPrefix(repository)}${digestOf(key)}/`;
}

/** The row: the one object that decides which Ref a key has. */
export function rowName(id: RefId): string {
  return `${rowsOfKeyPrefix(id.scope.repository, id.key)}${partitionOf(id)}`;
}

export function isRowName(name: string): boolean {
  return (
    name.startsWith(REFS_PREFIX) &&
    /^[0-9a-f]{32}\/key\/[0-9a-f]{64}\/[a-z]+-[0-9a-f]{32}$/.test(name.slice(REFS_PREFIX.length))
  );
}

export function leaseName(id: RefId): string {
  return `${repositoryPrefix(id.scope.repository)}lease/${digestOf(id.key)}/${partitionOf(id)}`;
}

/** The lease of a save of the row with this name. */
export function leaseNameOfRow(row: string): string {
  return row.replace("/key/", "/lease/");
}

export function isLeaseName(name: string): boolean {
  return isRowName(name.replace("/lease/", "/key/"));
}

/** All rows of uses by jobs of a repository. */
export function usesPrefix(repository: string): string {
  return `${repositoryPrefix(repository)}uses/`;
}

/** The row of uses of one Ref by the jobs of one scope, among what belongs to that scope. */
export function usesName(of: RefId, by: Scope): string {
  const used = digestOf(JSON.stringify([of.scope.repository, of.scope.ref, of.key]));
  return `${usesPrefix(by.repository)}${partitionOf({ scope: by, version: of.version })}/${used}`;
}

export function isUsesName(name: string): boolean {
  return (
    name.startsWith(REFS_PREFIX) &&
    /^[0-9a-f]{32}\/uses\/[a-z]+-[0-9a-f]{32}\/[0-9a-f]{64}$/.test(name.slice(REFS_PREFIX.length))
  );
}

export function timePrefix(id: Pick<RefId, "scope" | "version">): string {
  return `${repositoryPrefix(id.scope.repository)}time/${partitionOf(id)}/`;
}

/**
 * Sorts newest first; says nothing that the row does not say, and counts only where the row agrees.
 * @param writer eight hex digits that no other commit has: two commits of one moment have two names.
 */
export function timeName(id: RefId, createdAtMs: number, writer: string): string {
  const time = String(LAST_TIME_MS - createdAtMs).padStart(TIME_DIGITS, "0");
  const start = Buffer.from(id.key).subarray(0, KEY_BYTES_IN_NAME).toString("base64url");
  return `${timePrefix(id)}${time}-${start}-${digestOf(id.key)}-${writer}`;
}

export interface TimeName {
  /** Name of the row. */
  readonly row: string;
  readonly writer: string;
  /** Whether the key can start with `prefix`: certain only when the name holds the whole key. */
  mayStartWith(prefix: Buffer): boolean;
}

/** @returns undefined for a name that is none of these. */
export function parseTimeName(name: string): TimeName | undefined {
  const match =
    /^(.+\/)time\/([a-z]+-[0-9a-f]{32})\/\d{13}-([A-Za-z0-9_-]*)-([0-9a-f]{64})-([0-9a-f]{8})$/.exec(name);
  if (!match) return undefined;
  const [, repository, partition, encoded, digest, writer] = match as unknown as string[];
  const start = Buffer.from(encoded!, "base64url");
  return {
    row: `${repository}key/${digest}/${partition}`,
    writer: writer!,
    mayStartWith: (prefix) =>
      start.subarray(0, prefix.length).equals(prefix.subarray(0, start.length)) &&
      (prefix.length <= start.length || start.length === KEY_BYTES_IN_NAME),
  };
}

export function isWriter(text: unknown): text is string {
  return typeof text === "string" && WRITER.test(text);
}

function repositoryPrefix(repository: string): string {
  return `${REFS_PREFIX}${short(repository)}/`;
}

function partitionOf({ scope, version }: { readonly scope: Scope; readonly version: Version }): string {
  const kind = /^refs\/(heads|tags|pull)\//.exec(scope.ref)?.[1] ?? "other";
  return `${kind}-${short(JSON.stringify([scope.ref, version]))}`;
}

function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}

function short(text: string): string {
  return digestOf(text).slice(0, 32);
}
