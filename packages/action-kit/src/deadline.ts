// The deadline of a step. The work gets a signal that aborts when the time is over or the run is cancelled; work that
// ignores it is left behind after a grace, so that nothing that hangs can hold a job.

import { DeadlineError } from "@cairn/core";
import { formatDuration } from "./format.ts";

export const RESTORE_TIMEOUT_MS: number = 10 * 60_000;
export const SAVE_TIMEOUT_MS: number = 10 * 60_000;
/** A post step has no timeout-minutes of its own, and a stalled one holds the whole job. */
export const POST_TIMEOUT_MS: number = 5 * 60_000;

/** Time to roll back a restore: the steps that follow go on with this tree. */
const GRACE_MS = 9_000;
/** Cancelling ends within two seconds: nobody uses the tree any more, and the next restore rolls back what is left. */
const CANCEL_GRACE_MS = 1_500;

export interface Limits {
  readonly cancel: AbortSignal;
  readonly timeoutMs: number;
  /** For the message: "restore". */
  readonly what: string;
  readonly graceMs?: number | undefined;
  /** Told when work is left behind: what it hangs in may keep the process from ending, too. */
  readonly onLeftBehind?: (() => void) | undefined;
}

/** @throws DeadlineError, the reason of `cancel`, or what `work` throws. */
export async function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>, limits: Limits): Promise<T> {
  const { cancel, timeoutMs, what, graceMs = GRACE_MS, onLeftBehind } = limits;
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
  const leftBehind = new Promise<never>((_, reject) => {
    const leaveAfter = (ms: number): void => {
      clearTimeout(graceTimer);
      graceTimer = setTimeout(() => {
        onLeftBehind?.();
        reject(signal.reason);
      }, ms);
    };
    const onCancel = (): void => leaveAfter(Math.min(graceMs, CANCEL_GRACE_MS));
    deadline.signal.addEventListener("abort", () => leaveAfter(graceMs), { once: true });
    if (cancel.aborted) onCancel();
    else cancel.addEventListener("abort", onCancel, { once: true });
  });
  try {
    return await Promise.race([work(signal), leftBehind]);
  } finally {
    clearTimeout(timer);
    clearTimeout(graceTimer);
  }
}
