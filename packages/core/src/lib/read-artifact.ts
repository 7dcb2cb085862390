// Reads an artifact and its segments: both pipelines and maintenance start here. Every byte is checked: the artifact
// against its contentHash, the segments as any chunk.

import { setImmediate as turn } from "node:timers/promises";
import {
  type Artifact,
  type ArtifactHeader,
  decodeArtifact,
  INLINE_PACK,
  type SegmentInfo,
} from "../model/artifact-codec.ts";
import { decodeSegment } from "../model/decode-segment.ts";
import type { Digest } from "../model/digest.ts";
import { CorruptError } from "../model/errors.ts";
import { artifactName, packName } from "../model/names.ts";
import type { Domain } from "../model/ref.ts";
import type { Segment } from "../model/segment.ts";
import type { CallOptions, GetOptions, ObjectStore } from "../ports/object-store.ts";
import { openChunk } from "./codec.ts";
import { mapOrdered } from "./concurrency.ts";
import { mergeReads, type PackRead } from "./merge-reads.ts";
import { sha256 } from "./sha256.ts";

/** Ranged reads of segments under way at once. */
const READS_AT_ONCE = 8;

/** Where the objects of an artifact are. */
export interface ArtifactPlace {
  readonly store: ObjectStore;
  readonly domain: Domain;
  readonly contentHash: Digest;
}

/** @throws ObjectMissingError, CorruptError, FormatVersionError */
export async function readArtifact(place: ArtifactPlace, options?: CallOptions): Promise<Artifact> {
  const name = artifactName(place.domain, place.contentHash);
  const bytes = await place.store.get(name, undefined, options);
  const found = sha256(bytes);
  if (found !== place.contentHash) throw new CorruptError(name, `its bytes have the digest ${found}`);
  const artifact = decodeArtifact(bytes, name);
  if (place.domain === "trusted" && artifact.header.packs.some((pack) => pack.domain !== "trusted")) {
    throw new CorruptError(name, "it is trusted and names a pack that is not");
  }
  return artifact;
}

export interface SegmentOptions extends CallOptions {
  /** Which ones; default: all. */
  readonly only?: (segment: SegmentInfo) => boolean;
}

/** The segments in order, a few reads ahead. @throws ObjectMissingError, CorruptError */
export async function* readSegments(
  place: ArtifactPlace,
  artifact: Artifact,
  options?: SegmentOptions,
): AsyncGenerator<Segment> {
  const { only } = options ?? {};
  const segments = only ? artifact.header.segments.filter(only) : artifact.header.segments;
  const reads = mergeReads(segments, (segment) => segment.chunk);
  const read = (item: PackRead<SegmentInfo>): Promise<Segment[]> =>
    readChecked(async (fresh) => {
      const name = packNameOf(place, artifact, item.pack);
      const bytes = await readPack(place, artifact, item, { ...options, fresh });
      const opened: Segment[] = [];
      for (const segment of item.items) {
        opened.push(openSegment(segment, bytes.subarray(segment.chunk.offset - item.offset), name));
        // Each takes milliseconds, and there may be hundreds: timers and signals are heard in between.
        await turn();
      }
      return opened;
    });
  let entryCount = 0;
  for await (const group of mapOrdered(reads, READS_AT_ONCE, read)) {
    for (const segment of group) {
      entryCount += segment.entryCount;
      yield segment;
    }
  }
  if (!only && entryCount !== artifact.header.entryCount) {
    throw new CorruptError(
      artifactName(place.domain, place.contentHash),
      "its segments have another number of entries",
    );
  }
}

/**
 * Reads and checks, and once more when the check finds the bytes corrupt: a damaged copy in a cache in between must not
 * make the object in the store count as broken.
 * @param read hands `fresh` to the store; throws CorruptError when the bytes are wrong.
 */
export async function readChecked<T>(read: (fresh: boolean) => Promise<T>): Promise<T> {
  try {
    return await read(false);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return read(true);
  }
}

/** The stored bytes of a range of a pack, from the artifact itself where they are inline. */
export async function readPack(
  place: ArtifactPlace,
  artifact: Artifact,
  range: { readonly pack: Digest; readonly offset: number; readonly length: number },
  options?: GetOptions,
): Promise<Uint8Array> {
  if (range.pack === INLINE_PACK)
    return artifact.inlinePack.subarray(range.offset, range.offset + range.length);
  return place.store.get(packNameOf(place, artifact, range.pack), range, options);
}

/** The name of the object that holds a pack's bytes. @throws CorruptError when the header does not list the pack. */
export function packNameOf(place: ArtifactPlace, { header }: Artifact, digest: Digest): string {
  const own = artifactName(place.domain, place.contentHash);
  if (digest === INLINE_PACK) return own;
  const pack = header.packs.find((info) => info.digest === digest);
  if (!pack) throw new CorruptError(own, `its header does not list pack ${digest}`);
  return packName(pack.domain, digest);
}

/** @param name of the object that it lies in: whoever meets the error has to know which one that is. */
function openSegment({ chunk, entryCount }: SegmentInfo, bytes: Uint8Array, name: string): Segment {
  const plain = openChunk(bytes.subarray(0, chunk.storedLength), chunk);
  if (typeof plain === "string") throw new CorruptError(name, `segment ${chunk.digest}: ${plain}`);
  const segment = decodeSegment(plain, name);
  if (segment.entryCount !== entryCount)
    throw new CorruptError(name, `segment ${chunk.digest} has another number of entries`);
  return segment;
}

/** Bytes that the artifact occupies in the store, shared packs included. */
export function storedBytesOf(header: ArtifactHeader, artifactBytes: number): number {
  return artifactBytes + header.packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
}
