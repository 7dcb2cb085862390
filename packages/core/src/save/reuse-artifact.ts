// The quickest save: what this job restored, and nobody has touched since, is in the store already, as a whole. Only a new
// Ref has to be made.

import { lstatSync } from "node:fs";
import type { Backend } from "../lib/backend.ts";
import { readArtifact } from "../lib/read-artifact.ts";
import { areUntouched, isOneArtifact } from "../lib/seal.ts";
import { identityOf, newestStamp, type Stamp } from "../lib/stamp.ts";
import { CacheError } from "../model/errors.ts";
import { artifactName, packName } from "../model/names.ts";
import type { Domain } from "../model/ref.ts";
import type { PathLine } from "../model/root.ts";
import { dayOf, endOfArtifact, isYoung, packsToRewrite } from "./bases.ts";
import type { LocalRoot } from "./resolve-roots.ts";
import type { WrittenArtifact } from "./write-artifact.ts";

export interface ReuseOptions {
  readonly roots: readonly LocalRoot[];
  /** Names of objects that must not be relied on although they are there. */
  readonly unreliable: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/**
 * The stamps of the roots, where all are sealed as one artifact of the domain has them, and nothing has changed since. Never
 * rejects.
 * @param ofJob stamps of this job: what it saves must not rest on what another one left.
 */
export async function findUntouchedRoots(
  { lines, roots }: { readonly lines: readonly PathLine[]; readonly roots: readonly LocalRoot[] },
  ofJob: readonly Stamp[],
  domain: Domain,
  signal: AbortSignal,
): Promise<readonly Stamp[]> {
  // The restore may have had other `!` lines.
  if (lines.some((line) => line.exclude)) return [];
  const stamps = roots.flatMap(({ absolute, anchor, path }) => {
    const stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
    const stamp = stats && newestStamp(ofJob, absolute, identityOf(stats));
    return stamp?.root.anchor === anchor && stamp.root.path === path ? [stamp] : [];
  });
  const isWhole = stamps.length === roots.length && isOneArtifact(stamps) && stamps[0]?.domain === domain;
  return isWhole && (await areUntouched(stamps, signal)) ? stamps : [];
}

/** The artifact of these stamps, as if it had been written now; undefined where a new one is better. */
export async function reuseArtifact(
  { store, clock }: Backend,
  [stamp]: readonly Stamp[],
  { roots, unreliable, signal }: ReuseOptions,
): Promise<{ artifact: WrittenArtifact; stamps: []; notices: [] } | undefined> {
  if (!stamp) return undefined;
  const { domain, contentHash } = stamp;
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
      header.roots.length === roots.length &&
      header.roots.every(({ anchor, path }, i) => anchor === roots[i]!.anchor && path === roots[i]!.path);
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
