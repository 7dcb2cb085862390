// A KeyIndex whose Refs are signed: a commit signs, a look-up takes only what a trusted key has signed. What it refuses
// counts as not there, in every way: it hides no older Ref, is no base of a save, and gives way to a commit; so an index
// that someone has tampered with heals by the next save. One is made for each restore or save.

import type { Keyring } from "../lib/keyring.ts";
import { type Access, isPullRequestRef } from "../model/access.ts";
import { AccessDeniedError, StoreUnavailableError } from "../model/errors.ts";
import type { Ref, RefId, Scope } from "../model/ref.ts";
import { checkSignature, type RefusedRef, refuse, signRef } from "../model/ref-signature.ts";
import type { MaintainableIndex, RefQuery } from "../ports/key-index.ts";

/** Refs that are refused in one look-up; more are refused unseen. Checking one takes a tenth of a millisecond. */
const REFUSALS_CHECKED = 100;
/** How often a commit meets another Ref that it refuses and has to replace. */
const COMMIT_ATTEMPTS = 3;

export interface SignatureOptions {
  readonly keyring: Keyring;
  /** Of the job that asks. */
  readonly access: Pick<Access, "reads" | "writes" | "domain">;
  /** Told of each Ref once. */
  readonly onRefused: (refused: RefusedRef) => void;
}

export interface SignedIndex extends MaintainableIndex {
  /** The Ref as a commit of it writes it. */
  sign(ref: Ref): Ref;
}

/** Maintenance sees every row, as it is. */
export function withSignatures(
  inner: MaintainableIndex,
  { keyring, access, onRefused }: SignatureOptions,
): SignedIndex {
  const own = ownPullRequest(access);
  const told = new Set<string>();

  function accepts(ref: Ref): boolean {
    if (isIn(own, ref.scope) && ref.domain === "pr") return true;
    const check = checkSignature(ref, keyring.verifiers);
    if (check.status === "valid") return true;
    const row = rowOf(ref);
    if (!told.has(row)) onRefused(refuse(ref, check));
    told.add(row);
    return false;
  }

  /** A signature vouches for a row, so the row has to be of what was asked for. */
  function accepting(query: RefQuery): (ref: Ref) => boolean {
    let left = REFUSALS_CHECKED;
    return (ref) => {
      if (left === 0 || !isOf(query, ref) || !(query.accept?.(ref) ?? true)) return false;
      const isAccepted = accepts(ref);
      if (!isAccepted) left--;
      return isAccepted;
    };
  }

  function requireSigner({ scope }: Pick<RefId, "scope">): void {
    if (keyring.signer || isIn(own, scope)) return;
    throw new AccessDeniedError(
      "this job has no key to sign with, and nobody who checks would take its save",
      {
        hint: "give it CAIRN_SIGNING_KEY, or let it only read: CAIRN_MODE=read",
      },
    );
  }

  function sign(ref: Ref): Ref {
    return keyring.signer ? { ...ref, signature: signRef(ref, keyring.signer) } : ref;
  }

  return {
    ...inner,
    sign,

    lookup: (query, options) => inner.lookup({ ...query, accept: accepting(query) }, options),

    async commit(ref, options) {
      requireSigner(ref);
      const signed = sign(ref);
      let replaces = options?.replaces;
      for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt++) {
        const outcome = await inner.commit(signed, { ...options, replaces });
        if (outcome.status === "committed" || accepts(outcome.existing)) return outcome;
        replaces = outcome.existing;
      }
      throw new StoreUnavailableError(
        `someone keeps writing "${ref.key}" into ${inner.description} without a signature that holds`,
        { hint: "find out who can write to the index" },
      );
    },

    // Before the work, not after it: a lease announces a commit.
    async acquireLease(lease, options) {
      requireSigner(lease.id);
      return inner.acquireLease(lease, options);
    },

    // What was refused was told as that; it is no near miss of another kind.
    async findByKey(repository, key, limit, options) {
      const refs = await inner.findByKey(repository, key, limit, options);
      return refs.filter((ref) => !told.has(rowOf(ref)));
    },
  };
}

/** The scope in which a pull request's job takes Refs as they are: only pull requests write there, and none can sign. */
function ownPullRequest({ reads, writes, domain }: SignatureOptions["access"]): Scope | undefined {
  const own = writes ?? reads[0];
  return domain === "pr" && own && isPullRequestRef(own.ref) ? own : undefined;
}

function isIn(own: Scope | undefined, scope: Scope): boolean {
  return own !== undefined && own.repository === scope.repository && own.ref === scope.ref;
}

function isOf(query: RefQuery, ref: Ref): boolean {
  const isKey = query.match === "exact" ? ref.key === query.key : ref.key.startsWith(query.key);
  return isKey && isIn(query.scope, ref.scope) && ref.version === query.version;
}

/** Tells rows apart, and a row from what was in its place before. Not its counters, which change in between. */
function rowOf({
  scope,
  version,
  key,
  domain,
  contentHash,
  createdAtMs,
  notAfterMs,
  signature,
}: Ref): string {
  return JSON.stringify([
    ...[scope.repository, scope.ref, version, key],
    ...[domain, contentHash, createdAtMs, notAfterMs, signature],
  ]);
}
