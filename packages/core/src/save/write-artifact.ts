// From groups of the tree to an artifact in the store: chunks go into packs, entries into segments, a segment is
// encoded once all packs it names are in the store, and the header names them all.

import { compress } from "../lib/codec.ts";
import { sha256 } from "../lib/sha256.ts";
import {
  type ArtifactHeader,
  encodeArtifact,
  INLINE_PACK,
  type PackInfo,
  type SegmentInfo,
} from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import type { Entry, StoredChunk } from "../model/entry.ts";
import { INLINE_MAX_BYTES, SEGMENT_MAX_ENTRIES } from "../model/limits.ts";
import type { PackedChunk } from "../model/pack-codec.ts";
import { cutsSegmentAfter } from "../model/path-hash.ts";
import type { Domain } from "../model/ref.ts";
import type { Root } from "../model/root.ts";
import { encodeSegment } from "../model/segment-codec.ts";
import { dayOf, endOfLife, type Held } from "./bases.ts";
import { createPackBuilder, type PackBuilder, type PutPack } from "./build-packs.ts";
import type { PutObject } from "./put-verified.ts";
import type { TreeGroup } from "./read-tree.ts";

export interface ArtifactToWrite {
  readonly domain: Domain;
  readonly roots: readonly Root[];
  readonly groups: AsyncIterable<TreeGroup>;
  readonly held: Held;
  readonly putPack: PutPack;
  readonly putArtifact: (
    form: (attempt: number) => { bytes: Uint8Array; detail: undefined },
  ) => Promise<PutObject<undefined>>;
  readonly onProgress: (done: { entries: number; treeBytes: number; uploadedBytes: number }) => void;
}

export interface WrittenArtifact {
  readonly contentHash: Digest;
  readonly header: ArtifactHeader;
  readonly artifactBytes: number;
  /** When the first of its objects may be deleted. */
  readonly notAfterMs: number;
  readonly uploadedBytes: number;
  /** Plain bytes of chunks that the store held. */
  readonly reusedBytes: number;
}

/** Entries of one segment, and how many packs must be in the store before all their chunks have a place. */
interface PendingSegment {
  readonly entries: readonly Entry[];
  readonly packsNeeded: number;
}

export async function writeArtifact(work: ArtifactToWrite): Promise<WrittenArtifact> {
  const places = createPlaces(work.held, work.domain);
  const progress = { entries: 0, treeBytes: 0, uploadedBytes: 0 };
  const packs = createPackBuilder(work.putPack, (pack) => {
    places.addPack(pack);
    progress.uploadedBytes += pack.uploadedBytes;
    work.onProgress(progress);
  });
  const segments = createSegments(packs, places);

  for await (const { chunks, entries } of work.groups) {
    for (const chunk of chunks) {
      if (!chunk.stored) places.reuse(chunk.digest);
      else if (places.begin(chunk.digest)) {
        const { bytes, codec, digest: storedDigest } = chunk.stored;
        await packs.add({ digest: chunk.digest, plainLength: chunk.plainLength, storedDigest, codec, bytes });
      }
    }
    for (const entry of entries) {
      segments.add(entry);
      progress.entries++;
      progress.treeBytes += entry.kind === "file" ? entry.size : 0;
    }
    segments.encodeReady();
    work.onProgress(progress);
  }

  const nothingSealed = packs.begun === (packs.openBytes > 0 ? 1 : 0);
  const isInline = nothingSealed && packs.openBytes <= INLINE_MAX_BYTES && places.reusedBytes === 0;
  const inlinePack = isInline
    ? await finishInline(packs, places, segments)
    : await finishInPacks(packs, segments);
  const header = (salt: string | undefined): ArtifactHeader => ({
    entryCount: progress.entries,
    treeBytes: progress.treeBytes,
    roots: work.roots,
    packs: places.usedPacks(segments.infos),
    inlineBytes: inlinePack.length,
    segments: segments.infos,
    ...(salt !== undefined && { salt }),
  });
  const artifact = await work.putArtifact((attempt) => ({
    bytes: encodeArtifact(header(attempt === 0 ? undefined : crypto.randomUUID()), inlinePack),
    detail: undefined,
  }));
  const final = header(undefined);
  return {
    contentHash: artifact.digest,
    header: final,
    artifactBytes: artifact.sizeBytes,
    notAfterMs: Math.min(
      endOfLife(dayOf(artifact.bornMs), work.domain),
      ...final.packs.map((pack) => endOfLife(pack.bornDay, pack.domain)),
    ),
    uploadedBytes: progress.uploadedBytes + artifact.uploadedBytes,
    reusedBytes: places.reusedBytes,
  };
}

/** All that a small tree needs lies in the artifact itself: chunks first, then the segments that name them. */
async function finishInline(packs: PackBuilder, places: Places, segments: Segments): Promise<Uint8Array> {
  const { bytes, chunks } = packs.takeOpen();
  for (const chunk of chunks) places.addChunk({ ...chunk, pack: INLINE_PACK });
  const parts = [bytes];
  let length = bytes.length;
  await segments.encodeAll(({ bytes: stored, ...chunk }) => {
    parts.push(stored);
    places.addChunk({ ...chunk, pack: INLINE_PACK, offset: length, storedLength: stored.length });
    length += stored.length;
    return Promise.resolve();
  });
  segments.locate();
  return Buffer.concat(parts);
}

