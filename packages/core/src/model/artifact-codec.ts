// The bytes of an artifact: magic, format version, a JSON header, and for a small one the inline pack. Its SHA-256 is
// the contentHash, so equal trees on equal packs give equal bytes: nothing here depends on the time of the save.

import { type Digest, isDigest, parseDigest } from "./digest.ts";
import type { Codec, StoredChunk } from "./entry.ts";
import { CorruptError, FormatVersionError } from "./errors.ts";
import { HEADER_MAX_BYTES, PACK_MAX_BYTES, SEGMENT_MAX_BYTES } from "./limits.ts";
import type { Domain } from "./ref.ts";
import { ANCHORS, type Anchor, type Root } from "./root.ts";

export const FORMAT_VERSION = 1;
const MAGIC = "CAIRNART";
const PREAMBLE_BYTES = 16;

/** Stands for the artifact's own object where a pack is named: its digest can't be known inside it. */
export const INLINE_PACK: Digest = parseDigest("0".repeat(64));

export interface PackInfo {
  readonly digest: Digest;
  /** Where it is. What a pull request saves may use packs of the trusted domain, never the other way round. */
  readonly domain: Domain;
  readonly sizeBytes: number;
  /** UTC day on which the store received it, in days since the epoch: lifetimes count from here. */
  readonly bornDay: number;
  /** Stored bytes of this pack that the artifact uses. */
  readonly usedBytes: number;
}

export interface SegmentInfo {
  readonly entryCount: number;
  /** The segment's plain bytes as a chunk. */
  readonly chunk: StoredChunk;
}

export interface ArtifactHeader {
  readonly entryCount: number;
  /** Sum of the file sizes. */
  readonly treeBytes: number;
  readonly roots: readonly Root[];
  /** Every pack that the segments or their chunks are in, the inline one left out. */
  readonly packs: readonly PackInfo[];
  /** Size of the pack that follows the header in the same object, 0 where there is none; chunks name it INLINE_PACK. */
  readonly inlineBytes: number;
  readonly segments: readonly SegmentInfo[];
  /** Random, only where the plain name was taken by an object that could not be relied on. */
  readonly salt?: string;
}

export interface Artifact {
  readonly header: ArtifactHeader;
  /** Bytes of the inline pack, empty where there is none. */
  readonly inlinePack: Uint8Array;
}

export function encodeArtifact(header: ArtifactHeader, inlinePack: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(toJson(header)));
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  preamble.write(MAGIC, "latin1");
  preamble.writeUInt32LE(FORMAT_VERSION, 8);
  preamble.writeUInt32LE(json.length, 12);
  return Buffer.concat([preamble, json, inlinePack]);
}

/**
 * @param what names the object in errors.
 * @throws CorruptError, FormatVersionError (a newer Cairn wrote it)
 */
export function decodeArtifact(bytes: Uint8Array, what: string): Artifact {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < PREAMBLE_BYTES || buffer.toString("latin1", 0, 8) !== MAGIC)
    throw new CorruptError(what, "it is not an artifact");
  const version = buffer.readUInt32LE(8);
  if (version !== FORMAT_VERSION) {
    throw new FormatVersionError(
      `${what} has format version ${version}; this Cairn reads ${FORMAT_VERSION}`,
      {
        hint: "update Cairn on this machine",
      },
    );
  }
  const headerLength = buffer.readUInt32LE(12);
  if (headerLength > HEADER_MAX_BYTES || PREAMBLE_BYTES + headerLength > buffer.length)
    throw new CorruptError(what, "its header is cut off");
  const headerEnd = PREAMBLE_BYTES + headerLength;
  let header: ArtifactHeader;
  try {
    header = fromJson(JSON.parse(buffer.toString("utf8", PREAMBLE_BYTES, headerEnd)));
  } catch (cause) {
    throw new CorruptError(what, "its header is malformed", { cause });
  }
  const inlinePack = buffer.subarray(headerEnd);
  if (inlinePack.length !== header.inlineBytes)
    throw new CorruptError(what, "its inline pack has another size");
  return { header, inlinePack };
}

function toJson(header: ArtifactHeader): unknown {
  return {
    entries: header.entryCount,
    bytes: header.treeBytes,
    roots: header.roots.map((root) => [root.anchor, root.path]),
    packs: header.packs.map((pack) => [
      pack.digest,
      pack.domain,
      pack.sizeBytes,
      pack.bornDay,
      pack.usedBytes,
    ]),
    inline: header.inlineBytes,
    segments: header.segments.map(({ entryCount, chunk }) => [
      entryCount,
      chunk.digest,
      chunk.storedDigest,
      chunk.codec,
      chunk.plainLength,
      chunk.pack,
      chunk.offset,
      chunk.storedLength,
    ]),
    ...(header.salt !== undefined && { salt: header.salt }),
  };
}

function fromJson(json: unknown): ArtifactHeader {
  const object = record(json);
  return {
    entryCount: integer(object["entries"]),
    treeBytes: integer(object["bytes"]),
    roots: list(object["roots"]).map((item) => {
      const [anchor, path] = list(item);
      if (!ANCHORS.includes(anchor as Anchor)) throw new TypeError("unknown anchor");
      return { anchor: anchor as Anchor, path: text(path) };
    }),
    packs: list(object["packs"]).map((item) => {
      const [name, domain, sizeBytes, bornDay, usedBytes] = list(item);
      if (domain !== "trusted" && domain !== "pr") throw new TypeError("unknown domain");
      return {
        digest: digest(name),
        domain: domain satisfies Domain,
        sizeBytes: integer(sizeBytes, PACK_MAX_BYTES),
        bornDay: integer(bornDay),
        usedBytes: integer(usedBytes),
      };
    }),
    inlineBytes: integer(object["inline"], PACK_MAX_BYTES),
    segments: list(object["segments"]).map((item) => {
      const [entryCount, name, storedDigest, codec, plainLength, pack, offset, storedLength] = list(item);
      if (codec !== "zstd" && codec !== "gzip" && codec !== "none") throw new TypeError("unknown codec");
      return {
        entryCount: integer(entryCount),
        chunk: {
          digest: digest(name),
          storedDigest: digest(storedDigest),
          codec: codec satisfies Codec,
          plainLength: integer(plainLength, SEGMENT_MAX_BYTES),
          pack: digest(pack),
          offset: integer(offset, PACK_MAX_BYTES),
          storedLength: integer(storedLength, PACK_MAX_BYTES),
        },
      };
    }),
    ...(object["salt"] !== undefined && { salt: text(object["salt"]) }),
  };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError("expected an object");
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError("expected a list");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("expected a text");
  return value;
}

function digest(value: unknown): Digest {
  if (typeof value !== "string" || !isDigest(value)) throw new TypeError("expected a digest");
  return value;
}

function integer(value: unknown, max = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > max)
    throw new TypeError("expected a count");
  return value as number;
}
