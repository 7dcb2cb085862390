// Base artifacts: what this job restored and the newest visible artifacts with the longest common key prefix, at most
// three. What they hold is not sent again, unless its pack is too old, condemned, known broken, or better rewritten.

import type { Backend } from "../lib/backend.ts";
import type { Handover } from "../lib/handover.ts";
import { type ArtifactPlace, readArtifact, readSegments } from "../lib/read-artifact.ts";
import {
  type ArtifactHeader,
  INLINE_PACK,
  type PackInfo,
  type SegmentInfo,
} from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";
import { CacheError } from "../model/errors.ts";
import { LIFETIME_MS, PACK_TARGET_BYTES, PACKS_BEFORE_REWRITE, REWRITE_SHARE } from "../model/limits.ts";
import { artifactName, packName } from "../model/names.ts";
import type { Domain, Ref, RefId, Scope } from "../model/ref.ts";
import type { Segment } from "../model/segment.ts";
import type { CallOptions } from "../ports/object-store.ts";

/** What need not be sent, and where it is. */
export interface Held {
  readonly chunks: ReadonlyMap<Digest, StoredChunk>;
  readonly segments: ReadonlyMap<Digest, SegmentInfo>;
  readonly packs: ReadonlyMap<Digest, PackInfo>;
  /** Those that a stamp of this job names. */
  readonly stamped: readonly Base[];
}

/** An artifact that the store holds, as a whole. */
export interface Base {
  readonly domain: Domain;
  readonly contentHash: Digest;
  readonly header: ArtifactHeader;
  readonly segments: readonly Segment[];
}

export interface BaseQuery {
  readonly id: RefId;
  readonly domain: Domain;
  readonly reads: readonly Scope[];
  readonly handover: Handover;
  /** Names of objects that prune is going to delete. */
  readonly condemned: ReadonlySet<string>;
}

const MAX_BASES = 3;
/** Prefixes of the key that are tried, longest first, before "any key": bounds the requests. */
const MAX_PREFIXES = 3;

/** Never fails a save: a base that can't be found or read is one less. */
export async function loadHeld(backend: Backend, query: BaseQuery, options: CallOptions): Promise<Held> {
  const held: HeldSoFar = {
    chunks: new Map<Digest, StoredChunk>(),
    segments: new Map<Digest, SegmentInfo>(),
    packs: new Map<Digest, PackInfo>(),
    stamped: [],
    rewritten: new Set<Digest>(),
  };
  const tried = new Set<Digest>();
  const tryBase = (base: Ref): Promise<void> =>
    tolerate(options, async () => {
      if (tried.size === MAX_BASES || tried.has(base.contentHash) || !isUsable(base, query)) return;
      tried.add(base.contentHash);
      await addBase(
        held,
        { store: backend.store, domain: base.domain, contentHash: base.contentHash },
        backend,
        query,
        options,
      );
    });
  for (const ref of query.handover.restored) await tryBase(ref);
  await tolerate(options, async () => {
    for (const prefix of keyPrefixes(query.id.key)) {
      for (const scope of uniqueScopes([query.id.scope, ...query.reads])) {
        if (held.chunks.size > 0) return;
        const ref = await backend.index.lookup(
          { scope, version: query.id.version, key: prefix, match: "prefix" },
          options,
        );
        if (ref) await tryBase(ref);
      }
    }
  });
  return held;
}

function isUsable(ref: Ref, { id, domain, handover }: BaseQuery): boolean {
  const isBroken = handover.broken.some((artifact) => artifact.contentHash === ref.contentHash);
  // What main reads must not rest on anything that a pull request wrote.
  const isAllowed = ref.domain === "trusted" || domain === "pr";
  return ref.version === id.version && isAllowed && !isBroken;
}

function uniqueScopes(scopes: readonly Scope[]): Scope[] {
  return scopes.filter(
    (scope, i) =>
      scopes.findIndex(({ repository, ref }) => repository === scope.repository && ref === scope.ref) === i,
  );
}

async function tolerate({ signal }: CallOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal?.aborted || !(error instanceof CacheError)) throw error;
  }
}

