// One prune at a time: a lease in the index, renewed while the prune runs. It ends by itself; a prune that was stopped for
// longer than that may not go on, since another one may have finished and what it was going to delete be new.

import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { ownerHere, takeLease } from "../lib/take-lease.ts";
import { CacheError, StoreUnavailableError } from "../model/errors.ts";
import type { RefId } from "../model/ref.ts";
import type { KeyIndex, Lease } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";

/** No repository has this name. */
const ID: RefId = { scope: { repository: ":prune", ref: "" }, version: "", key: "prune" };
const LEASE_MS = 5 * 60_000;
const RENEW_AFTER_MS = 30_000;

export interface PruneLease {
  /** Right before each write. Rejects when this prune may no longer be the only one. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** @returns who prunes now, where it is another one. @throws CacheError */
export async function takePruneLease(
  { index, clock }: { readonly index: KeyIndex; readonly clock: Clock },
  options: CallOptions,
): Promise<PruneLease | { readonly busy: Lease }> {
  const owner = ownerHere(`prune ${randomUUID().slice(0, 8)}`);
  const lease = (): Lease => ({ id: ID, owner, expiresAtMs: clock.now() + LEASE_MS });
  const other = await takeLease(index, lease, options);
  if (other) return { busy: other };
  let held = moment();
  let renewal: Promise<void> | undefined;

  async function renew(): Promise<void> {
    const asked = moment();
    if (sinceMs(held) > LEASE_MS || (await index.acquireLease(lease(), options)) !== undefined) {
      throw new StoreUnavailableError(
        "this prune was stopped for so long that another one may have taken over",
        {
          hint: "prune again: it goes on where this one ended",
        },
      );
    }
    held = asked;
  }

  return {
    async check() {
      options.signal?.throwIfAborted();
      if (sinceMs(held) < RENEW_AFTER_MS) return;
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      await renewal;
    },
    async release() {
      try {
        // Not with the prune's signal: a cancelled prune gives its lease up, too.
        await index.releaseLease(lease(), { signal: AbortSignal.timeout(2_000) });
      } catch (error) {
        // It ends by itself.
        if (!(error instanceof CacheError) && !/Abort|Timeout/.test((error as Error).name)) throw error;
      }
    },
  };
}

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

function moment(): Moment {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

/** By whichever clock shows more: one may be set back, the other stands still while the machine sleeps. */
function sinceMs(past: Moment): number {
  const now = moment();
  return Math.max(now.wallMs - past.wallMs, now.monotonicMs - past.monotonicMs);
}
