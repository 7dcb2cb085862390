// put: collects stored chunks into packs of 16 to 32 MiB and uploads each as soon as it is full, a few at a time. A
// chunk's place is known once its pack is in the store, since only then the pack's name is certain.

import { release } from "../lib/memory.ts";
import type { StoredChunk } from "../model/entry.ts";
import { PACK_MAX_BYTES, PACK_TARGET_BYTES } from "../model/limits.ts";
import { encodePackList, type PackedChunk, randomSkippableFrame } from "../model/pack-codec.ts";
import type { PutObject } from "./put-verified.ts";

/** A chunk as a worker hands it over. */
export interface NewChunk extends Pick<StoredChunk, "digest" | "plainLength" | "storedDigest" | "codec"> {
  readonly bytes: Uint8Array;
}

/** The chunks of an uploaded pack, at their places in it. */
export type PutPack = (
  form: (attempt: number) => { bytes: Uint8Array; detail: readonly PackedChunk[] },
) => Promise<PutObject<readonly PackedChunk[]>>;

export interface PackBuilder {
  /** Takes the chunk's bytes for good. Waits only while too many packs are being uploaded. */
  add(chunk: NewChunk): Promise<void>;
  /** Uploads what is left. */
  flush(): Promise<void>;
  /** Number of packs that were begun; a chunk added now goes into the pack of this number minus one. */
  readonly begun: number;
  /** So many packs, counted from the first, are in the store. */
  readonly stored: number;
  /** The bytes collected so far, when no pack was sealed yet: for an artifact that carries its chunks itself. */
  takeOpen(): { readonly bytes: Uint8Array; readonly chunks: readonly PackedChunk[] };
  readonly openBytes: number;
}

/**
 * Enough that a slow answer does not keep the threads waiting: while an upload is waited for, nothing new is read. Each
 * holds a pack in memory.
 */
const UPLOADS_AT_ONCE = 4;

/** @param onUploaded called once for each pack, in no order. */
export function createPackBuilder(
  put: PutPack,
  onUploaded: (pack: PutObject<readonly PackedChunk[]>) => void,
): PackBuilder {
  const uploads: Promise<void>[] = [];
  const underWay = new Set<Promise<void>>();
  const arrived = new Set<number>();
  let stored = 0;
  let open: { bytes: Buffer; length: number; chunks: PackedChunk[] } | undefined;
  /** Of packs that are in the store, to be filled again: fresh memory costs a page fault for each 4 KiB. */
  const rooms: Buffer[] = [];

  const seal = async (): Promise<void> => {
    if (!open) return;
    const { bytes, length, chunks } = open;
    open = undefined;
    const number = uploads.length;
    const upload = put((attempt) => formPack(bytes, length, chunks, attempt)).then((pack) => {
      onUploaded(pack);
      arrived.add(number);
      while (arrived.has(stored)) stored++;
    });
    upload.catch(() => {});
    uploads.push(upload);
    const settled: Promise<void> = upload.finally(() => {
      underWay.delete(settled);
      rooms.push(bytes);
    });
    settled.catch(() => {});
    underWay.add(settled);
    if (underWay.size >= UPLOADS_AT_ONCE) await Promise.race(underWay);
  };

  return {
    async add({ bytes, digest, plainLength, storedDigest, codec }) {
      if (open && open.length + bytes.length > open.bytes.length) await seal();
      open ??= { bytes: rooms.pop() ?? Buffer.allocUnsafeSlow(PACK_ROOM_BYTES), length: 0, chunks: [] };
      open.bytes.set(bytes, open.length);
      open.chunks.push({
        digest,
        plainLength,
        storedDigest,
        codec,
        offset: open.length,
        storedLength: bytes.length,
      });
      open.length += bytes.length;
      release(bytes);
      if (open.length >= PACK_TARGET_BYTES) await seal();
    },
    async flush() {
      await seal();
      await Promise.all(uploads);
    },
    get begun() {
      return uploads.length + (open ? 1 : 0);
    },
    get stored() {
      return stored;
    },
    takeOpen() {
      const taken = {
        bytes: open?.bytes.subarray(0, open.length) ?? new Uint8Array(),
        chunks: open?.chunks ?? [],
      };
      open = undefined;
      return taken;
    },
    get openBytes() {
      return open?.length ?? 0;
    },
  };
}

/** A pack is sealed at its target, so one more chunk (or segment) fits; only the pages that are used are ever touched. */
const PACK_ROOM_BYTES = PACK_MAX_BYTES - 4 * 1024 * 1024;

/** @param room holds the chunks in its first `length` bytes. */
function formPack(
  room: Buffer,
  length: number,
  chunks: readonly PackedChunk[],
  attempt: number,
): { bytes: Uint8Array; detail: readonly PackedChunk[] } {
  if (attempt > 0) {
    const front = randomSkippableFrame();
    const detail = chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + front.length }));
    return { bytes: Buffer.concat([front, room.subarray(0, length), encodePackList(detail)]), detail };
  }
  // The list is written behind the chunks, where there is room: no copy of the whole pack.
  const list = encodePackList(chunks);
  if (length + list.length > room.length)
    return { bytes: Buffer.concat([room.subarray(0, length), list]), detail: chunks };
  room.set(list, length);
  return { bytes: room.subarray(0, length + list.length), detail: chunks };
}