/** Segments go into packs of their own behind the chunks, side by side, so that a reader gets them with one request. */
async function finishInPacks(packs: PackBuilder, segments: Segments): Promise<Uint8Array> {
  await packs.flush();
  await segments.encodeAll((chunk) => packs.add(chunk));
  await packs.flush();
  segments.locate();
  return new Uint8Array();
}

interface Places {
  addPack(pack: PutObject<readonly PackedChunk[]>): void;
  addChunk(chunk: StoredChunk): void;
  /** Where a chunk of the tree is; counts it as used. */
  use(chunk: Digest): StoredChunk;
  find(chunk: Digest): StoredChunk;
  /** @returns false when the chunk is already on its way. */
  begin(chunk: Digest): boolean;
  reuse(chunk: Digest): void;
  readonly reusedBytes: number;
  heldSegment(digest: Digest): SegmentInfo | undefined;
  /** Packs by name that the artifact uses, with the bytes it uses of each. */
  usedPacks(segments: readonly SegmentInfo[]): PackInfo[];
}

/** Where every chunk of this save is or will be. */
function createPlaces(held: Held, domain: Domain): Places {
  const chunks = new Map<Digest, StoredChunk>();
  const packs = new Map<Digest, Omit<PackInfo, "digest" | "usedBytes">>(held.packs);
  const begun = new Set<Digest>();
  const used = new Map<Digest, StoredChunk>();
  let reusedBytes = 0;
  const find = (digest: Digest): StoredChunk => {
    const chunk = chunks.get(digest) ?? held.chunks.get(digest);
    if (!chunk) throw new Error(`chunk ${digest} was stored nowhere`);
    return chunk;
  };
  return {
    addPack({ digest, detail, sizeBytes, bornMs }) {
      packs.set(digest, { domain, sizeBytes, bornDay: dayOf(bornMs) });
      for (const chunk of detail) chunks.set(chunk.digest, { ...chunk, pack: digest });
    },
    addChunk: (chunk) => void chunks.set(chunk.digest, chunk),
    use(digest) {
      const chunk = find(digest);
      used.set(digest, chunk);
      return chunk;
    },
    find,
    begin(digest) {
      if (begun.has(digest)) return false;
      begun.add(digest);
      return true;
    },
    reuse(digest) {
      if (begun.has(digest)) return;
      begun.add(digest);
      reusedBytes += held.chunks.get(digest)!.plainLength;
    },
    get reusedBytes() {
      return reusedBytes;
    },
    heldSegment: (digest) => held.segments.get(digest),
    usedPacks(segments) {
      const usedBytes = new Map<Digest, number>();
      for (const chunk of [...used.values(), ...segments.map((segment) => segment.chunk)]) {
        if (chunk.pack !== INLINE_PACK)
          usedBytes.set(chunk.pack, (usedBytes.get(chunk.pack) ?? 0) + chunk.storedLength);
      }
      return [...usedBytes].map(([digest, bytes]) => ({ ...packs.get(digest)!, digest, usedBytes: bytes }));
    },
  };
}

type SegmentChunk = Omit<StoredChunk, "pack" | "offset" | "storedLength"> & { readonly bytes: Uint8Array };

interface Segments {
  add(entry: Entry): void;
  /** Encodes the finished segments whose packs are in the store. */
  encodeReady(): void;
  /** Encodes all that are left and hands over those that the store does not hold. */
  encodeAll(put: (chunk: SegmentChunk) => Promise<void>): Promise<void>;
  /** Fills in where the new segments went. */
  locate(): void;
  readonly infos: SegmentInfo[];
}

function createSegments(packs: PackBuilder, places: Places): Segments {
  let entries: Entry[] = [];
  const pending: PendingSegment[] = [];
  const encoded: { entryCount: number; held: SegmentInfo | undefined; chunk: SegmentChunk }[] = [];
  const infos: SegmentInfo[] = [];

  const finish = (): void => {
    if (entries.length > 0) pending.push({ entries, packsNeeded: packs.begun });
    entries = [];
  };
  const encodeNext = (): void => {
    const segment = pending.shift()!;
    const plain = encodeSegment(segment.entries, places.use);
    const digest = sha256(plain);
    const { codec, stored } = compress(plain, SEGMENT_COMPRESSION);
    encoded.push({
      entryCount: segment.entries.length,
      held: places.heldSegment(digest),
      chunk: {
        digest,
        plainLength: plain.length,
        codec,
        storedDigest: sha256(stored),
        bytes: Buffer.from(stored),
      },
    });
  };
  return {
    add(entry) {
      entries.push(entry);
      if (cutsSegmentAfter(entry.path) || entries.length >= SEGMENT_MAX_ENTRIES) finish();
    },
    encodeReady() {
      while (pending.length > 0 && pending[0]!.packsNeeded <= packs.stored) encodeNext();
    },
    async encodeAll(put) {
      finish();
      while (pending.length > 0) encodeNext();
      const sent = new Set<Digest>();
      for (const { chunk, held } of encoded) {
        if (held || sent.has(chunk.digest)) continue;
        sent.add(chunk.digest);
        await put(chunk);
      }
    },
    locate() {
      for (const { entryCount, held, chunk } of encoded)
        infos.push(held ?? { entryCount, chunk: places.find(chunk.digest) });
    },
    infos,
  };
}

/** Segments compress quickly and are read first by every restore. */
const SEGMENT_COMPRESSION = { codec: "zstd", level: 6 } as const;
