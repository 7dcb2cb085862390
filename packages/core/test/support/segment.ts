// Segments for tests, from entries as objects.

import { decodeSegment } from "../../src/model/decode-segment.ts";
import { type Digest, parseDigest } from "../../src/model/digest.ts";
import { encodeEntries, encodeSegment } from "../../src/model/encode-segment.ts";
import type { Entry, StoredChunk } from "../../src/model/entry.ts";
import type { Segment } from "../../src/model/segment.ts";

/** Through the codec, as every segment comes; each chunk that is named is as large as one may be. */
export function segmentOf(entries: readonly Entry[]): Segment {
  return decodeSegment(encodeSegment(encodeEntries(entries), anyChunk), "test");
}

function anyChunk(digest: Digest): StoredChunk {
  const pack = parseDigest("1".repeat(64));
  return {
    digest,
    storedDigest: digest,
    plainLength: 2 ** 22,
    storedLength: 1,
    codec: "none",
    pack,
    offset: 0,
  };
}
