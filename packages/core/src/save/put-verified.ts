// Puts an object under the digest of its bytes. "Already there" is not believed: what stands under the name must have
// the size and the digest, be young enough and not condemned; else the same content goes under another name.

import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { CacheError, StoreUnavailableError } from "../model/errors.ts";
import type { ObjectInfo, ObjectStore } from "../ports/object-store.ts";

export interface VerifiedPut<T> {
  readonly store: ObjectStore;
  readonly nameOf: (digest: Digest) => string;
  /** The object in its first form, and in another one for each further attempt. */
  readonly form: (attempt: number) => { readonly bytes: Uint8Array; readonly detail: T };
  /** Whether what is there already may be relied on for as long as the Ref will live. */
  readonly isReliable: (name: string, info: ObjectInfo) => boolean;
  readonly nowMs: () => number;
  readonly signal: AbortSignal | undefined;
}

export interface PutObject<T> {
  readonly digest: Digest;
  readonly detail: T;
  readonly sizeBytes: number;
  readonly bornMs: number;
  /** 0 when the same bytes were there. */
  readonly uploadedBytes: number;
}

const ATTEMPTS = 4;

export async function putVerified<T>(put: VerifiedPut<T>): Promise<PutObject<T>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { bytes, detail } = put.form(attempt);
    const digest = sha256(bytes);
    const name = put.nameOf(digest);
    const object = { digest, detail, sizeBytes: bytes.length };
    if ((await put.store.put(name, bytes, digest, { signal: put.signal })) === "created") {
      return { ...object, bornMs: put.nowMs(), uploadedBytes: bytes.length };
    }
    const info = await put.store.head(name, { signal: put.signal });
    if (info && put.isReliable(name, info) && (await holds(put, name, info, digest, bytes.length))) {
      return { ...object, bornMs: info.modifiedAtMs, uploadedBytes: 0 };
    }
  }
  throw new StoreUnavailableError(`${put.store.description} refuses every name for an object`, {
    hint: "look for something that writes into the store besides Cairn",
  });
}

async function holds(
  put: VerifiedPut<unknown>,
  name: string,
  info: ObjectInfo,
  digest: Digest,
  sizeBytes: number,
): Promise<boolean> {
  if (info.sizeBytes !== sizeBytes) return false;
  if (info.sha256) return info.sha256 === digest;
  try {
    return sha256(await put.store.get(name, undefined, { signal: put.signal })) === digest;
  } catch (error) {
    if (put.signal?.aborted || !(error instanceof CacheError) || error.retryable) throw error;
    return false;
  }
}
