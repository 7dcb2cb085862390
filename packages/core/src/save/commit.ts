// commit: the one write that makes an artifact visible, and what a save asks before: what prune is going to delete, and
// whether it is itself younger than prune's grace.

import type { Backend } from "../lib/backend.ts";
import { decodeCondemned } from "../model/condemned.ts";
import { DeadlineError, ObjectMissingError } from "../model/errors.ts";
import { SAVE_MAX_AGE_MS } from "../model/limits.ts";
import { CONDEMNED_NAME } from "../model/names.ts";
import type { Ref } from "../model/ref.ts";
import type { CommitOutcome } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";

/**
 * Names that prune is going to delete; a save must not rely on them.
 * @throws CorruptError when the list can't be read: then nothing may be relied on.
 */
export async function readCondemned({ store }: Backend, options: CallOptions): Promise<ReadonlySet<string>> {
  try {
    const bytes = await store.get(CONDEMNED_NAME, undefined, options);
    return new Set(decodeCondemned(bytes).flatMap(({ names }) => names));
  } catch (error) {
    if (error instanceof ObjectMissingError) return new Set();
    throw error;
  }
}

/** @throws DeadlineError when the save is older than what prune waits for. */
export async function commitRef(
  { index }: Backend,
  ref: Ref,
  options: CallOptions & { ageMs: number; replaces: Ref | undefined },
): Promise<CommitOutcome> {
  if (options.ageMs > SAVE_MAX_AGE_MS) {
    throw new DeadlineError("this save took longer than six hours: what it relies on may be gone", {
      hint: "save again",
    });
  }
  return index.commit(ref, options);
}
