// ObjectStore: name -> bytes, write-once. What save and restore ask of a store, and nothing else; what only
// maintenance or the bucket index asks for are interfaces of their own, so that a capability is a type.

import type { Digest } from "../model/digest.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends CallOptions {
  /** Reused when it is large enough: the result is then a view of it. */
  readonly into?: Uint8Array | undefined;
  /**
   * From the store itself, and from no cache in between. For a second read of what the first gave wrong: only bytes
   * that are wrong again are the store's own. A cache takes them in place of what it had.
   */
  readonly fresh?: boolean | undefined;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface ObjectInfo {
  readonly sizeBytes: number;
  /** By the store's own clock. */
  readonly modifiedAtMs: number;
  /** SHA-256 of the whole object where the store keeps one; then it was checked on arrival. */
  readonly sha256?: Digest;
}

/**
 * Every method rejects with a {@link CacheError}: StoreUnavailableError, AccessDeniedError, StoreMissingError,
 * StoreFullError; CancelledError or DeadlineError is not made here: an aborted call rejects with `signal.reason`.
 */
export interface ObjectStore {
  /** For messages: `s3://bucket/prefix`, a folder. Never holds a credential. */
  readonly description: string;

  /**
   * Writes an object unless one of that name exists. Atomic: readers see all of it or nothing. The driver hands
   * `sha256` to a store that can check it on arrival.
   * @returns "exists" when the name is taken: by the same bytes or others, the caller must look.
   */
  put(name: string, bytes: Uint8Array, sha256: Digest, options?: CallOptions): Promise<"created" | "exists">;

  /**
   * Reads an object or a range of it. Exactly `range.length` bytes come back, or CorruptError (the object is
   * shorter than the range).
   * @throws ObjectMissingError
   */
  get(name: string, range?: ByteRange, options?: GetOptions): Promise<Uint8Array>;

  /** @returns undefined when there is no such object. */
  head(name: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
}

export interface ListedObject extends ObjectInfo {
  readonly name: string;
}

/** For maintenance and the bucket index. */
export interface ListableStore extends ObjectStore {
  /** In ascending order of name (UTF-8 bytes), those that start with `prefix` and are greater than `after`. */
  list(prefix: string, options?: CallOptions & { after?: string }): AsyncIterable<ListedObject>;
}

/** For maintenance. Deleting what is not there succeeds. */
export interface DeletableStore extends ListableStore {
  delete(name: string, options?: CallOptions): Promise<void>;
}

/** Names whose bytes may be swapped under a condition: what the bucket index needs, and no one else may use. */
export interface SwappableStore extends DeletableStore {
  /** The bytes and an opaque tag of exactly these bytes; undefined when there is no such object. */
  read(name: string, options?: CallOptions): Promise<{ bytes: Uint8Array; tag: string } | undefined>;
  /**
   * Writes `bytes` only if the object still has `tag` (null: only if there is none).
   * @returns the new tag, or undefined when the condition did not hold.
   */
  swap(
    name: string,
    bytes: Uint8Array,
    tag: string | null,
    options?: CallOptions,
  ): Promise<string | undefined>;
}
