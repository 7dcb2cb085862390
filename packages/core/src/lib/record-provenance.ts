// Writes the provenance of a save beside its artifact, while the save commits. It never fails a save.

import { CacheError } from "../model/errors.ts";
import { metadataName } from "../model/names.ts";
import { encodeProvenance, makeProvenance, type RunFacts, recordName } from "../model/provenance.ts";
import type { Ref, Scope } from "../model/ref.ts";
import type { CallOptions, ObjectStore } from "../ports/object-store.ts";
import type { Handover } from "./handover.ts";
import { sha256 } from "./sha256.ts";

interface Saved {
  readonly ref: Ref;
  /** Undefined: nothing is recorded. */
  readonly run: RunFacts | undefined;
  /** Of the job: outside CI all of a day is one, so what is of scopes that it does not read was for something else. */
  readonly handover: Pick<Handover, "restored">;
  readonly reads: readonly Scope[];
}

/** One record for each run: the first one that a run writes stands. */
export async function recordProvenance(
  { store }: { readonly store: ObjectStore },
  { ref, run, handover, reads }: Saved,
  options: CallOptions,
): Promise<void> {
  if (!run) return;
  const isRead = ({ scope }: Ref): boolean =>
    reads.some(({ repository, ref: name }) => repository === scope.repository && name === scope.ref);
  const dependencies = handover.restored.filter(isRead).map(({ contentHash }) => contentHash);
  const record = makeProvenance(ref, run, dependencies);
  const bytes = encodeProvenance(record);
  const name = metadataName(ref.domain, ref.contentHash, recordName(run, ref.createdAtMs));
  try {
    await store.put(name, bytes, sha256(bytes), options);
  } catch (error) {
    // What is saved is of use without it.
    if (!(error instanceof CacheError) && !options.signal?.aborted) throw error;
  }
}
