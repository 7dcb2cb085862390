// commit: the one write that makes an artifact visible, and what has to hold before it: the store and the index belong
// together, and the save is younger than prune's grace.

import type { Backend } from "../lib/backend.ts";
import { sha256 } from "../lib/sha256.ts";
import {
  CacheError,
  CorruptError,
  DeadlineError,
  IdentityError,
  ObjectMissingError,
} from "../model/errors.ts";
import { SAVE_MAX_AGE_MS } from "../model/limits.ts";
import { CONDEMNED_NAME, STORE_IDENTITY_NAME } from "../model/names.ts";
import type { Ref } from "../model/ref.ts";
import type { CommitOutcome } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";

/**
 * Gives a new store and its index one identity, and refuses a pair that never belonged together: committing there
 * would make Refs to objects that the other store's prune knows nothing of.
 * @throws IdentityError
 */
export async function checkIdentity({ store, index }: Backend, options: CallOptions): Promise<void> {
  const [ofStore, ofIndex] = await Promise.all([storeIdentity(store, options), index.identity(options)]);
  if (ofStore !== undefined && ofStore === ofIndex) return;
  const identity = ofStore ?? (await claimStoreIdentity(store, ofIndex ?? crypto.randomUUID(), options));
  const claimed = ofIndex ?? (await index.claimIdentity(identity, options));
  if (claimed !== identity) {
    throw new IdentityError(
      `the index ${index.description} belongs to another store than ${store.description}`,
      {
        hint: "give each store an index of its own, or check CAIRN_STORE and CAIRN_INDEX for a mix-up",
      },
    );
  }
}

async function storeIdentity(store: Backend["store"], options: CallOptions): Promise<string | undefined> {
  try {
    const bytes = await store.get(STORE_IDENTITY_NAME, undefined, options);
    const { id } = JSON.parse(Buffer.from(bytes).toString()) as { id?: unknown };
    if (typeof id === "string") return id;
  } catch (error) {
    if (error instanceof ObjectMissingError) return undefined;
    if (error instanceof CacheError || options.signal?.aborted) throw error;
  }
  throw new IdentityError(`${STORE_IDENTITY_NAME} in ${store.description} can't be read`, {
    hint: "it is a small JSON file that the first save wrote: restore it from a backup, or use an empty prefix",
  });
}

async function claimStoreIdentity(
  store: Backend["store"],
  id: string,
  options: CallOptions,
): Promise<string> {
  const bytes = Buffer.from(`${JSON.stringify({ id, format: 1 })}\n`);
  if ((await store.put(STORE_IDENTITY_NAME, bytes, sha256(bytes), options)) === "created") return id;
  return (await storeIdentity(store, options)) ?? id;
}

/** Names that prune is going to delete; a save must not rely on them. */
export async function readCondemned({ store }: Backend, options: CallOptions): Promise<ReadonlySet<string>> {
  try {
    const bytes = await store.get(CONDEMNED_NAME, undefined, options);
    return new Set(parseCondemned(bytes));
  } catch (error) {
    if (error instanceof ObjectMissingError) return new Set();
    throw error;
  }
}

function parseCondemned(bytes: Uint8Array): string[] {
  try {
    const { names } = JSON.parse(Buffer.from(bytes).toString()) as { names: unknown };
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // Said below.
  }
  throw new CorruptError(CONDEMNED_NAME, "it is not a list of names", {
    hint: "prune once more, or delete it",
  });
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
