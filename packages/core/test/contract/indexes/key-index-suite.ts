// The contract of KeyIndex: one suite that every driver passes, against the real service where there is one.

import { afterAll, describe } from "@jest/globals";
import type { Clock } from "../../../src/lib/clock.ts";
import type { MaintainableIndex } from "../../../src/ports/key-index.ts";
import { createTestClock, type TestClock } from "../../support/refs.ts";
import { commitContract } from "./suite/commit.ts";
import { keyContract } from "./suite/keys.ts";
import { leaseContract } from "./suite/leases.ts";
import { lookupContract } from "./suite/lookup.ts";
import { maintenanceContract } from "./suite/maintenance.ts";

/** Storage of one index: empty when made, opened as often as a test likes. */
export interface IndexStorage {
  open(clock: Clock): MaintainableIndex;
}

export interface IndexDriver {
  /** New, empty storage that shares nothing with what was made before. */
  fresh(): Promise<IndexStorage>;
  /** Removes what fresh() made. */
  end?(): Promise<void>;
}

/** What a test gets: an index on fresh storage, a second opening of the same, and the clock of both. */
export interface Bench {
  readonly index: MaintainableIndex;
  readonly other: MaintainableIndex;
  readonly clock: TestClock;
}

/** Runs `test` on fresh storage and closes what it opened. */
export type WithIndex = (test: (bench: Bench) => Promise<void>) => () => Promise<void>;

export function keyIndexSuite(name: string, driver: IndexDriver): void {
  const withIndex: WithIndex = (test) => async () => {
    const storage = await driver.fresh();
    const clock = createTestClock();
    const index = storage.open(clock);
    const other = storage.open(clock);
    try {
      await test({ index, other, clock });
    } finally {
      await Promise.all([index.close(), other.close()]);
    }
  };

  describe(`KeyIndex: ${name}`, () => {
    afterAll(async () => driver.end?.());
    lookupContract(withIndex);
    keyContract(withIndex);
    commitContract(withIndex);
    leaseContract(withIndex);
    maintenanceContract(withIndex);
  });
}
