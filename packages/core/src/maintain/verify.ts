// verify: re-reads everything that an artifact names and checks it as a restore would. What is missing or corrupt goes
// into the report, so that one run tells all of it.

import type { VerifyReport } from "../cache.ts";
import { openChunk } from "../lib/codec.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { mergeReads } from "../lib/merge-reads.ts";
import {
  type ArtifactPlace,
  packNameOf,
  readArtifact,
  readPack,
  readSegments,
} from "../lib/read-artifact.ts";
import type { VerifyProgress } from "../maintenance.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";
import { CorruptError, FormatVersionError, ObjectMissingError, UnsafePathError } from "../model/errors.ts";
import { packName } from "../model/names.ts";
import { createPathCheck } from "../model/safe-path.ts";
import type { CallOptions } from "../ports/object-store.ts";

const READS_AT_ONCE = 4;

export async function verify(
  place: ArtifactPlace,
  options: CallOptions & { onProgress?: (progress: VerifyProgress) => void } = {},
): Promise<VerifyReport> {
  const problems: string[] = [];
  const note = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const isProblem =
        error instanceof CorruptError ||
        error instanceof ObjectMissingError ||
        error instanceof FormatVersionError ||
        error instanceof UnsafePathError;
      if (!isProblem) throw error;
      problems.push(error.message);
      return undefined;
    }
  };

  const artifact = await note(() => readArtifact(place, options));
  const chunks = new Map<Digest, StoredChunk>();
  let entries = 0;
  if (artifact) {
    await note(async () => {
      const check = createPathCheck({
        rootCount: artifact.header.roots.length,
        windows: false,
        foldsCase: false,
      });
      for await (const segment of readSegments(place, artifact, options)) {
        check(segment);
        for (const chunk of segment.chunks) chunks.set(chunk.digest, chunk);
        entries += segment.entryCount;
      }
    });
    await checkPacks(place, artifact, note, options);
    await checkChunks(place, artifact, [...chunks.values()], note, options);
  }
  const packs = artifact?.header.packs ?? [];
  const storedBytes =
    (artifact?.header.inlineBytes ?? 0) + packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
  return {
    contentHash: place.contentHash,
    packs: packs.length,
    chunks: chunks.size,
    storedBytes,
    entries,
    problems,
  };
}

type Note = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Packs have the size that the header says, so that nothing that was not asked for hides in them. */
async function checkPacks(
  { store }: ArtifactPlace,
  { header }: Artifact,
  note: Note,
  options: CallOptions,
): Promise<void> {
  await forEachConcurrently(header.packs, READS_AT_ONCE, async (pack) => {
    await note(async () => {
      const name = packName(pack.domain, pack.digest);
      const info = await store.head(name, options);
      if (!info) throw new ObjectMissingError(name);
      if (info.sizeBytes !== pack.sizeBytes)
        throw new CorruptError(name, `it has ${info.sizeBytes} bytes instead of ${pack.sizeBytes}`);
    });
  });
}

async function checkChunks(
  place: ArtifactPlace,
  artifact: Artifact,
  chunks: readonly StoredChunk[],
  note: Note,
  options: CallOptions & { onProgress?: (progress: VerifyProgress) => void },
): Promise<void> {
  const inOrder = [...chunks].sort((a, b) =>
    a.pack < b.pack ? -1 : a.pack > b.pack ? 1 : a.offset - b.offset,
  );
  const totalBytes = inOrder.reduce((sum, chunk) => sum + chunk.storedLength, 0);
  const lost = new Set<Digest>();
  let doneBytes = 0;
  await forEachConcurrently(
    mergeReads(inOrder, (chunk) => chunk),
    READS_AT_ONCE,
    async (read) => {
      options.signal?.throwIfAborted();
      if (!lost.has(read.pack)) {
        const stored = await note(() => readPack(place, artifact, read, options));
        if (!stored) lost.add(read.pack);
        for (const chunk of stored ? read.items : []) {
          const start = chunk.offset - read.offset;
          const plain = openChunk(stored!.subarray(start, start + chunk.storedLength), chunk);
          if (typeof plain === "string")
            await note(() =>
              Promise.reject(
                new CorruptError(packNameOf(place, artifact, chunk.pack), `chunk ${chunk.digest}: ${plain}`),
              ),
            );
        }
      }
      doneBytes += read.items.reduce((sum, chunk) => sum + chunk.storedLength, 0);
      options.onProgress?.({ doneBytes, totalBytes });
    },
  );
}
