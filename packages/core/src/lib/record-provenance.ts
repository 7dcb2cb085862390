// Writes the provenance of a save beside its artifact, while the save commits. It never fails a save.

import { CacheError } from "../model/errors.ts";
import { metadataName } from "../model/names.ts";
import { encodeProvenance, makeProvenance, type RunFacts, recordName } from "../model/provenance.ts";
import type { Ref } from "../model/ref.ts";
import type { CallOptions, ObjectStore } from "../ports/object-store.ts";
import type { Handover } from "./handover.ts";
import { sha256 } from "./sha256.ts";

/** One record for each run: the first one that a run writes stands. @param run undefined: nothing is recorded. */
export async function recordProvenance(
  { store }: { readonly store: ObjectStore },
  ref: Ref,
  run: RunFacts | undefined,
  { restored }: Handover,
  options: CallOptions,
): Promise<void> {
  if (!run) return;
  const record = makeProvenance(
    ref,
    run,
    restored.map(({ contentHash }) => contentHash),
  );
  const bytes = encodeProvenance(record);
  const name = metadataName(ref.domain, ref.contentHash, recordName(run, ref.createdAtMs));
  try {
    await store.put(name, bytes, sha256(bytes), options);
  } catch (error) {
    // What is saved is of use without it.
    if (!(error instanceof CacheError) && !options.signal?.aborted) throw error;
  }
}
