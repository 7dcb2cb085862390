// Invariant: an unfinished restore is undone by the next one, and cannot be saved until then. The process ends between
// any two changes of the disk, in several scenarios, by a script of its own; see also crash/ for real kills.

import { expect, test } from "@jest/globals";
import { jsonOf } from "../support/scripts.ts";

interface Outcome {
  readonly faults: number;
  readonly problems: readonly string[];
}

const script = new URL("../fault/pipelines/restore-faults.ts", import.meta.url);

test("an unfinished restore is undone by the next one, and is not saved", async () => {
  const { faults, problems } = await jsonOf<Outcome>(script, ["dead"]);
  expect(problems).toEqual([]);
  expect(faults).toBeGreaterThan(400);
}, 300_000);
