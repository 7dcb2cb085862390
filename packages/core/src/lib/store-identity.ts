// Whether a store and an index belong together: the first save gives both one identity.

import { IdentityError, ObjectMissingError } from "../model/errors.ts";
import { STORE_IDENTITY_NAME } from "../model/names.ts";
import type { KeyIndex } from "../ports/key-index.ts";
import type { CallOptions, ObjectStore } from "../ports/object-store.ts";

/** @returns undefined where no save was made yet. @throws IdentityError when what is there can't be read. */
export async function readStoreIdentity(
  store: ObjectStore,
  options?: CallOptions,
): Promise<string | undefined> {
  const bytes = await store.get(STORE_IDENTITY_NAME, undefined, options).catch((error: unknown) => {
    if (error instanceof ObjectMissingError) return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  try {
    const { id } = JSON.parse(Buffer.from(bytes).toString()) as { id?: unknown };
    if (typeof id === "string") return id;
  } catch {
    // Said below.
  }
  throw new IdentityError(`${STORE_IDENTITY_NAME} in ${store.description} can't be read`, {
    hint: "it is a small JSON file that the first save wrote: restore it from a backup, or use an empty prefix",
  });
}

/**
 * For what deletes: an index that is new, empty or another store's knows nothing of who needs what.
 * @returns false where neither has an identity: nothing was ever saved.
 * @throws IdentityError
 */
export async function checkSamePair(
  store: ObjectStore,
  index: KeyIndex,
  options?: CallOptions,
): Promise<boolean> {
  const [ofStore, ofIndex] = await Promise.all([readStoreIdentity(store, options), index.identity(options)]);
  if (ofStore === undefined && ofIndex === undefined) return false;
  if (ofStore === ofIndex) return true;
  const why =
    ofIndex === undefined
      ? `the index ${index.description} was never used with ${store.description}`
      : ofStore === undefined
        ? `${store.description} was never used with the index ${index.description}`
        : `the index ${index.description} belongs to another store than ${store.description}`;
  throw new IdentityError(why, {
    hint: "check CAIRN_STORE and CAIRN_INDEX for a mix-up; nothing was deleted",
  });
}
