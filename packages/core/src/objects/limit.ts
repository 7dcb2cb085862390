// Bounds how many calls run at once; the others wait their turn. A socket pool queues too, but counts the time a call
// waits there as time to connect.

export type Limit = <T>(signal: AbortSignal | undefined, action: () => Promise<T>) => Promise<T>;

/** @returns a function that runs actions, at most `max` at once, first come first served; an abort ends the wait. */
export function createLimit(max: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;

  function acquire(signal: AbortSignal | undefined): Promise<void> {
    if (running < max) {
      running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      waiting.push(go);
    });
  }

  return async (signal, action) => {
    signal?.throwIfAborted();
    await acquire(signal);
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
