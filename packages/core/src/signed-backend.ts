// The backend as one job sees it where keys are set: its index signs and refuses, and the result of the call tells what
// was refused.

import type { LookupResult, RestoreResult, SaveResult } from "./cache.ts";
import { withSignatures } from "./indexes/with-signatures.ts";
import type { Access } from "./model/access.ts";
import type { Ref } from "./model/ref.ts";
import type { RefusedRef } from "./model/ref-signature.ts";
import type { OpenedBackend } from "./open-backend.ts";

/** Of many, the rest says nothing new. */
const REFUSED_TOLD = 3;

export interface SignedBackend {
  readonly backend: OpenedBackend;
  /** Adds what was refused to what a look-up or a restore found. */
  tell<T extends LookupResult | RestoreResult>(result: T): T;
  tellSaved(result: SaveResult): SaveResult;
}

/** The backend as a job with this access sees it; where there are no keys, as it is. */
export function withSignedIndex(backend: OpenedBackend, access: Access): SignedBackend {
  const { keyring, index } = backend;
  if (!keyring) return { backend, tell: (result) => result, tellSaved: (result) => result };
  const refused: RefusedRef[] = [];
  const signed = withSignatures(index, { keyring, access, onRefused: (one) => refused.push(one) });
  return {
    backend: { ...backend, index: signed },
    tell: (result) => {
      if (refused.length === 0) return result;
      if (result.status !== "miss") return { ...result, refused };
      const [searched, ...rest] = result.explanation;
      const lines = refused.slice(0, REFUSED_TOLD).map(({ message }) => `${message}: it was not used`);
      return { ...result, refused, explanation: [...(searched ? [searched] : []), ...lines, ...rest] };
    },
    tellSaved: (result) => {
      if (result.status !== "saved") return result;
      const wasRefused = refused.some(({ ref }) => isSameId(ref, result.ref));
      return {
        ...result,
        ref: signed.sign(result.ref),
        replaced: result.replaced || wasRefused,
        notices: [
          ...result.notices,
          ...refused
            .slice(0, REFUSED_TOLD)
            .map(
              ({ ref, message }) =>
                `${message}: it was ${isSameId(ref, result.ref) ? "replaced" : "not used"}`,
            ),
        ],
      };
    },
  };
}

function isSameId(a: Ref, b: Ref): boolean {
  return (
    a.scope.repository === b.scope.repository &&
    a.scope.ref === b.scope.ref &&
    a.version === b.version &&
    a.key === b.key
  );
}
