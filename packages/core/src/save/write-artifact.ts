// From groups of the tree to an artifact in the store: chunks go into packs, entries into segments, a segment is
// encoded once all packs it names are in the store, and the header names them all.

import { type ArtifactHeader, encodeArtifact, INLINE_PACK } from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import { INLINE_MAX_BYTES } from "../model/limits.ts";
import type { Domain } from "../model/ref.ts";
import type { Root } from "../model/root.ts";
import { endOfArtifact, type Held } from "./bases.ts";
import { createPackBuilder, type PackBuilder, type PutPack } from "./build-packs.ts";
import { createPlaces, type Places } from "./places.ts";
import type { PutObject } from "./put-verified.ts";
import type { TreeGroup } from "./read-tree.ts";
import { createSegments, type Segments } from "./segments.ts";

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
  /** File bytes that the store held. */
  readonly reusedBytes: number;
}

export async function writeArtifact(work: ArtifactToWrite): Promise<WrittenArtifact> {
  const places = createPlaces(work.held, work.domain);
  const progress = { entries: 0, treeBytes: 0, uploadedBytes: 0 };
  let reusedBytes = 0;
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
      if (entry.kind !== "file") continue;
      progress.treeBytes += entry.size;
      for (const { chunk, length } of entry.extents) reusedBytes += places.isReused(chunk) ? length : 0;
    }
    segments.encodeReady();
    work.onProgress(progress);
  }

  const nothingSealed = packs.begun === (packs.openBytes > 0 ? 1 : 0);
  const isInline = nothingSealed && packs.openBytes <= INLINE_MAX_BYTES && reusedBytes === 0;
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
    notAfterMs: endOfArtifact(artifact.bornMs, work.domain, final),
    uploadedBytes: progress.uploadedBytes + artifact.uploadedBytes,
    // An artifact that was there had all of its content there, whatever the bases knew of it.
    reusedBytes: artifact.uploadedBytes === 0 ? progress.treeBytes : reusedBytes,
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
