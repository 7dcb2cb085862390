// Whether a store and an index belong together. The first save gives both one identity; an index that comes to a store
// later carries a mark, since what another index names is nothing that it knows of: saves go on, prune does not.

import { IdentityError, ObjectMissingError } from "../model/errors.ts";
import { PRUNING_INDEX_NAME, STORE_IDENTITY_NAME } from "../model/names.ts";
import type { KeyIndex } from "../ports/key-index.ts";
import type { CallOptions, ObjectStore, SwappableStore } from "../ports/object-store.ts";
import { sha256 } from "./sha256.ts";

interface Pair<Store extends ObjectStore = ObjectStore> {
  readonly store: Store;
  readonly index: KeyIndex;
}

/** Between the store's identity and the mark of an index that came later. */
const LATER = "+";

/**
 * For what commits: gives a new store and its index one identity, and refuses a pair that never belonged together, since
 * its Refs would name objects that the other store's prune knows nothing of.
 * @throws IdentityError
 */
export async function joinPair({ store, index }: Pair, options: CallOptions): Promise<void> {
  const [ofStore, known] = await Promise.all([readStoreIdentity(store, options), index.identity(options)]);
  // The index first: where a crash leaves one without the other, the store is the one that has none.
  const wanted = ofStore === undefined ? crypto.randomUUID() : `${ofStore}${LATER}${crypto.randomUUID()}`;
  const ofIndex = known ?? (await index.claimIdentity(wanted, options));
  const identity = ofStore ?? (await claimStoreIdentity(store, ofIndex, options));
  if (ofIndex !== identity && !isLater(ofIndex, identity)) {
    throw new IdentityError(
      `the index ${index.description} belongs to another store than ${store.description}`,
      {
        hint: "give each store an index of its own, or check CAIRN_STORE and CAIRN_INDEX for a mix-up",
      },
    );
  }
}

/**
 * For what deletes: an index that is new, empty, another store's or not the only one knows nothing of who needs what.
 * @param options.isSole the index can be no other than the store's own: it lies in the store's folder.
 * @param options.takesOver this index stands for the one that the store had before.
 * @throws IdentityError
 */
export async function checkSamePair(
  { store, index }: Pair<SwappableStore>,
  options: CallOptions & {
    readonly isSole?: boolean;
    readonly takesOver?: boolean | undefined;
    readonly dryRun?: boolean;
  } = {},
): Promise<void> {
  const [ofStore, ofIndex] = await Promise.all([readStoreIdentity(store, options), index.identity(options)]);
  if (ofStore === undefined && ofIndex === undefined) return;
  const belongs =
    ofStore !== undefined && ofIndex !== undefined && (ofIndex === ofStore || isLater(ofIndex, ofStore));
  if (!belongs) {
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
  if (options.isSole) return;
  const found = await store.read(PRUNING_INDEX_NAME, options);
  const pruning = (found && idIn(found.bytes)) ?? ofStore;
  if (pruning === ofIndex) return;
  if (!options.takesOver) {
    throw new IdentityError(
      `${store.description} has another index than ${index.description}, whose saves this one knows nothing of`,
      {
        hint: "prune by that one; where it is gone for good, --take-over once makes this one the index that prunes go by. Nothing was deleted",
      },
    );
  }
  if (options.dryRun) return;
  const written = await store.swap(PRUNING_INDEX_NAME, encodeId(ofIndex), found?.tag ?? null, options);
  if (written === undefined)
    throw new IdentityError(`another prune has changed ${PRUNING_INDEX_NAME} of ${store.description}`, {
      hint: "find out which index the store has, then prune again; nothing was deleted",
    });
}

/** @returns undefined where no save was made yet. @throws IdentityError when what is there can't be read. */
async function readStoreIdentity(store: ObjectStore, options?: CallOptions): Promise<string | undefined> {
  const bytes = await store.get(STORE_IDENTITY_NAME, undefined, options).catch((error: unknown) => {
    if (error instanceof ObjectMissingError) return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  const id = idIn(bytes);
  if (id !== undefined) return id;
  throw new IdentityError(`${STORE_IDENTITY_NAME} in ${store.description} can't be read`, {
    hint: "it is a small JSON file that the first save wrote: restore it from a backup, or use an empty prefix",
  });
}

async function claimStoreIdentity(store: ObjectStore, id: string, options: CallOptions): Promise<string> {
  const bytes = encodeId(id);
  if ((await store.put(STORE_IDENTITY_NAME, bytes, sha256(bytes), options)) === "created") return id;
  return (await readStoreIdentity(store, options)) ?? id;
}

function isLater(ofIndex: string, ofStore: string): boolean {
  return ofIndex.startsWith(`${ofStore}${LATER}`);
}

function encodeId(id: string): Uint8Array {
  return Buffer.from(`${JSON.stringify({ id, format: 1 })}\n`);
}

function idIn(bytes: Uint8Array): string | undefined {
  try {
    const { id } = JSON.parse(Buffer.from(bytes).toString()) as { id?: unknown };
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}
