// The rows of the bucket index: JSON, read strictly, swapped only from the state that was read. Also what tells whether
// a server honours the conditions that all of this stands on.

import { randomUUID } from "node:crypto";
import { sha256 } from "../lib/sha256.ts";
import { StoreMissingError, StoreUnavailableError } from "../model/errors.ts";
import { isRef } from "../model/is-ref.ts";
import { REFS_PREFIX } from "../model/names.ts";
import type { Ref } from "../model/ref.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import { isWriter, rowName } from "./bucket-names.ts";

/** Swaps that lost against another writer until a call gives up. */
const SWAP_ATTEMPTS = 20;

/** A Ref, and which commit wrote it: a name by time counts only with the row of the same commit. */
export interface Row {
  readonly ref: Ref;
  readonly writer: string;
}

export interface StoredRow {
  /** Undefined: there is none, it was removed, or what is there is no row. */
  readonly row: Row | undefined;
  readonly tag: string | null;
  /** What is there is neither a row nor what is left of one. */
  readonly isUnreadable?: boolean;
}

/** What is in place of a row that was removed. Removing the object itself could remove a newer row. */
const REMOVED = { removed: true };
/** By which a listing tells it from a row, which is far larger. */
export const REMOVED_BYTES: number = encode(REMOVED).byteLength;

export async function readRow(
  store: SwappableStore,
  name: string,
  options?: CallOptions,
): Promise<StoredRow> {
  const found = await store.read(name, options);
  const row = found && decodeRow(found.bytes);
  // Under another name than its own it would speak for a scope whose rows its writer may not write.
  if (row && rowName(row.ref) === name) return { row, tag: found.tag };
  const isUnreadable = found !== undefined && parse(found.bytes)?.["removed"] !== true;
  return { row: undefined, tag: found?.tag ?? null, isUnreadable };
}

export type Decision<T> =
  | { readonly write: Row | "removed"; readonly answer: T }
  | { readonly write: undefined; readonly answer: T };

/**
 * Reads, decides, swaps, until no other writer came between.
 * @param options.first what is taken to be there; saves the first read, and costs one swap where it is wrong.
 */
export async function changeRow<T>(
  store: SwappableStore,
  name: string,
  decide: (row: Row | undefined) => Decision<T>,
  options?: CallOptions & { readonly first?: StoredRow | undefined },
): Promise<T> {
  let stored = options?.first;
  for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
    stored ??= await readRow(store, name, options);
    const { write, answer } = decide(stored.row);
    if (!write) return answer;
    const bytes = encode(write === "removed" ? REMOVED : { ...write.ref, writer: write.writer });
    if ((await store.swap(name, bytes, stored.tag, options)) !== undefined) return answer;
    stored = undefined;
  }
  throw new StoreUnavailableError(`too many writers change ${name} at once`, { hint: "try again later" });
}

/** Asked for a new store: every kind of condition. @throws StoreMissingError where one is not honoured. */
export async function checkConditions(store: SwappableStore, options?: CallOptions): Promise<void> {
  const name = `${REFS_PREFIX}probe-${randomUUID()}`;
  const swap = (probe: number, tag: string | null) => store.swap(name, encode({ probe }), tag, options);
  const first = await swap(1, null);
  const again = await swap(2, null);
  const second = first === undefined ? undefined : await swap(3, first);
  const stale = first === undefined ? undefined : await swap(4, first);
  await store.delete(name, options);
  if (first === undefined || again !== undefined || second === undefined || stale !== undefined)
    throw withoutConditions(store);
}

/**
 * Asked of an object that exists, and that only this commit knows: writing it as a new one must fail. One request, and
 * no right beyond those of a commit.
 * @throws StoreMissingError
 */
export async function checkCondition(
  store: SwappableStore,
  name: string,
  options?: CallOptions,
): Promise<void> {
  if ((await store.swap(name, encode({ probe: randomUUID() }), null, options)) !== undefined)
    throw withoutConditions(store);
}

function withoutConditions(store: SwappableStore): StoreMissingError {
  return new StoreMissingError(
    `${store.description} does not honour conditional writes, so it can't be the index`,
    { hint: "keep the names in a table (CAIRN_INDEX=dynamodb://table) or update the S3 server" },
  );
}

/** @returns false when the name is taken. */
export async function create(
  store: SwappableStore,
  name: string,
  value: unknown,
  options?: CallOptions,
): Promise<boolean> {
  const bytes = encode(value);
  return (await store.put(name, bytes, sha256(bytes), options)) === "created";
}

export function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** @returns undefined for what is not a JSON object. */
export function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function decodeRow(bytes: Uint8Array): Row | undefined {
  const { writer, ...ref } = parse(bytes) ?? {};
  return isRef(ref) && isWriter(writer) ? { ref, writer } : undefined;
}
