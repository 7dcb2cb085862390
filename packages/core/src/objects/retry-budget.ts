// How much a job may retry in all. Retries help against single failures and hurt in an outage, where they multiply the
// load and the wait; so they are paid from a budget that only successes fill up again (as in gRPC's retry throttling,
// https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs).

export interface RetryBudget {
  /** Notes a call that succeeded. */
  succeeded(): void;
  /** Notes a failure. @returns whether it may be retried. */
  failed(): boolean;
}

export interface RetryBudgetOptions {
  /** Half of it is how many failures in a row are retried. */
  readonly tokens?: number;
  /** What one success gives back. */
  readonly tokensPerSuccess?: number;
}

/** More than a job has requests at once, so that one reset of all connections is survived. */
const TOKENS = 200;

/** A budget that is full. To be shared by everything that talks to the same server. */
export function createRetryBudget({
  tokens = TOKENS,
  tokensPerSuccess = 0.2,
}: RetryBudgetOptions = {}): RetryBudget {
  let left = tokens;
  return {
    succeeded() {
      left = Math.min(tokens, left + tokensPerSuccess);
    },
    failed() {
      left = Math.max(0, left - 1);
      return left >= tokens / 2;
    },
  };
}
