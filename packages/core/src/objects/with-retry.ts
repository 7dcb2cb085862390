// Tries again what may succeed the next time: a few attempts, exponential delays with full jitter, a budget for the
// whole job. Only errors that say they are retryable; an abort ends the wait. A write whose answer was lost may have
// happened: a put that is repeated looks first and says "exists", which its caller looks into anyway; a swap looks, too.

import { setTimeout as sleepFor } from "node:timers/promises";
import { CacheError, StoreUnavailableError } from "../model/errors.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import { createRetryBudget, type RetryBudget } from "./retry-budget.ts";

export interface RetryOptions {
  /** Tries of one call, the first included. */
  readonly attempts?: number | undefined;
  /** Shared between the stores of one server. Default: one of its own. */
  readonly budget?: RetryBudget | undefined;
  /** In [0, 1). */
  readonly random?: (() => number) | undefined;
  /** For tests: waits, and rejects with signal.reason on abort. */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 200;
/** Where the server asks for fewer requests, there is no use in asking again soon. */
const FIRST_DELAY_THROTTLED_MS = 1_000;
const LONGEST_DELAY_MS = 8_000;

/** @returns a store that behaves as `inner` does, with fewer failures. */
export function withRetry(inner: SwappableStore, options: RetryOptions = {}): SwappableStore {
  const {
    attempts = ATTEMPTS,
    budget = createRetryBudget(),
    random = Math.random,
    sleep = sleepUnlessAborted,
  } = options;

  /** Rejects with `error` unless there is to be another attempt, and waits for it. */
  async function beforeRetry(
    error: unknown,
    attempt: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!(error instanceof CacheError) || !error.retryable) throw error;
    if (!budget.failed() || attempt >= attempts) throw error;
    const isThrottled = error instanceof StoreUnavailableError && error.throttled;
    const firstMs = isThrottled ? FIRST_DELAY_THROTTLED_MS : FIRST_DELAY_MS;
    await sleep(random() * Math.min(LONGEST_DELAY_MS, firstMs * 2 ** (attempt - 1)), signal);
  }

  /** @param action gets the number of the attempt, from 1. */
  async function retrying<T>(
    callOptions: CallOptions | undefined,
    action: (attempt: number) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await action(attempt);
        budget.succeeded();
        return result;
      } catch (error) {
        await beforeRetry(error, attempt, callOptions?.signal);
      }
    }
  }

  return {
    description: inner.description,

    put: (name, bytes, sha256, callOptions) =>
      retrying(callOptions, async (attempt) => {
        // Some servers refuse what exists before they have read it, which shows as a broken connection, each time anew.
        const there = attempt > 1 && (await inner.head(name, callOptions).catch(() => undefined));
        return there ? "exists" : inner.put(name, bytes, sha256, callOptions);
      }),

    get: (name, range, callOptions) => retrying(callOptions, () => inner.get(name, range, callOptions)),

    head: (name, callOptions) => retrying(callOptions, () => inner.head(name, callOptions)),

    // Goes on behind what was listed already; the attempts are counted anew from there.
    async *list(prefix, callOptions) {
      let after = callOptions?.after;
      for (let attempt = 1; ; attempt++) {
        try {
          for await (const object of inner.list(
            prefix,
            after === undefined ? callOptions : { ...callOptions, after },
          )) {
            yield object;
            after = object.name;
            attempt = 1;
          }
          budget.succeeded();
          return;
        } catch (error) {
          await beforeRetry(error, attempt, callOptions?.signal);
        }
      }
    },

    delete: (name, callOptions) => retrying(callOptions, () => inner.delete(name, callOptions)),

    read: (name, callOptions) => retrying(callOptions, () => inner.read(name, callOptions)),

    swap: (name, bytes, tag, callOptions) =>
      retrying(callOptions, async (attempt) => {
        const newTag = await inner.swap(name, bytes, tag, callOptions);
        if (newTag !== undefined || attempt === 1) return newTag;
        // The condition may fail because the attempt before, whose answer was lost, has already swapped.
        const found = await inner.read(name, callOptions);
        return found && Buffer.compare(found.bytes, bytes) === 0 ? found.tag : undefined;
      }),
  };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await sleepFor(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}
