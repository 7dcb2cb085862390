// Artifacts as an attacker would make them: with the project's own encoders, every digest right, and a Ref in place.

import { join } from "node:path";
import { expect } from "@jest/globals";
import { compress } from "../../src/lib/codec.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import {
  type ArtifactHeader,
  encodeArtifact,
  INLINE_PACK,
  type PackInfo,
} from "../../src/model/artifact-codec.ts";
import type { Digest } from "../../src/model/digest.ts";
import { encodeEntries, encodeSegment } from "../../src/model/encode-segment.ts";
import type { Entry, FileEntry, StoredChunk } from "../../src/model/entry.ts";
import { artifactName } from "../../src/model/names.ts";
import { anchorLines, type Root, versionOf } from "../../src/model/root.ts";
import { createJob, MAIN, type TestBackend, type TestJob, testBackend } from "./job.ts";
import { file, makeTree, snapshotTree, type TreeSnapshot } from "./tree.ts";

const TIMES = { mode: 0o755, mtimeSeconds: 1_600_000_000, mtimeNanos: 0 };

export const folder = (path: string, given: Partial<Entry> = {}): Entry =>
  ({ kind: "directory", root: 0, path, ...TIMES, ...given }) as Entry;
/** Its bytes are its path unless it has extents. */
export const plainFile = (path: string, given: Partial<FileEntry> = {}): Entry => ({
  kind: "file",
  root: 0,
  path,
  ...TIMES,
  size: -1,
  extents: [],
  ...given,
});
export const link = (path: string, target: string): Entry => ({
  kind: "symlink",
  root: 0,
  path,
  target,
  mtimeSeconds: TIMES.mtimeSeconds,
  mtimeNanos: 0,
});
export const otherName = (path: string, target: string): Entry => ({
  kind: "hardlink",
  root: 0,
  path,
  targetRoot: 0,
  target,
});

export interface HostileArtifact {
  readonly entries: readonly Entry[];
  readonly roots?: readonly Root[];
  /** Chunks beside those of the files, and the stored bytes of each. */
  readonly chunks?: readonly { readonly chunk: StoredChunk; readonly stored: Uint8Array }[];
  readonly packs?: readonly PackInfo[];
  /** Changes made to the plain bytes of the segment before it is stored. */
  readonly garble?: (segment: Buffer) => Buffer;
  readonly header?: (header: ArtifactHeader) => ArtifactHeader;
}

/** Puts the artifact and a Ref of the key `key` for the path `tree`. */
export async function plant(
  backend: TestBackend,
  job: TestJob,
  {
    entries,
    roots,
    chunks = [],
    packs = [],
    garble = (segment) => segment,
    header = (h) => h,
  }: HostileArtifact,
  paths: readonly string[] = ["tree"],
): Promise<void> {
  const parts: Uint8Array[] = [];
  const known = new Map<Digest, StoredChunk>();
  let offset = 0;
  const store = (stored: Uint8Array): number => {
    parts.push(stored);
    offset += stored.length;
    return offset - stored.length;
  };
  const filled = entries.map((entry): Entry => {
    if (entry.kind !== "file" || entry.size !== -1) return entry;
    const plain = Buffer.from(`bytes of ${entry.path}`);
    const digest = sha256(plain);
    if (!known.has(digest)) {
      known.set(digest, {
        digest,
        storedDigest: digest,
        plainLength: plain.length,
        storedLength: plain.length,
        codec: "none",
        pack: INLINE_PACK,
        offset: store(plain),
      });
    }
    return { ...entry, size: plain.length, extents: [{ chunk: digest, offset: 0, length: plain.length }] };
  });
  for (const { chunk, stored } of chunks) known.set(chunk.digest, { ...chunk, offset: store(stored) });

  const segment = garble(encodeSegment(encodeEntries(filled), (digest) => known.get(digest)!));
  const { codec, stored } = compress(segment, { codec: "zstd", level: 3 });
  const segmentChunk: StoredChunk = {
    digest: sha256(segment),
    storedDigest: sha256(stored),
    plainLength: segment.length,
    storedLength: stored.length,
    codec,
    pack: INLINE_PACK,
    offset: store(stored),
  };
  const inlinePack = Buffer.concat(parts);
  const bytes = encodeArtifact(
    header({
      entryCount: entries.length,
      treeBytes: 1,
      roots: roots ?? [{ anchor: "workspace", path: "tree" }],
      packs,
      inlineBytes: inlinePack.length,
      segments: [{ entryCount: entries.length, chunk: segmentChunk }],
    }),
    inlinePack,
  );
  const contentHash = sha256(bytes);
  await backend.store.put(artifactName("trusted", contentHash), bytes, contentHash);
  const nowMs = Date.now();
  await backend.index.commit({
    scope: MAIN,
    version: versionOf(anchorLines(paths, job.folders), { windows: false, crossOs: false }),
    key: "key",
    domain: "trusted",
    contentHash,
    createdAtMs: nowMs,
    lastAccessedAtMs: nowMs,
    accessCount: 0,
    expiresAtMs: nowMs + 1e9,
    notAfterMs: nowMs + 1e9,
    treeBytes: 1,
    storedBytes: 1,
    entryCount: entries.length,
  });
}

/** All that an attacker could want to change: workspace, home, and what is beside them. */
export function everything(job: TestJob): TreeSnapshot {
  const base = join(job.folders.workspace, "..");
  return Object.fromEntries(
    Object.entries(snapshotTree(base)).filter(([path]) => path !== "temp" && !path.startsWith("temp/")),
  );
}

/** A job with something to lose, inside and outside of its roots. */
export function createVictim(): TestJob {
  const job = createJob();
  makeTree(join(job.folders.workspace, ".."), {
    "home/.ssh/authorized_keys": file("mine", { mode: 0o600 }),
    "workspace/src/main.ts": file("mine"),
    "workspace/tree/old": file("mine"),
    "outside/passwd": file("mine"),
  });
  return job;
}

/** Restores it: fails with such an error, and not a byte anywhere is another. */
export async function expectRefused(
  artifact: HostileArtifact,
  error: abstract new (...args: never) => Error,
  { job = createVictim(), paths = ["tree"] }: { job?: TestJob; paths?: readonly string[] } = {},
): Promise<void> {
  const backend = testBackend();
  await plant(backend, job, artifact, paths);
  const before = everything(job);
  await expect(job.restore(backend, { paths })).rejects.toBeInstanceOf(error);
  expect(everything(job)).toEqual(before);
  await expect(job.restore(backend, { paths, clean: true })).rejects.toBeInstanceOf(error);
  expect(everything(job)).toEqual(before);
}

/** Restores it: succeeds, and nothing outside of the root is another. */
export async function expectHarmless(
  artifact: HostileArtifact,
  job: TestJob = createVictim(),
): Promise<TestJob> {
  const backend = testBackend();
  await plant(backend, job, artifact);
  const outside = (): TreeSnapshot =>
    Object.fromEntries(
      Object.entries(everything(job))
        .filter(([path]) => !path.startsWith("workspace/tree") && path !== "workspace")
        // How many names a file has is nothing of its own.
        .map(([path, line]) => [path, line.replace(/ links .*/s, "")]),
    );
  const before = outside();
  await job.restore(backend);
  expect(outside()).toEqual(before);
  return job;
}
