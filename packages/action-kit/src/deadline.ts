// The deadline of a step. The work gets a signal that aborts when the time is over or the run is cancelled; work that
// ignores it is left behind after a grace, so that no request that hangs can hold a job.

import { DeadlineError } from "@cairn/core";
import { formatDuration } from "./format.ts";

export const RESTORE_TIMEOUT_MS: number = 10 * 60_000;
export const SAVE_TIMEOUT_MS: number = 10 * 60_000;
/** A post step has no timeout-minutes of its own, and a stalled one holds the whole job. */
export const POST_TIMEOUT_MS: number = 5 * 60_000;

/** Time to roll back. A cancelled run is killed 10 s after its first signal. */
const GRACE_MS = 9_000;

export interface Limits {
  readonly cancel: AbortSignal;
  readonly timeoutMs: number;
  /** For the message: "restore". */
  readonly what: string;
  readonly graceMs?: number;
}

/** @throws DeadlineError, the reason of `cancel`, or what `work` throws. */
export async function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>, limits: Limits): Promise<T> {
  const { cancel, timeoutMs, what, graceMs = GRACE_MS } = limits;
  const deadline = new AbortController();
  const signal = AbortSignal.any([cancel, deadline.signal]);
  const timer = setTimeout(() => {
    deadline.abort(
      new DeadlineError(`the ${what} took longer than ${formatDuration(timeoutMs)}`, {
        hint: "set the input timeout to allow more",
      }),
    );
  }, timeoutMs);
  let graceTimer: NodeJS.Timeout | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    const onAbort = () => {
      graceTimer = setTimeout(() => reject(signal.reason), graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work(signal), abandoned]);
  } finally {
    clearTimeout(timer);
    clearTimeout(graceTimer);
  }
}
