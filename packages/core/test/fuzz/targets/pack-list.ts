// The list of chunks at the end of a pack.

import { decodePackList, encodePackList } from "../../../src/model/pack-codec.ts";
import { DIGEST } from "../samples.ts";
import { decoded, type FuzzTarget, holds } from "../target.ts";

const chunk = {
  digest: DIGEST,
  storedDigest: DIGEST,
  offset: 0,
  storedLength: 4,
  plainLength: 9,
  codec: "zstd",
} as const;

export const target: FuzzTarget = {
  seeds: () => [
    Buffer.concat([Buffer.from("abcd"), encodePackList([chunk])]),
    encodePackList([]),
    Buffer.concat([Buffer.alloc(300), encodePackList([chunk, { ...chunk, offset: 200, codec: "none" }])]),
  ],
  dictionary: ["CPK1", "\x5c\x2a\x4d\x18"],
  run(input) {
    const chunks = decoded(() => decodePackList(input, "x"));
    for (const { offset, storedLength } of chunks ?? [])
      holds(offset >= 0 && offset + storedLength <= input.length, "each chunk lies in its pack");
  },
};
