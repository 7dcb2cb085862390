// What fast-check draws for the model: entries and the chunks they name, trees to be made on a disk.

import { createCipheriv } from "node:crypto";
import { dirname } from "node:path";
import fc from "fast-check";
import { type Digest, parseDigest } from "../../src/model/digest.ts";
import type { Codec, Entry, StoredChunk } from "../../src/model/entry.ts";
import { directory, hardlink, type NodeSpec, type TreeSpec } from "./tree.ts";

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
const modified = {
  mtimeSeconds: fc.oneof(fc.integer({ min: -(2 ** 33), max: 2 ** 33 }), fc.constantFrom(0, 1_700_000_000)),
  mtimeNanos: fc.nat({ max: 999_999_999 }),
};
const times = { ...modified, mode: fc.nat({ max: 0o7777 }) };
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
      fc.record({ kind: fc.constant("symlink" as const), ...place, ...modified, target: paths }),
      fc.record({
        kind: fc.constant("hardlink" as const),
        ...place,
        targetRoot: fc.nat({ max: 3 }),
        target: paths,
      }),
    );
    return fc.record({ entries: fc.array(entry, { maxLength: 30 }), chunks: fc.constant(chunks) });
  });

const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "lib", "index.js", "package.json") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "new\nline",
      " ",
      "é",
      "e\u0301",
      "🦉",
      "back\\slash",
      "-rf",
      "'\"",
      "A",
      ".hidden",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.replaceAll(/[/\0]/g, "_")),
  },
);
const treePaths = fc
  .array(names, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part) => (part === "." || part === ".." ? "dots" : part)).join("/"));
const mtimes = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000_000 }).map((micros) => micros / 1e6),
  fc.constantFrom(0, 1, -1.5, -86_400, 1_700_000_000.000001, 951_782_400),
);
const fileModes = fc.constantFrom(0o644, 0o755, 0o600, 0o400, 0o444, 0o777);
const folderModes = fc.constantFrom(0o755, 0o700, 0o555, 0o777, 0o500);

/** Bytes that repeat from file to file: equal files, and files that share their beginning. */
const contents = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom("", "same", "the same in many files").map((text) => Buffer.from(text)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat({ max: 3 }), fc.nat({ max: 300_000 }))
      .map(([seed, length]) => noise(seed, length)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 1 }), fc.integer({ min: 2 ** 21 - 2, max: 6_000_000 }))
      .map(([seed, length]) => noise(seed, length)),
  },
);

/** The same random-looking bytes for a seed; a longer one begins with a shorter one. */
export function noise(seed: number, length: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

const nodes: fc.Arbitrary<NodeSpec> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("file" as const),
      bytes: contents,
      mode: fileModes,
      mtime: mtimes,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("directory" as const), mode: folderModes, mtime: mtimes }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("symlink" as const),
      target: fc.constantFrom("a", "../b", "nowhere", "/etc/passwd", ".", "é\n"),
    }),
  },
);

/**
 * A tree that can be made: no path lies below one that is no folder, and hard links are other names of files in it.
 * @param top what all paths lie below.
 */
export const trees = (top: string, maxLength = 12): fc.Arbitrary<TreeSpec> =>
  fc
    .tuple(
      fc.array(fc.tuple(treePaths, nodes), { maxLength }),
      fc.array(fc.tuple(treePaths, fc.nat()), { maxLength: 3 }),
      fc.record({ mode: folderModes, mtime: mtimes }),
    )
    .map(([list, links, own]) => {
      const spec = new Map<string, NodeSpec>([[top, directory(own)]]);
      const isFree = (path: string): boolean => {
        if (spec.has(path)) return false;
        for (let above = dirname(path); above.length > top.length; above = dirname(above)) {
          const kind = spec.get(above)?.kind;
          if (kind !== undefined && kind !== "directory") return false;
        }
        return ![...spec.keys()].some((other) => other.startsWith(`${path}/`));
      };
      for (const [path, node] of list) if (isFree(`${top}/${path}`)) spec.set(`${top}/${path}`, node);
      const files = [...spec].filter(([, node]) => node.kind === "file").map(([path]) => path);
      for (const [path, n] of links)
        if (files.length > 0 && isFree(`${top}/${path}`))
          spec.set(`${top}/${path}`, hardlink(files[n % files.length]!));
      return Object.fromEntries(spec);
    });
