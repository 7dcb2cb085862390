// No prune at all: a bucket's lifecycle rule deletes what is old, with no regard for who needs it, and still every Ref that
// lives is whole. Random histories over years on a clock that the test sets; the rule is the earliest that the guide
// allows, and it acts the moment it may. (No server of the tests carries out lifecycle rules.)

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createMemoryIndex } from "../../src/indexes/memory-index.ts";
import { LIFETIME_MS, SAVE_MAX_AGE_MS } from "../../src/model/limits.ts";
import { isLive, type Ref, type Scope } from "../../src/model/ref.ts";
import { createMemoryStore } from "../../src/objects/memory-store.ts";
import { MAIN, PULL, type TestBackend, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { createTestClock, type TestClock } from "../support/refs.ts";
import { beginSave, needsOf, type PartsByPack } from "../support/step-save.ts";
import { listNames } from "../support/stores.ts";

const DAY_MS = 86_400_000;
/** As the guide says: not fewer. */
const RULE_DAYS = { trusted: 366, pr: 31 } as const;
const TOPIC: Scope = { repository: "octo/app", ref: "refs/heads/topic" };

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("save" as const),
      scope: fc.constantFrom(MAIN, TOPIC, PULL),
      key: fc.constantFrom("a", "b", "c"),
      parts: fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
      overwrite: fc.boolean(),
      /** As long as a save may take, at most. */
      tookMs: fc.nat(SAVE_MAX_AGE_MS),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("use" as const), at: fc.nat(9) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      hours: fc.oneof(fc.nat(24), fc.nat(24 * 40), fc.nat(24 * 200)),
    }),
  },
);

/** What the rule does, day by day. */
async function sweep({ store }: TestBackend, clock: TestClock): Promise<void> {
  for (const domain of ["trusted", "pr"] as const)
    for await (const { name, modifiedAtMs } of store.list(`v1/${domain}/`))
      if (clock.now() >= modifiedAtMs + RULE_DAYS[domain] * DAY_MS) await store.delete(name);
}

async function expectWhole(backend: TestBackend, clock: TestClock): Promise<number> {
  const there = new Set(await listNames(backend.store, "v1/"));
  let live = 0;
  for await (const ref of backend.index.list({})) {
    if (!isLive(ref, clock.now())) continue;
    live++;
    for (const name of await needsOf(backend, ref)) expect(there).toContain(name);
  }
  return live;
}

test("every live Ref is whole, at every moment of years without a prune", async () => {
  let livedLong = 0;
  let deleted = 0;
  await checkAsync(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      const clock = createTestClock();
      const backend: TestBackend = {
        ...testBackend(),
        clock,
        store: createMemoryStore("years", clock.now),
        index: createMemoryIndex({ clock }),
      };
      const partsByPack: PartsByPack = new Map();
      const waits = async (ms: number): Promise<void> => {
        // In steps, so that nothing is looked at only long after it went.
        for (let left = ms; left > 0; left -= 10 * DAY_MS) {
          clock.advance(Math.min(left, 10 * DAY_MS));
          const before = (await listNames(backend.store, "v1/")).length;
          await sweep(backend, clock);
          deleted += before - (await listNames(backend.store, "v1/")).length;
          livedLong += await expectWhole(backend, clock);
        }
      };
      for (const step of commands) {
        const refs: Ref[] = await Array.fromAsync(backend.index.list({}));
        if (step.kind === "wait") await waits(step.hours * 3_600_000);
        if (step.kind === "use") {
          const ref = refs[step.at % Math.max(1, refs.length)];
          const expiresAtMs = clock.now() + backend.refTtlMs;
          if (ref) await backend.index.touch(ref, { atMs: clock.now(), expiresAtMs });
        }
        if (step.kind === "save") {
          const { scope, key, parts, overwrite, tookMs } = step;
          const domain = scope === PULL ? "pr" : "trusted";
          const save = await beginSave(backend, {
            scope,
            domain,
            key,
            parts,
            overwrite,
            bases: refs,
            partsByPack,
          });
          await save.step();
          await waits(tookMs);
          while (!(await save.step()));
          await save.commit();
        }
        await expectWhole(backend, clock);
      }
    }),
    300,
  );
  // The rule did delete, and there was something that could have been broken.
  expect(deleted).toBeGreaterThan(0);
  expect(livedLong).toBeGreaterThan(0);
});

test("the guide's rule is no earlier than the one that was played", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../../../docs/guides/s3-and-dynamodb.md"), "utf8");
  expect(guide).toContain(`fewer than ${RULE_DAYS.trusted} and ${RULE_DAYS.pr}`);
  for (const domain of ["trusted", "pr"] as const) {
    const rule = new RegExp(`v1/${domain}/" }, "Expiration": { "Days": (\\d+) }`).exec(guide);
    expect(Number(rule![1])).toBeGreaterThanOrEqual(RULE_DAYS[domain]);
    expect(RULE_DAYS[domain] * DAY_MS).toBe(LIFETIME_MS[domain] + DAY_MS);
  }
});
