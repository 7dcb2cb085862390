// What every part of the suite is handed.

import type { MaintainableIndex } from "../../../../src/ports/key-index.ts";
import type { TestClock } from "../../../support/refs.ts";

/** What a test gets: an index on fresh storage, a second opening of the same, and the clock of both. */
export interface Bench {
  readonly index: MaintainableIndex;
  readonly other: MaintainableIndex;
  readonly clock: TestClock;
}

/** Runs `test` on fresh storage and closes what it opened. */
export type WithIndex = (test: (bench: Bench) => Promise<void>) => () => Promise<void>;
