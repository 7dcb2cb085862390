// lookup, the first step of a restore: which Ref do a key, its restore-keys and a job's scopes lead to? The order is
// that of actions/cache. Reads through the KeyIndex port only; a miss is undefined, errors of the index pass through.

import type { Access } from "../model/access.ts";
import type { Ref, Scope, Version } from "../model/ref.ts";
import type { KeyIndex } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";

export interface RefWanted {
  readonly access: Pick<Access, "reads" | "domain">;
  readonly version: Version;
  readonly key: string;
  readonly restoreKeys: readonly string[];
}

export interface FoundRef {
  readonly ref: Ref;
  /** Byte for byte the primary key. */
  readonly exact: boolean;
  /** The one of `access.reads` it was found in. */
  readonly scope: Scope;
}

/**
 * For each scope in order: the exact key, then the newest Ref that the key is a prefix of; then the same for each
 * restore-key in order. The first that is found counts: a prefix match in an earlier scope goes before an exact one
 * in a later scope. A trusted job sees no Ref of the `pr` domain.
 *
 * Requests of a scope without a match: two, and one for each restore-key.
 */
export async function findRef(
  index: KeyIndex,
  wanted: RefWanted,
  options?: CallOptions,
): Promise<FoundRef | undefined> {
  const { access, version, key, restoreKeys } = wanted;
  const domain = access.domain === "trusted" ? access.domain : undefined;
  for (const scope of access.reads) {
    const lookup = async (text: string, match: "exact" | "prefix") => {
      const ref = await index.lookup({ scope, version, key: text, match, domain }, options);
      return ref && (domain === undefined || ref.domain === domain) ? ref : undefined;
    };
    let ref = (await lookup(key, "exact")) ?? (await lookup(key, "prefix"));
    for (const restoreKey of restoreKeys) {
      if (ref) break;
      const newest = await lookup(restoreKey, "prefix");
      // An exact match goes first, but is itself a prefix match: where there is none of those, one request tells.
      ref = newest && newest.key !== restoreKey ? ((await lookup(restoreKey, "exact")) ?? newest) : newest;
    }
    if (ref) return { ref, exact: ref.key === key, scope };
  }
  return undefined;
}
