// SIGINT and SIGTERM -> one AbortSignal. The work gets a moment to put things back; what does not end by itself is ended,
// since a runner kills a cancelled step without asking.

import { CancelledError } from "@cairn/core";

type Interruption = "SIGINT" | "SIGTERM";

export interface Cancellation {
  readonly signal: AbortSignal;
  readonly interruption: () => Interruption | undefined;
}

/** Cancelling ends within two seconds; the process itself needs a little of them to start and to stop. */
const GRACE_MS = 1_700;

/**
 * @param force called when the grace is over, or on a second signal; ends the process.
 */
export function listenForSignals(force: (interruption: Interruption) => void): Cancellation {
  const controller = new AbortController();
  let first: Interruption | undefined;
  const onSignal = (name: Interruption) => {
    if (first !== undefined) {
      force(name);
      return;
    }
    first = name;
    setTimeout(force, GRACE_MS, name).unref();
    controller.abort(new CancelledError(`cancelled by ${name}`));
  };
  process.on("SIGINT", () => onSignal("SIGINT"));
  process.on("SIGTERM", () => onSignal("SIGTERM"));
  return { signal: controller.signal, interruption: () => first };
}
