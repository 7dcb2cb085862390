// Invariant: nothing is written outside the roots. Random artifacts, honest and not: whatever a restore makes of them,
// workspace, home and all beside them but the root is as it was. The threats one by one are in security/.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Entry } from "../../src/model/entry.ts";
import { CacheError } from "../../src/model/errors.ts";
import { createVictim, everything, folder, link, otherName, plainFile, plant } from "../support/hostile.ts";
import { testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";

const paths = fc
  .array(fc.constantFrom("a", "b", "old", "..", ".", "", "outside", "passwd", "src"), { maxLength: 4 })
  .map((names) => names.join("/"));
const targets = fc.constantFrom("../../outside", "..", "/", "a", "../src/main.ts", "old", "b");
const entries: fc.Arbitrary<Entry> = fc.oneof(
  paths.map((path) => folder(path)),
  paths.map((path) => plainFile(path)),
  fc.tuple(paths, targets).map(([path, target]) => link(path, target)),
  fc.tuple(paths, fc.oneof(paths, targets)).map(([path, target]) => otherName(path, target)),
);

test("whatever the artifact says", async () => {
  let restored = 0;
  await checkAsync(
    fc.asyncProperty(fc.array(entries, { maxLength: 5 }), fc.boolean(), async (list, clean) => {
      const job = createVictim();
      const backend = testBackend();
      await plant(backend, job, { entries: [folder(""), ...list] });
      const before = everything(job);
      const outcome: unknown = await job.restore(backend, { clean }).catch((error: unknown) => error);
      const after = everything(job);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(CacheError);
        expect(after).toEqual(before);
      } else {
        restored++;
        for (const path of new Set([...Object.keys(before), ...Object.keys(after)]))
          if (!path.startsWith("workspace/tree")) expect([path, after[path]]).toEqual([path, before[path]]);
      }
    }),
    200,
  );
  expect(restored).toBeGreaterThan(10);
}, 120_000);
