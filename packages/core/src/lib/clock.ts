// The local clock, corrected by the Date header of the servers we talk to: runners' clocks are off by minutes, and
// lifetimes must not depend on it.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Server time minus local time, as last observed; 0 before. */
  readonly skewMs: number;
  /** @param serverMs the server's Date header; @param receivedMs local time when its answer came. */
  observe(serverMs: number, receivedMs?: number): void;
}

/** Date headers have whole seconds: a difference below this says nothing. */
const RESOLUTION_MS = 2_000;

export function createClock(local: () => number = Date.now): Clock {
  let skewMs = 0;
  return {
    now: () => local() + skewMs,
    get skewMs() {
      return skewMs;
    },
    observe(serverMs, receivedMs = local()) {
      if (!Number.isFinite(serverMs)) return;
      const difference = serverMs - receivedMs;
      skewMs = Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
    },
  };
}
