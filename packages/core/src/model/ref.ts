// Ref: what the index holds, one row for each (scope, version, key). It names an artifact by its contentHash and is
// the only thing that makes an artifact visible.

import type { Digest } from "./digest.ts";

/** Who may see a Ref: a repository and a git ref (`refs/heads/main`, `refs/pull/7/merge`, `refs/tags/v1`). */
export interface Scope {
  readonly repository: string;
  readonly ref: string;
}

/** `pr` holds what pull requests write; trusted saves never read it. */
export type Domain = "trusted" | "pr";

/** Hex SHA-256 over the normalised path lines and the platform rule; saves of other versions never match. */
export type Version = string;

/** What identifies a Ref. */
export interface RefId {
  readonly scope: Scope;
  readonly version: Version;
  readonly key: string;
}

export interface Ref extends RefId {
  readonly domain: Domain;
  /** Name of the artifact in `domain`. */
  readonly contentHash: Digest;
  readonly createdAtMs: number;
  readonly lastAccessedAtMs: number;
  readonly accessCount: number;
  /** The Ref is a miss from then on; moves on when it is used, never past `notAfterMs`. */
  readonly expiresAtMs: number;
  /** Birth of the artifact's oldest pack plus the store's lifetime: the bucket may delete from then on. */
  readonly notAfterMs: number;
  /** Sum of the file sizes of the tree. */
  readonly treeBytes: number;
  /** Bytes this artifact occupies in the store, shared packs included. */
  readonly storedBytes: number;
  readonly entryCount: number;
  /** How long what it holds took to build, where the job that saved it told. */
  readonly buildSeconds?: number;
  readonly invalidatedAtMs?: number;
  readonly toolchain?: string;
  readonly lockfileHash?: string;
  readonly signature?: string;
}

/** Whether the Ref may be restored at `nowMs`: not invalidated, not expired, its packs still guaranteed. */
export function isLive(ref: Ref, nowMs: number): boolean {
  return ref.invalidatedAtMs === undefined && nowMs < ref.expiresAtMs && nowMs < ref.notAfterMs;
}

/** Whether two rows are the same state of the same Ref; what a conditional update compares. */
export function isSameRef(
  a: Pick<Ref, "contentHash" | "createdAtMs" | "key">,
  b: Pick<Ref, "contentHash" | "createdAtMs" | "key">,
): boolean {
  return a.contentHash === b.contentHash && a.createdAtMs === b.createdAtMs && a.key === b.key;
}

/** Which artifact something speaks of. */
export type ArtifactId = Pick<Ref, "domain" | "contentHash">;

export function isSameArtifact(a: ArtifactId, b: ArtifactId): boolean {
  return a.domain === b.domain && a.contentHash === b.contentHash;
}
