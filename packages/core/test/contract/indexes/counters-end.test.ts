// Where no server removes rows by itself, a sweep removes counters that are past their time, and no others. (Those of
// DynamoDB have a time to live: index-row.test.ts.)

import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createBucketIndex } from "../../../src/indexes/bucket-index.ts";
import { createMemoryIndex } from "../../../src/indexes/memory-index.ts";
import { createSqliteIndex } from "../../../src/indexes/sqlite-index.ts";
import { countersOf } from "../../../src/model/counters.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { createTestClock, DAY_MS, START_MS } from "../../support/refs.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const clock = createTestClock();
const counters = countersOf({ saves: 1 });
const of = { repository: "acme/api", domain: "trusted", counters } as const;

test.each([
  ["memory", () => createMemoryIndex({ clock })],
  ["SQLite", () => createSqliteIndex({ file: join(temporaryFolder(), "index.sqlite"), clock })],
  ["the bucket", () => createBucketIndex({ store: createMemoryStore("test", clock.now), clock })],
])("in %s the counters of 400 days stay", async (_, open) => {
  const index = open();
  clock.set(START_MS);
  await index.count({ ...of, day: "2025-12-31" });
  await index.count({ ...of, day: "2026-01-01" });
  const days = async () => {
    clock.set(START_MS + 400 * DAY_MS);
    await index.sweep({ beforeMs: clock.now() - 2 * DAY_MS });
    const rows = await Array.fromAsync(index.counters({ from: "2020-01-01", to: "2030-01-01" }));
    return rows.map(({ day }) => day);
  };
  expect(await days()).toEqual(["2026-01-01"]);
  await index.close();
});
