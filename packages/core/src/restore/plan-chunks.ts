// Which bytes of each chunk go where: the extents of all files, turned around. Counted first and laid out then, so that a
// tree of a million files takes five numbers for each extent and no object.

import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";
import { firstExtent, type Segment } from "../model/segment.ts";

/** Runs of files' bytes in chunks; those of one chunk stand side by side, in the order of the artifact. */
export interface RunColumns {
  /** Index into the artifact's segments, and into the entries and the extents of that segment. */
  readonly segments: Uint32Array;
  readonly entries: Uint32Array;
  readonly extents: Uint32Array;
  /** Where the run begins in its file. */
  readonly positions: Float64Array;
}

export interface PlannedChunk {
  readonly chunk: StoredChunk;
  readonly runs: RunColumns;
  /** Its runs are those from `first` to `end`, the latter left out. */
  readonly first: number;
  readonly end: number;
}

/** Every chunk that has runs, by the order in which the packs are first used, and by place in the pack. */
export function planChunks(segments: readonly Segment[]): PlannedChunk[] {
  const numbers = new Map<Digest, number>();
  const chunks: StoredChunk[] = [];
  /** For each segment: the number of each of its chunks. */
  const numbersOf = segments.map((segment) =>
    Uint32Array.from(segment.chunks, (chunk) => {
      const known = numbers.get(chunk.digest);
      if (known !== undefined) return known;
      numbers.set(chunk.digest, chunks.length);
      return chunks.push(chunk) - 1;
    }),
  );

  const ends = new Uint32Array(chunks.length);
  for (const [s, segment] of segments.entries())
    for (const chunk of segment.extents.chunks) ends[numbersOf[s]![chunk]!]!++;
  let total = 0;
  for (let n = 0; n < ends.length; n++) {
    const count = ends[n]!;
    ends[n] = total;
    total += count;
  }
  const runs: RunColumns = {
    segments: new Uint32Array(total),
    entries: new Uint32Array(total),
    extents: new Uint32Array(total),
    positions: new Float64Array(total),
  };
  // Each run goes to the end of what its chunk has so far: what was its beginning is its end when all are placed.
  const firsts = ends.slice();
  for (const [s, segment] of segments.entries()) placeRuns(runs, ends, segment, s, numbersOf[s]!);

  return inPackOrder(
    chunks.flatMap((chunk, n) =>
      ends[n]! > firsts[n]! ? [{ chunk, runs, first: firsts[n]!, end: ends[n]! }] : [],
    ),
  );
}

function placeRuns(
  runs: RunColumns,
  ends: Uint32Array,
  segment: Segment,
  s: number,
  numbers: Uint32Array,
): void {
  const { chunks, lengths } = segment.extents;
  for (let i = 0; i < segment.entryCount; i++) {
    let position = 0;
    for (let extent = firstExtent(segment, i); extent < segment.extentEnds[i]!; extent++) {
      const at = ends[numbers[chunks[extent]!]!]!++;
      runs.segments[at] = s;
      runs.entries[at] = i;
      runs.extents[at] = extent;
      runs.positions[at] = position;
      position += lengths[extent]!;
    }
  }
}

function inPackOrder(chunks: readonly PlannedChunk[]): PlannedChunk[] {
  const packs = new Map<Digest, PlannedChunk[]>();
  for (const planned of chunks) {
    const pack = packs.get(planned.chunk.pack);
    if (pack) pack.push(planned);
    else packs.set(planned.chunk.pack, [planned]);
  }
  return [...packs.values()].flatMap((pack) => pack.sort((a, b) => a.chunk.offset - b.chunk.offset));
}
