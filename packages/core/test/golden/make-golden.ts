// Made the files of `v1` once: `node packages/core/test/golden/make-golden.ts v1`. Never run again for a format version
// that was released: the files are what old stores hold. A new format version gets a folder of its own.
//
// One tree, stored twice: as an artifact that carries everything, as a save makes it, and laid out over two packs with
// every codec, one of them with a frame in front.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compress, openChunk } from "../../src/lib/codec.ts";
import { readArtifact, readSegments } from "../../src/lib/read-artifact.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { encodeArtifact, type PackInfo } from "../../src/model/artifact-codec.ts";
import type { Digest } from "../../src/model/digest.ts";
import type { Codec, StoredChunk } from "../../src/model/entry.ts";
import { artifactName, packName } from "../../src/model/names.ts";
import { encodePackList, type PackedChunk, randomSkippableFrame } from "../../src/model/pack-codec.ts";
import { entriesOf, type Segment } from "../../src/model/segment.ts";
import { encodeEntries, encodeSegment } from "../../src/model/encode-segment.ts";
import { createJob, refOf, testBackend } from "../support/job.ts";
import { directory, file, hardlink, makeTree, snapshotTree, symlink } from "../support/tree.ts";

const version = process.argv[2];
if (!version) throw new Error("name the format version: v1");
const folder = join(import.meta.dirname, version);

const BIG = Buffer.alloc(2_500_000, "a line of a file that is split in parts because it is big\n");
const job = createJob();
makeTree(job.folders.workspace, {
  tree: directory({ mode: 0o750, mtime: 1_600_000_000.123456 }),
  "tree/empty": file(""),
  "tree/empty folder": directory({ mode: 0o700, mtime: 0 }),
  "tree/text": file("some text\n".repeat(100), { mode: 0o640, mtime: 1_234_567_890.999999 }),
  "tree/same text": file("some text\n".repeat(100)),
  "tree/tool": file("#!/bin/sh\necho tool\n", { mode: 0o755 }),
  "tree/read only": file("read only", { mode: 0o400, mtime: -86_400.5 }),
  "tree/big": file(BIG),
  "tree/also big": file(Buffer.alloc(2_200_000, "another line\n")),
  "tree/deep/er/name": file("deep"),
  "tree/deep/another name": hardlink("tree/deep/er/name"),
  "tree/link": symlink("deep/er", 1_300_000_000.25),
  "tree/dangling": symlink("../nowhere/é"),
  "tree/new\nline 🦉 back\\slash": file("an odd name"),
  single: file("a file as a root"),
});
const paths = ["tree", "single"];
const backend = testBackend();
await job.save(backend, { paths });
const { contentHash: inline } = await refOf(backend);
const place = { store: backend.store, domain: "trusted" as const, contentHash: inline };
const artifact = await readArtifact(place);

write(artifactName("trusted", inline), await backend.store.get(artifactName("trusted", inline)));
const packed = await overPacks();
write("names.json", Buffer.from(`${JSON.stringify({ inline, packed }, undefined, 2)}\n`), "");
const trees = Object.fromEntries(paths.map((path) => [path, snapshotTree(job.path(path))]));
write("trees.json", Buffer.from(`${JSON.stringify(trees, undefined, 2)}\n`), "");

/** The same entries and plain chunks, stored by codecs in turn in two packs, the segment in the second. */
async function overPacks(): Promise<Digest> {
  const codecs: Codec[] = ["zstd", "gzip", "none"];
  const places = new Map<Digest, StoredChunk>();
  const infos: PackInfo[] = [];
  const segments: Segment[] = [];
  for await (const segment of readSegments(place, artifact)) segments.push(segment);
  const plains = segments
    .flatMap((segment) => segment.chunks)
    .map((chunk) => {
      const stored = artifact.inlinePack.subarray(chunk.offset, chunk.offset + chunk.storedLength);
      const plain = openChunk(stored, chunk);
      if (typeof plain === "string") throw new Error(plain);
      return plain;
    });
  const store = (list: readonly Uint8Array[], front: Uint8Array): void => {
    const parts: Uint8Array[] = [front];
    let offset = front.length;
    const chunks = list.map((plain, i): PackedChunk => {
      const { codec, stored } = compress(plain, { codec: codecs[i % 3]!, level: 6 });
      parts.push(stored);
      offset += stored.length;
      return {
        digest: sha256(plain),
        storedDigest: sha256(stored),
        plainLength: plain.length,
        storedLength: stored.length,
        codec,
        offset: offset - stored.length,
      };
    });
    const bytes = Buffer.concat([...parts, encodePackList(chunks)]);
    const digest = sha256(bytes);
    write(packName("trusted", digest), bytes);
    for (const chunk of chunks) places.set(chunk.digest, { ...chunk, pack: digest });
    infos.push({
      digest,
      domain: "trusted",
      sizeBytes: bytes.length,
      bornDay: 20_000,
      usedBytes: chunks.reduce((sum, chunk) => sum + chunk.storedLength, 0),
    });
  };
  // The largest is kept small by leaving it to zstd, which comes first.
  plains.sort((a, b) => b.length - a.length);
  store(plains, new Uint8Array());
  const encoded = segments.map((segment) => encodeSegment(encodeEntries([...entriesOf(segment)]), (digest) => places.get(digest)!));
  store(encoded, randomSkippableFrame());
  const header = {
    ...artifact.header,
    packs: infos,
    inlineBytes: 0,
    segments: encoded.map((plain, i) => ({
      entryCount: segments[i]!.entryCount,
      chunk: places.get(sha256(plain))!,
    })),
    salt: "golden",
  };
  const bytes = encodeArtifact(header, new Uint8Array());
  write(artifactName("trusted", sha256(bytes)), bytes);
  return sha256(bytes);
}

function write(name: string, bytes: Uint8Array, below = "objects"): void {
  const path = join(folder, below, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { flag: "wx" });
}
