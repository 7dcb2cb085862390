// V8 lets the space of new objects grow to 128 MB while many of them live for a moment, as in every save and restore. A
// quarter of that costs no time, and an action can't be started with `--max-semi-space-size`.

import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves together. */
const ENOUGH_BYTES = 32_000_000;
const LOOK_EVERY_MS = 100;

/** Lets the young generation of the main thread grow to a few dozen MB and no further, nor that of any thread from then on. */
export function boundYoungGeneration(): void {
  const timer = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if (!space || space.space_size < ENOUGH_BYTES) return;
    clearInterval(timer);
    // Read at each growth: by so much the halves grow.
    setFlagsFromString("--semi-space-growth-factor=1");
  }, LOOK_EVERY_MS);
  timer.unref();
}
