// KeyIndex: finds and commits Refs. Save and restore use this; maintenance has an interface of its own. Every driver
// passes one contract suite. A miss is a value, never an error.

import type { Domain, Ref, RefId, Scope, Version } from "../model/ref.ts";
import type { CallOptions } from "./object-store.ts";

export interface RefQuery {
  readonly scope: Scope;
  readonly version: Version;
  readonly key: string;
  /** `prefix`: the most recently created live Ref whose key starts with `key`, compared byte for byte. */
  readonly match: "exact" | "prefix";
  /** Only Refs of this domain: those of another neither match nor hide an older one that does. Default: any. */
  readonly domain?: Domain | undefined;
  /**
   * Asked of live Refs that fit all else; those it refuses neither match nor hide an older one that does. Default: all
   * are accepted. Synchronous, and may be asked of Refs that are not returned in the end.
   */
  readonly accept?: ((ref: Ref) => boolean) | undefined;
}

export type CommitOutcome =
  | { readonly status: "committed" }
  /** The key is taken by a live Ref that the commit may not replace. */
  | { readonly status: "conflict"; readonly existing: Ref };

export interface Lease {
  readonly id: RefId;
  /** Who saves: `run-attempt-job` or `host-pid`; for messages and for release. */
  readonly owner: string;
  readonly expiresAtMs: number;
}

/**
 * Uses of a Ref by jobs that may not write its row: a pull request's of a Ref of main. One row for each Ref and user, in
 * the user's own scope, until it is folded into the Ref or ends by itself.
 */
export interface Usage {
  /** The Ref that was used, as it was seen. */
  readonly of: RefId & Pick<Ref, "contentHash" | "createdAtMs">;
  readonly by: Scope;
  readonly count: number;
  readonly lastAtMs: number;
}

export interface KeyIndex {
  /** For messages: `dynamodb://table`, a file. */
  readonly description: string;

  /** Never returns a Ref that is not live. Strongly consistent: a commit that returned is seen. */
  lookup(query: RefQuery, options?: CallOptions): Promise<Ref | undefined>;

  /**
   * One conditional write. Succeeds when the key is absent, or its Ref is not live, or is still the one in
   * `options.replaces` (see isSameRef). Of several commits at once, exactly one succeeds.
   */
  commit(ref: Ref, options?: CallOptions & { replaces?: Ref | undefined }): Promise<CommitOutcome>;

  /**
   * Announces a save in progress. Only advises, and ends by itself at `expiresAtMs`.
   * @returns the lease that is held by another owner, or undefined when this one was taken (or renewed).
   */
  acquireLease(lease: Lease, options?: CallOptions): Promise<Lease | undefined>;
  /** Gives up a lease of this owner; others' are left alone. */
  releaseLease(lease: Lease, options?: CallOptions): Promise<void>;

  /**
   * Counts uses (one, unless told): accessCount, lastAccessedAt, and expiresAt moved on, never past notAfter. Conditional
   * on the row being the one that was seen, and live now as it was at `atMs`; does nothing where it is not.
   */
  touch(
    ref: Ref,
    options: CallOptions & { atMs: number; expiresAtMs: number; count?: number | undefined },
  ): Promise<void>;

  /** Counts a use by a job that may not write the Ref's row, in a row of the job's own scope. */
  recordUse(ref: Ref, options: CallOptions & { by: Scope; atMs: number }): Promise<void>;

  /** The identity of the store this index belongs to. */
  identity(options?: CallOptions): Promise<string | undefined>;
  /** Sets the identity unless there is one. @returns the one that holds now. */
  claimIdentity(identity: string, options?: CallOptions): Promise<string>;

  /** Frees sockets and file handles. Idempotent. */
  close(): Promise<void>;
}

export interface RefFilter {
  readonly repository?: string | undefined;
  readonly ref?: string | undefined;
  readonly version?: string | undefined;
  readonly keyPrefix?: string | undefined;
  readonly toolchain?: string | undefined;
  readonly lockfileHash?: string | undefined;
}

/** Of the Refs that were used. */
export type UsageFilter = Pick<RefFilter, "repository" | "ref">;

/** For maintenance, and for telling why a look-up missed. */
export interface MaintainableIndex extends KeyIndex {
  /**
   * Every Ref that fits, live or not, in no particular order.
   * @param options.onUnreadable is told of each row that is Cairn's and can't be read as a Ref.
   */
  list(
    filter: RefFilter,
    options?: CallOptions & { onUnreadable?: ((row: string) => void) | undefined },
  ): AsyncIterable<Ref>;
  /** Refs with exactly this key in the repository, whatever their ref, version or state; at most `limit`. */
  findByKey(repository: string, key: string, limit: number, options?: CallOptions): Promise<Ref[]>;
  /** Marks the row that was seen as a miss from now on. @returns false when the row has changed since. */
  invalidate(ref: Ref, options: CallOptions & { atMs: number }): Promise<boolean>;
  /** Takes back the invalidation that was seen. @returns false when the row has changed since. */
  revalidate(ref: Ref, options?: CallOptions): Promise<boolean>;
  /** Removes the row that was seen. @returns false when the row has changed since. */
  remove(ref: Ref, options?: CallOptions): Promise<boolean>;

  /**
   * What recordUse() counted of Refs of this repository and ref, in no particular order. With a repository, uses by jobs
   * of another one may be left out.
   */
  uses(filter: UsageFilter, options?: CallOptions): AsyncIterable<Usage>;
  /** Removes the usage that was seen, for its counts to go elsewhere. @returns false when it has changed or gone since. */
  takeUsage(usage: Usage, options?: CallOptions): Promise<boolean>;

  /**
   * Removes what has said nothing since `beforeMs`: leases that ended, and what a driver keeps of removed rows. Never a
   * Ref. Does nothing where the server does it by itself.
   */
  sweep(options: CallOptions & { beforeMs: number }): Promise<void>;
}
