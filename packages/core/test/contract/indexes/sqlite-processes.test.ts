// SQLite under eight real processes at once, from the first opening on: they make the file, its tables and its WAL
// together, race for the same keys, and count uses of the same row.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "@jest/globals";
import { createSqliteIndex } from "../../../src/indexes/sqlite-index.ts";
import { SCHEMA } from "../../../src/indexes/sqlite-schema.ts";
import { all, createTestClock, makeRef, START_MS } from "../../support/refs.ts";
import { runSource } from "../../support/run-source.ts";

const PROCESSES = 8;
const KEYS = 25;

const WORKER = `
  import { createClock } from "SRC/lib/clock.ts";
  import { createSqliteIndex } from "SRC/indexes/sqlite-index.ts";
  const [file, worker, template, keys, startAt] = process.argv.slice(1);
  const index = createSqliteIndex({ file, clock: createClock(() => ${START_MS}) });
  const base = JSON.parse(template);
  while (Date.now() < Number(startAt));
  const identity = await index.claimIdentity("store-" + worker);
  await index.commit(base);
  const won = [];
  for (let n = 0; n < Number(keys); n++) {
    const shared = { ...base, key: "shared-" + n, createdAtMs: base.createdAtMs + Number(worker) };
    if ((await index.commit(shared)).status === "committed") won.push(n);
    const own = { ...base, key: "own-" + worker + "-" + n };
    if ((await index.commit(own)).status !== "committed") throw new Error("lost its own key");
    const found = await index.lookup({ ...own, match: "exact" });
    if (found === undefined) throw new Error("does not see its own commit");
    await index.touch(base, { atMs: ${START_MS}, expiresAtMs: base.expiresAtMs });
  }
  await index.close();
  console.log(JSON.stringify({ identity, won }));
`;

test("eight processes open, commit, read and count at once, and nothing is lost", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cairn-sqlite-"));
  const file = join(folder, "new", "index.db");
  const counted = makeRef({ key: "counted" });
  try {
    // All start at one moment, so that they make the file together.
    const startAt = String(Date.now() + 1_500);
    const outputs = await Promise.all(
      Array.from({ length: PROCESSES }, (_, worker) =>
        runSource(WORKER, file, String(worker), JSON.stringify(counted), String(KEYS), startAt),
      ),
    );
    const results = outputs.map((text) => JSON.parse(text) as { identity: string; won: number[] });
    expect(new Set(results.map(({ identity }) => identity)).size).toBe(1);
    const won = results.flatMap((result) => result.won).sort((a, b) => a - b);
    expect(won).toEqual(Array.from({ length: KEYS }, (_, n) => n));
    const index = createSqliteIndex({ file, clock: createTestClock() });
    const refs = await all(index.list({}));
    expect(refs).toHaveLength(1 + KEYS + PROCESSES * KEYS);
    expect(refs.find(({ key }) => key === counted.key)?.accessCount).toBe(PROCESSES * KEYS);
    await index.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

test("a file of the tables before uses were counted is brought up to date, and keeps its Refs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cairn-sqlite-"));
  const file = join(folder, "index.db");
  try {
    const before = new DatabaseSync(file);
    before.exec(
      SCHEMA.replace(/CREATE TABLE uses \([^;]*;/, "").replace(/user_version = \d+/, "user_version = 1"),
    );
    before.close();
    const ref = makeRef();
    for (const open of [0, 1]) {
      const index = createSqliteIndex({ file, clock: createTestClock() });
      if (open === 0) await index.commit(ref);
      await index.recordUse(ref, {
        by: { repository: "acme/api", ref: "refs/pull/1/merge" },
        atMs: START_MS,
      });
      expect(await all(index.list({}))).toEqual([ref]);
      expect(await all(index.uses({}))).toMatchObject([{ count: open + 1 }]);
      await index.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
