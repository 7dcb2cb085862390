// How many bytes some Refs take up: the artifacts that they name and the packs that these need, each counted once,
// however many share it. One request for each artifact.

import { mapOrdered } from "../lib/concurrency.ts";
import { readArtifact, readChecked } from "../lib/read-artifact.ts";
import type { StorageReport } from "../maintenance.ts";
import { CorruptError, FormatVersionError, ObjectMissingError } from "../model/errors.ts";
import { artifactName, packName } from "../model/names.ts";
import type { Ref } from "../model/ref.ts";
import type { CallOptions, ObjectStore } from "../ports/object-store.ts";

/** Artifacts read at once: of some hundred kilobytes at most. */
const READS_AT_ONCE = 16;

/** @throws CacheError: what can't be read for another reason than damage is no sum. */
export async function measureStorage(
  store: ObjectStore,
  refs: readonly Ref[],
  options?: CallOptions,
): Promise<StorageReport> {
  const sizes = new Map<string, number>();
  const broken: Ref[] = [];
  const distinct = Map.groupBy(refs, ({ domain, contentHash }) => artifactName(domain, contentHash));
  const read = async ([name, named]: [string, Ref[]]): Promise<void> => {
    const { domain, contentHash, storedBytes } = named[0]!;
    try {
      const { header } = await readChecked((fresh) =>
        readArtifact({ store, domain, contentHash }, { ...options, ...(fresh && { fresh }) }),
      );
      // What a Ref occupies is the artifact and what it uses of its packs (storedBytesOf).
      const usedBytes = header.packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
      sizes.set(name, Math.max(0, storedBytes - usedBytes));
      for (const pack of header.packs) sizes.set(packName(pack.domain, pack.digest), pack.sizeBytes);
    } catch (error) {
      const isDamage =
        error instanceof ObjectMissingError ||
        error instanceof CorruptError ||
        error instanceof FormatVersionError;
      if (!isDamage) throw error;
      broken.push(...named);
    }
  };
  for await (const _ of mapOrdered(distinct, READS_AT_ONCE, read));
  return { objects: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), broken };
}
