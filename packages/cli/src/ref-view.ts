// A Ref as --json shows it: the field names and forms that scripts may rely on.

import { isLive, type Ref, type RefusedRef, type SignatureState, signatureKeyId } from "@cairn/core";

export interface RefDocument {
  readonly key: string;
  readonly repository: string;
  readonly ref: string;
  readonly version: string;
  readonly domain: string;
  /** 64 hex digits. */
  readonly contentHash: string;
  /** Times as ISO 8601 in UTC. */
  readonly createdAt: string;
  readonly lastAccessedAt: string;
  readonly expiresAt: string;
  readonly notAfter: string;
  readonly accessCount: number;
  readonly treeBytes: number;
  readonly storedBytes: number;
  readonly entryCount: number;
  readonly state: RefState;
  readonly toolchain?: string;
  readonly lockfileHash?: string;
  /** Which key the row says it is signed with; checked only where there is a `signature` beside it. */
  readonly signedBy?: string;
  /** `valid`, `unsigned`, `unreadable`, `unknown-key`, `altered`, or `unchecked` where no key is set. */
  readonly signature?: SignatureState["status"];
}

export type RefState = "live" | "expired" | "invalidated";

export function stateOf(ref: Ref, nowMs: number): RefState {
  if (ref.invalidatedAtMs !== undefined) return "invalidated";
  return isLive(ref, nowMs) ? "live" : "expired";
}

/** @param signature where it was asked for. */
export function refDocument(ref: Ref, nowMs: number, signature?: SignatureState): RefDocument {
  const signedBy = signatureKeyId(ref.signature);
  return {
    key: ref.key,
    repository: ref.scope.repository,
    ref: ref.scope.ref,
    version: ref.version,
    domain: ref.domain,
    contentHash: ref.contentHash,
    createdAt: iso(ref.createdAtMs),
    lastAccessedAt: iso(ref.lastAccessedAtMs),
    expiresAt: iso(ref.expiresAtMs),
    notAfter: iso(ref.notAfterMs),
    accessCount: ref.accessCount,
    treeBytes: ref.treeBytes,
    storedBytes: ref.storedBytes,
    entryCount: ref.entryCount,
    state: stateOf(ref, nowMs),
    ...(ref.toolchain === undefined ? {} : { toolchain: ref.toolchain }),
    ...(ref.lockfileHash === undefined ? {} : { lockfileHash: ref.lockfileHash }),
    ...(signedBy === undefined ? {} : { signedBy }),
    ...(signature === undefined ? {} : { signature: signature.status }),
  };
}

export interface RefusedDocument {
  readonly why: RefusedRef["why"];
  readonly message: string;
  readonly hint: string;
  readonly ref: RefDocument;
}

/** What a document of a restore or a look-up says of it; nothing where none was refused. */
export function refusedPart(
  refused: readonly RefusedRef[] | undefined,
  nowMs: number,
): { readonly refused?: readonly RefusedDocument[] } {
  if (!refused) return {};
  return {
    refused: refused.map(({ why, message, hint, ref }) => {
      return { why, message, hint, ref: refDocument(ref, nowMs) };
    }),
  };
}

function iso(ms: number): string {
  // A Date ends in the year 275760; an index may hold any number.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
