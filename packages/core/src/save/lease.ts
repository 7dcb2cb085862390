// A lease tells other jobs that a key is being saved, so that a matrix of them does not compress the same tree. It only
// advises, is renewed while the save runs, and ends by itself soon after a crash.

import type { Backend } from "../lib/backend.ts";
import { ownerHere, takeLease } from "../lib/take-lease.ts";
import { CacheError } from "../model/errors.ts";
import type { RefId } from "../model/ref.ts";
import type { Lease } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";

const LEASE_MS = 60_000;
const RENEW_EVERY_MS = 20_000;

export type LeaseOutcome =
  | { readonly status: "held"; release(): Promise<void> }
  | { readonly status: "busy"; readonly by: Lease };

/** @param owner names the job; host and process are added, so that a dead one on this machine is noticed. */
export async function holdLease(
  { index, clock }: Backend,
  id: RefId,
  owner: string,
  options: CallOptions,
): Promise<LeaseOutcome> {
  const named = ownerHere(owner);
  const lease = (): Lease => ({ id, owner: named, expiresAtMs: clock.now() + LEASE_MS });
  const other = await takeLease(index, lease, options);
  if (other) return { status: "busy", by: other };
  const renewal = setInterval(
    () => void index.acquireLease(lease(), options).catch(() => {}),
    RENEW_EVERY_MS,
  );
  renewal.unref();
  return {
    status: "held",
    async release() {
      clearInterval(renewal);
      try {
        // Not with the save's signal: a cancelled save gives its lease up too.
        await index.releaseLease(lease(), { signal: AbortSignal.timeout(2_000) });
      } catch (error) {
        // It ends by itself.
        if (!(error instanceof CacheError) && !(error as Error).name?.match(/Abort|Timeout/)) throw error;
      }
    },
  };
}
