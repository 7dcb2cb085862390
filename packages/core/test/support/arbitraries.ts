// What fast-check draws for the model: entries and the chunks they name, trees to be made on a disk.

import fc from "fast-check";
import { type Digest, parseDigest } from "../../src/model/digest.ts";
import type { Codec, Entry, StoredChunk } from "../../src/model/entry.ts";

export const digests: fc.Arbitrary<Digest> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => parseDigest(Buffer.from(bytes).toString("hex")));

const codecs = fc.constantFrom<Codec>("none", "zstd", "gzip");

export const storedChunks: fc.Arbitrary<StoredChunk> = fc.record({
  digest: digests,
  storedDigest: digests,
  plainLength: fc.integer({ min: 1, max: 4 * 2 ** 20 }),
  storedLength: fc.nat({ max: 2 ** 20 }),
  codec: codecs,
  pack: digests,
  offset: fc.nat({ max: 31 * 2 ** 20 }),
});

const paths = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
  fc
    .array(fc.constantFrom("node_modules", "lib", "a", "é", "\n", "🦉"), { maxLength: 12 })
    .map((names) => names.join("/")),
);
const times = {
  mode: fc.nat({ max: 0o7777 }),
  mtimeSeconds: fc.oneof(fc.integer({ min: -(2 ** 33), max: 2 ** 33 }), fc.constantFrom(0, 1_700_000_000)),
  mtimeNanos: fc.nat({ max: 999_999_999 }),
};
const place = { root: fc.nat({ max: 3 }), path: paths };

/** Entries of a segment, with the chunks that their extents name. */
export const segments: fc.Arbitrary<{ readonly entries: Entry[]; readonly chunks: StoredChunk[] }> = fc
  .uniqueArray(storedChunks, { minLength: 1, maxLength: 6, selector: (chunk) => chunk.digest })
  .chain((chunks) => {
    const extents = fc
      .array(
        fc.constantFrom(...chunks).chain((chunk) =>
          fc
            .tuple(fc.nat({ max: chunk.plainLength - 1 }), fc.nat({ max: chunk.plainLength }))
            .map(([offset, length]) => ({
              chunk: chunk.digest,
              offset,
              length: Math.max(1, Math.min(length, chunk.plainLength - offset)),
            })),
        ),
        { maxLength: 4 },
      )
      .map((list) => ({ extents: list, size: list.reduce((sum, extent) => sum + extent.length, 0) }));
    const entry: fc.Arbitrary<Entry> = fc.oneof(
      fc
        .tuple(fc.record({ kind: fc.constant("file" as const), ...place, ...times }), extents)
        .map(([one, two]) => ({ ...one, ...two })),
      fc.record({ kind: fc.constant("directory" as const), ...place, ...times }),
      fc.record({ kind: fc.constant("symlink" as const), ...place, target: paths }),
      fc.record({
        kind: fc.constant("hardlink" as const),
        ...place,
        targetRoot: fc.nat({ max: 3 }),
        target: paths,
      }),
    );
    return fc.record({ entries: fc.array(entry, { maxLength: 30 }), chunks: fc.constant(chunks) });
  });
