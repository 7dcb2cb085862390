// The memory index, with its rows in sight.

import { createMemoryIndex } from "../../src/indexes/memory-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import type { Ref } from "../../src/model/ref.ts";
import type { MaintainableIndex } from "../../src/ports/key-index.ts";

export interface TestIndex extends MaintainableIndex {
  /** Every row, live or not. */
  readonly refs: readonly Ref[];
}

export function createTestIndex(now: () => number = Date.now): TestIndex {
  const rows = new Map<string, Ref>();
  const index = createMemoryIndex({ clock: createClock(now), rows });
  return {
    ...index,
    get refs() {
      return [...rows.values()];
    },
  };
}
