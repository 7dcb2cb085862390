// V8 lets the space of new objects of the main thread grow to 128 MB while many of them live for a moment, as in every save
// and restore of a large tree. A quarter of that costs no time, and an action can't be started with
// `--max-semi-space-size`.

import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves together. */
const ENOUGH_BYTES = 32_000_000;
const LOOK_EVERY_MS = 100;

let isBounded = false;

/**
 * Lets the young generation of the main thread grow to a few dozen MB and no further. The flag holds for the process: call
 * it when the threads have been started, whose own space is then the few MB that they have come to, and seldom need more.
 */
export function boundYoungGeneration(): void {
  if (isBounded) return;
  isBounded = true;
  const timer = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if (!space || space.space_size < ENOUGH_BYTES) return;
    clearInterval(timer);
    // For threads that start later: else they would stay at 2 MB.
    setFlagsFromString("--min-semi-space-size=8");
    // Read at each growth: by so much the halves grow.
    setFlagsFromString("--semi-space-growth-factor=1");
  }, LOOK_EVERY_MS);
  timer.unref();
}
