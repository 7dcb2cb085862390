// Which entries of an artifact are the same in the artifact that a root was stamped with: for those, "unchanged since the
// stamp" means that the bytes are right: they come from the same places of the same chunks.

import { type ArtifactPlace, readArtifact, readSegments } from "../lib/read-artifact.ts";
import type { Stamp } from "../lib/stamp.ts";
import { isSameTime } from "../lib/times.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Artifact, SegmentInfo } from "../model/artifact-codec.ts";
import { CacheError } from "../model/errors.ts";
import { createEntryFinder } from "../model/find-entry.ts";
import { extentCount, firstExtent, type Segment } from "../model/segment.ts";
import type { CallOptions } from "../ports/object-store.ts";

/** What is to be restored. */
export interface WantedTree {
  readonly place: ArtifactPlace;
  readonly artifact: Artifact;
  readonly segments: readonly Segment[];
}

/**
 * Whether what was walked at the path of entry i of segment s, and is as it was when stamped, has the bytes of the entry.
 * To be asked in the order of the entries.
 */
export type IsKnown = (s: number, i: number, walked: WalkedEntry) => boolean;

/**
 * Reads of the stamped artifact only the segments that the wanted one does not share. Never fails a restore: what can't be
 * read is not known.
 * @param stamps by index of the wanted artifact's root.
 */
export async function findKnownContent(
  wanted: WantedTree,
  stamps: ReadonlyMap<number, Stamp>,
  options: CallOptions,
): Promise<IsKnown> {
  const knownBy = new Map<number, IsKnown>();
  const found = new Map<string, IsKnown>();
  for (const [root, stamp] of stamps) {
    const { domain, contentHash } = stamp;
    const name = `${domain}/${contentHash}`;
    const isKnown =
      found.get(name) ?? (await compareWith({ ...wanted.place, domain, contentHash }, wanted, options));
    found.set(name, isKnown);
    knownBy.set(root, isKnown);
  }
  return (s, i, walked) => knownBy.get(wanted.segments[s]!.roots[i]!)?.(s, i, walked) ?? false;
}

async function compareWith(
  stamped: ArtifactPlace,
  { place, artifact, segments }: WantedTree,
  options: CallOptions,
): Promise<IsKnown> {
  if (stamped.contentHash === place.contentHash && stamped.domain === place.domain)
    return (s, i, walked) => isState(segments[s]!, i, walked);
  try {
    const other = await readArtifact(stamped, options);
    // Entries name their root by its index.
    if (JSON.stringify(other.header.roots) !== JSON.stringify(artifact.header.roots)) return () => false;
    const shared = new Set(other.header.segments.map(({ chunk }) => chunk.digest));
    const isShared = artifact.header.segments.map(({ chunk }) => shared.has(chunk.digest));
    const wanted = new Set(artifact.header.segments.map(({ chunk }) => chunk.digest));
    const only = ({ chunk }: SegmentInfo): boolean => !wanted.has(chunk.digest);
    const differing: Segment[] = [];
    for await (const segment of readSegments(stamped, other, { ...options, only })) differing.push(segment);
    const finders = other.header.roots.map((_, root) => createEntryFinder(differing, root));
    return (s, i, walked) => {
      const { roots, paths } = segments[s]!;
      if (isShared[s]) return isState(segments[s]!, i, walked);
      const there = finders[roots[i]!]?.(paths[i]!);
      return there !== undefined && isState(...there, walked) && hasSameBytes(segments[s]!, i, ...there);
    };
  } catch (error) {
    if (options.signal?.aborted || !(error instanceof CacheError)) throw error;
    return () => false;
  }
}

/** Whether what was walked is what the entry describes. */
function isState({ sizes, mtimeSeconds, mtimeNanos }: Segment, i: number, walked: WalkedEntry): boolean {
  const times = { mtimeSeconds: mtimeSeconds[i]!, mtimeNanos: mtimeNanos[i]! };
  return walked.size === sizes[i] && isSameTime(walked, times);
}

function hasSameBytes(a: Segment, i: number, b: Segment, j: number): boolean {
  const count = extentCount(a, i);
  if (a.sizes[i] !== b.sizes[j] || count !== extentCount(b, j)) return false;
  for (let n = 0; n < count; n++) {
    const [x, y] = [firstExtent(a, i) + n, firstExtent(b, j) + n];
    const isSameExtent =
      a.extents.offsets[x] === b.extents.offsets[y] &&
      a.extents.lengths[x] === b.extents.lengths[y] &&
      a.chunks[a.extents.chunks[x]!]!.digest === b.chunks[b.extents.chunks[y]!]!.digest;
    if (!isSameExtent) return false;
  }
  return true;
}
