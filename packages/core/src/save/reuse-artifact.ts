// The quickest save: what this job restored, and nobody has touched since, is in the store already, as a whole. Only a new
// Ref has to be made.

import type { Backend } from "../lib/backend.ts";
import { readArtifact } from "../lib/read-artifact.ts";
import type { SealedRoots } from "../lib/seal.ts";
import { CacheError } from "../model/errors.ts";
import { artifactName, packName } from "../model/names.ts";
import type { Domain } from "../model/ref.ts";
import { isSameRoot } from "../model/root.ts";
import { dayOf, endOfArtifact, isYoung, packsToRewrite } from "./bases.ts";
import type { LocalRoot } from "./resolve-roots.ts";
import type { WrittenArtifact } from "./write-artifact.ts";

export interface ReuseOptions {
  readonly roots: readonly LocalRoot[];
  /** Of what is saved. */
  readonly domain: Domain;
  /** Names of objects that must not be relied on although they are there. */
  readonly unreliable: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** The artifact of untouched roots, as if it had been written now; undefined where a new one is better. */
export async function reuseArtifact(
  { store, clock }: Backend,
  { stamps, untouched }: SealedRoots,
  { roots, domain, unreliable, signal }: ReuseOptions,
): Promise<{ artifact: WrittenArtifact; stamps: []; notices: [] } | undefined> {
  const stamp = stamps.length === roots.length && (await untouched) ? stamps[0] : undefined;
  if (stamp?.domain !== domain) return undefined;
  const { contentHash } = stamp;
  const name = artifactName(domain, contentHash);
  if (unreliable.has(name)) return undefined;
  try {
    const [{ header }, info] = await Promise.all([
      readArtifact({ store, domain, contentHash }, { signal }),
      store.head(name, { signal }),
    ]);
    if (!info) return undefined;
    const nowMs = clock.now();
    const isReliable =
      isYoung(dayOf(info.modifiedAtMs), domain, nowMs) &&
      packsToRewrite(header).length === 0 &&
      header.packs.every(
        (pack) =>
          isYoung(pack.bornDay, pack.domain, nowMs) && !unreliable.has(packName(pack.domain, pack.digest)),
      );
    const isSame =
      header.roots.length === roots.length && header.roots.every((root, i) => isSameRoot(root, roots[i]!));
    if (!isReliable || !isSame) return undefined;
    const artifact = {
      contentHash,
      header,
      artifactBytes: info.sizeBytes,
      notAfterMs: endOfArtifact(info.modifiedAtMs, domain, header),
      uploadedBytes: 0,
      reusedBytes: header.treeBytes,
    };
    // Those that are there go on to hold.
    return { artifact, stamps: [], notices: [] };
  } catch (error) {
    if (signal?.aborted || !(error instanceof CacheError)) throw error;
    return undefined;
  }
}