/** `a-b-c` -> `a-b-c`, `a-b-`, `a-`, ``: the key itself, then cut behind its last separators. */
export function keyPrefixes(key: string): string[] {
  const prefixes = [key];
  for (const separator of [...key.matchAll(/[-:_/.|]/g)].reverse()) {
    if (prefixes.length > MAX_PREFIXES) break;
    prefixes.push(key.slice(0, separator.index + 1));
  }
  return [...new Set([...prefixes, ""])];
}

interface HeldSoFar {
  readonly chunks: Map<Digest, StoredChunk>;
  readonly segments: Map<Digest, SegmentInfo>;
  readonly packs: Map<Digest, PackInfo>;
  readonly stamped: Base[];
  /** Packs that a base wants rewritten: no other base brings them back. */
  readonly rewritten: Set<Digest>;
}

async function addBase(
  held: HeldSoFar,
  place: ArtifactPlace,
  backend: Backend,
  query: BaseQuery,
  options: CallOptions,
): Promise<void> {
  const broken = new Set(query.handover.broken.flatMap((artifact) => artifact.objects));
  const isGone = (name: string): boolean => broken.has(name) || query.condemned.has(name);
  if (isGone(artifactName(place.domain, place.contentHash))) return;
  const artifact = await readArtifact(place, options);
  const reusable = new Map(
    artifact.header.packs
      .filter(
        (pack) =>
          isYoung(pack.bornDay, pack.domain, backend.clock.now()) &&
          !isGone(packName(pack.domain, pack.digest)),
      )
      .map((pack) => [pack.digest, pack]),
  );
  for (const pack of packsToRewrite(artifact.header)) held.rewritten.add(pack);
  for (const pack of held.rewritten) reusable.delete(pack);

  // All or nothing: a chunk is held only together with its pack.
  const chunks: StoredChunk[] = [];
  const isStamped = query.handover.stamps.some(({ contentHash }) => contentHash === place.contentHash);
  const segments: Segment[] = [];
  for await (const segment of readSegments(place, artifact, options)) {
    if (isStamped) segments.push(segment);
    for (const chunk of segment.chunks) if (reusable.has(chunk.pack)) chunks.push(chunk);
  }
  for (const chunk of chunks) held.chunks.set(chunk.digest, chunk);
  for (const segment of artifact.header.segments) {
    if (segment.chunk.pack !== INLINE_PACK && reusable.has(segment.chunk.pack))
      held.segments.set(segment.chunk.digest, segment);
  }
  for (const [digest, pack] of reusable) held.packs.set(digest, pack);
  const { domain, contentHash } = place;
  if (isStamped) held.stamped.push({ domain, contentHash, header: artifact.header, segments });
}

const DAY_MS = 86_400_000;

/** In the first half of its life: a Ref made now is then good for at least the other half. */
export function isYoung(bornDay: number, domain: Domain, nowMs: number): boolean {
  return nowMs - bornDay * DAY_MS < LIFETIME_MS[domain] / 2;
}

export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function endOfLife(bornDay: number, domain: Domain): number {
  return bornDay * DAY_MS + LIFETIME_MS[domain];
}

/** When the first of an artifact's objects may be deleted. */
export function endOfArtifact(bornMs: number, domain: Domain, { packs }: ArtifactHeader): number {
  return Math.min(
    endOfLife(dayOf(bornMs), domain),
    ...packs.map((pack) => endOfLife(pack.bornDay, pack.domain)),
  );
}

/** The least used packs of an artifact that has nearly too many, as far as a tenth of the tree goes. */
export function packsToRewrite({ packs }: ArtifactHeader): Digest[] {
  const usedBytes = packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
  // A tree of many gigabytes needs many full packs; only more than twice as many are too many.
  const limit = Math.max(PACKS_BEFORE_REWRITE, (2 * usedBytes) / PACK_TARGET_BYTES);
  if (packs.length < limit - SPARE_PACKS) return [];
  let budget = usedBytes * REWRITE_SHARE;
  const rewritten: Digest[] = [];
  for (const pack of [...packs].sort((a, b) => a.usedBytes - b.usedBytes)) {
    budget -= pack.usedBytes;
    if (budget < 0 || packs.length - rewritten.length <= limit / 2) break;
    rewritten.push(pack.digest);
  }
  return rewritten;
}

/** Packs that one save usually adds. */
const SPARE_PACKS = 8;
