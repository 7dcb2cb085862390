// What the artifact that a root was stamped with tells of it: which entries of the wanted artifact are the same in it, so that
// "unchanged since the stamp" means that the bytes are right, since they come from the same places of the same chunks; and,
// of a sealed root, all that stands there.

import { type ArtifactPlace, readArtifact, readSegments } from "../lib/read-artifact.ts";
import type { SealedRoot } from "../lib/seal.ts";
import { openSealedTree, type SealedTree } from "../lib/sealed-walk.ts";
import type { Stamp } from "../lib/stamp.ts";
import { isSameTime } from "../lib/times.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Artifact, SegmentInfo } from "../model/artifact-codec.ts";
import { CacheError } from "../model/errors.ts";
import { createEntryFinder } from "../model/find-entry.ts";
import { isSameArtifact } from "../model/ref.ts";
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

/** Of a root that carries a stamp. */
export interface KnownContent {
  readonly isKnown: IsKnown;
  /** Where the root is sealed. */
  readonly sealed: SealedTree | undefined;
}

export interface StampedRoots {
  /** By index of the wanted artifact's root. */
  readonly stamps: ReadonlyMap<number, Stamp>;
  readonly sealed: readonly SealedRoot[];
}

/**
 * By index of the wanted artifact's root. Reads of the stamped artifacts only the segments that the wanted one does not
 * share. Never fails a restore: what can't be read is not known.
 */
export async function findKnownContent(
  wanted: WantedTree,
  { stamps, sealed }: StampedRoots,
  options: CallOptions,
): Promise<Map<number, KnownContent>> {
  const trees = new Map<string, StampedTree | undefined>();
  const known = new Map<number, KnownContent>();
  for (const [root, stamp] of stamps) {
    const { domain, contentHash, folder } = stamp;
    const name = `${domain}/${contentHash}`;
    if (!trees.has(name))
      trees.set(name, await readStampedTree({ ...wanted.place, domain, contentHash }, wanted, options));
    const tree = trees.get(name);
    const own = sealed.find((other) => other.stamp.folder === folder && isSameArtifact(other.stamp, stamp));
    if (tree)
      known.set(root, {
        isKnown: tree.isKnown,
        sealed: own && openSealedTree(own, wanted.artifact.header, tree.segments),
      });
  }
  return known;
}

/** The artifact of a stamp. */
interface StampedTree {
  readonly segments: readonly Segment[];
  readonly isKnown: IsKnown;
}

async function readStampedTree(
  stamped: ArtifactPlace,
  { place, artifact, segments }: WantedTree,
  options: CallOptions,
): Promise<StampedTree | undefined> {
  if (isSameArtifact(stamped, place))
    return { segments, isKnown: (s, i, walked) => isState(segments[s]!, i, walked) };
  try {
    const other = await readArtifact(stamped, options);
    // Entries name their root by its index.
    if (JSON.stringify(other.header.roots) !== JSON.stringify(artifact.header.roots)) return undefined;
    const wanted = new Map(artifact.header.segments.map(({ chunk }, s) => [chunk.digest, segments[s]!]));
    const only = ({ chunk }: SegmentInfo): boolean => !wanted.has(chunk.digest);
    const differing: Segment[] = [];
    for await (const segment of readSegments(stamped, other, { ...options, only })) differing.push(segment);
    let next = 0;
    const all = other.header.segments.map(({ chunk }) => wanted.get(chunk.digest) ?? differing[next++]!);
    const shared = new Set(all);
    const finders = other.header.roots.map((_, root) => createEntryFinder(differing, root));
    return {
      segments: all,
      isKnown(s, i, walked) {
        const segment = segments[s]!;
        if (shared.has(segment)) return isState(segment, i, walked);
        const there = finders[segment.roots[i]!]?.(segment.paths[i]!);
        return there !== undefined && isState(...there, walked) && hasSameBytes(segment, i, ...there);
      },
    };
  } catch (error) {
    if (options.signal?.aborted || !(error instanceof CacheError)) throw error;
    return undefined;
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
