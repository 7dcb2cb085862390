// Invariant: a failed restore leaves the tree as it was: every path, its bytes, mode and times, those of folders too.
// Where the disk fails is played through change by change, in several scenarios, by a script of its own.

import { expect, test } from "@jest/globals";
import { jsonOf } from "../support/scripts.ts";

interface Outcome {
  readonly faults: number;
  readonly problems: readonly string[];
}

const script = new URL("../fault/pipelines/restore-faults.ts", import.meta.url);

// As an ordinary user, to whom folders without the right to write are one more obstacle.
test("a failed restore leaves the tree as it was, whichever change of the disk fails", async () => {
  const { faults, problems } = await jsonOf<Outcome>(script, ["once"], { asNobody: true });
  expect(problems).toEqual([]);
  expect(faults).toBeGreaterThan(400);
}, 300_000);
