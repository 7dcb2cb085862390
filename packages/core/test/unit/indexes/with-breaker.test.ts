// An index that is away: nothing that a job's step asks of it waits, whichever method it is. The table has a line for every
// method of the port, or does not compile.

import { expect, test } from "@jest/globals";
import { createMemoryIndex } from "../../../src/indexes/memory-index.ts";
import { withBreaker } from "../../../src/indexes/with-breaker.ts";
import { createBreaker } from "../../../src/lib/breaker.ts";
import { openOutageFile } from "../../../src/lib/outage-record.ts";
import { countersOf } from "../../../src/model/counters.ts";
import { StoreAwayError } from "../../../src/model/errors.ts";
import type { MaintainableIndex } from "../../../src/ports/key-index.ts";
import { all, createTestClock, makeRef, START_MS, scopeOf, VERSION } from "../../support/refs.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const ref = makeRef();
const usage = { of: ref, by: scopeOf("refs/pull/1/merge"), count: 1, lastAtMs: START_MS };
const row = {
  repository: "acme/api",
  domain: "trusted",
  day: "2026-01-01",
  counters: countersOf({}),
} as const;
const query = { scope: ref.scope, version: VERSION, key: ref.key, match: "exact" } as const;
const lease = { id: ref, owner: "job", expiresAtMs: START_MS + 1_000 };
const atMs = START_MS;

type Call = (index: MaintainableIndex) => Promise<unknown>;

const CALLS: Readonly<
  Record<Exclude<keyof MaintainableIndex, "description">, readonly ["step" | "maintenance", Call]>
> = {
  lookup: ["step", (index) => index.lookup(query)],
  commit: ["step", (index) => index.commit(ref)],
  acquireLease: ["step", (index) => index.acquireLease(lease)],
  releaseLease: ["step", (index) => index.releaseLease(lease)],
  touch: ["step", (index) => index.touch(ref, { atMs, expiresAtMs: ref.expiresAtMs })],
  recordUse: ["step", (index) => index.recordUse(ref, { by: usage.by, atMs })],
  count: ["step", (index) => index.count(row)],
  uses: ["step", (index) => all(index.uses({}))],
  takeUsage: ["step", (index) => index.takeUsage(usage)],
  identity: ["step", (index) => index.identity()],
  claimIdentity: ["step", (index) => index.claimIdentity("identity")],
  findByKey: ["step", (index) => index.findByKey("acme/api", ref.key, 1)],
  list: ["maintenance", (index) => all(index.list({}))],
  invalidate: ["maintenance", (index) => index.invalidate(ref, { atMs })],
  revalidate: ["maintenance", (index) => index.revalidate(ref)],
  remove: ["maintenance", (index) => index.remove(ref)],
  counters: [
    "maintenance",
    (index) => all(index.counters({ repository: "acme/api", from: row.day, to: row.day })),
  ],
  sweep: ["maintenance", (index) => index.sweep({ beforeMs: atMs })],
  close: ["maintenance", (index) => index.close()],
};

/** Every wait of the job is used up: whoever asks the breaker is refused without anything being asked. */
function awayIndex(): MaintainableIndex {
  const outages = openOutageFile(temporaryFolder(), "index");
  outages.add(60_000);
  const inner = createMemoryIndex({ clock: createTestClock() });
  const breaker = createBreaker({ description: "index", ask: () => Promise.resolve(), outages });
  return withBreaker(inner, breaker);
}

test.each(Object.entries(CALLS).map(([name, [asker, call]]) => [name, asker, call] as const))(
  "%s is asked by a %s",
  async (_, asker, call) => {
    const asked = call(awayIndex());
    if (asker === "step") await expect(asked).rejects.toBeInstanceOf(StoreAwayError);
    // Rejects where the breaker is in the way.
    else await asked;
  },
);

test("a server that answers is asked everything, and listings come whole", async () => {
  const inner = createMemoryIndex({ clock: createTestClock() });
  const outages = openOutageFile(temporaryFolder(), "index");
  const breaker = createBreaker({ description: "index", ask: () => Promise.resolve(), outages });
  const index = withBreaker(inner, breaker);
  expect(await index.commit(ref)).toEqual({ status: "committed" });
  for (const by of ["refs/pull/1/merge", "refs/pull/2/merge"])
    await index.recordUse(ref, { by: scopeOf(by), atMs });
  expect((await all(index.uses({}))).map(({ by }) => by.ref).sort()).toEqual([
    "refs/pull/1/merge",
    "refs/pull/2/merge",
  ]);
  expect(Object.keys(index).sort()).toEqual(Object.keys(inner).sort());
});
