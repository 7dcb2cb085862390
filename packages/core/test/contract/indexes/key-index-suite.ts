// The contract of KeyIndex: one suite that every driver passes, against the real service where there is one.

import { afterAll, describe } from "@jest/globals";
import type { Clock } from "../../../src/lib/clock.ts";
import type { MaintainableIndex } from "../../../src/ports/key-index.ts";
import { createTestClock } from "../../support/refs.ts";
import type { WithIndex } from "./suite/bench.ts";
import { commitContract } from "./suite/commit.ts";
import { keyContract } from "./suite/keys.ts";
import { leaseContract } from "./suite/leases.ts";
import { lookupContract } from "./suite/lookup.ts";
import { maintenanceContract } from "./suite/maintenance.ts";
import { signatureContract } from "./suite/signatures.ts";
import { usesContract } from "./suite/uses.ts";

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
    signatureContract(withIndex);
    usesContract(withIndex);
  });
}
