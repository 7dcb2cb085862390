// Threat: rows of a SQLite index that another program wrote. Whoever has the user's rights can write the file, with tables
// of their own making; what is not wholly a Ref must be no Ref, hide no other, and break nothing.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createSqliteIndex } from "../../src/indexes/sqlite-index.ts";
import { REF_COLUMNS, refValues, SCHEMA, usageValues } from "../../src/indexes/sqlite-schema.ts";
import type { MaintainableIndex } from "../../src/ports/key-index.ts";
import { all, createTestClock, makeRef, START_MS, scopeOf } from "../support/refs.ts";

const clock = createTestClock();
let folder: string;
let index: MaintainableIndex;
let file: DatabaseSync;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-forged-rows-"));
  const path = join(folder, "index.db");
  file = new DatabaseSync(path);
  // As the schema is, but any column takes any value.
  file.exec(SCHEMA.replaceAll("STRICT, ", "").replaceAll(" STRICT", "").replaceAll(" NOT NULL", ""));
  index = createSqliteIndex({ file: path, clock });
});
afterEach(async () => {
  await index.close();
  file.close();
  rmSync(folder, { recursive: true });
});

const honest = makeRef({ key: "deps-1" });
const forged = makeRef({ key: "deps-2", createdAtMs: START_MS + 1 });

function insert(
  changes: Readonly<Record<string, string | number | null | Uint8Array>> = {},
  of = forged,
): void {
  const values = refValues(of).map((value, i) => changes[REF_COLUMNS[i]!] ?? value);
  file.prepare(`INSERT INTO refs VALUES (${values.map(() => "?")})`).run(...values);
}

test("a row of the same make that is whole is a Ref, so that what is refused is refused for what it holds", async () => {
  insert();
  expect(await index.lookup({ ...forged, match: "exact" })).toEqual(forged);
});

describe.each([
  ["a contentHash that leads elsewhere", { contentHash: "../../../home/x" }],
  ["a contentHash that is shorter", { contentHash: "ab" }],
  ["a contentHash that is a number", { contentHash: 7 }],
  ["an unknown domain", { domain: "trusted/../pr" }],
  ["a text for a size", { treeBytes: "many" }],
  ["bytes for a size", { storedBytes: new Uint8Array(3) }],
  ["a time that no date can hold", { createdAtMs: 8.65e15 }],
  ["a number for a signature", { signature: new Uint8Array(1) }],
])("%s", (_what, changes) => {
  test("is a miss, and hides no older Ref", async () => {
    await index.commit(honest);
    insert(changes);
    expect(await index.lookup({ ...forged, match: "exact" })).toBeUndefined();
    expect(await index.lookup({ ...forged, key: "deps-", match: "prefix" })).toEqual(honest);
    expect(await index.findByKey("acme/api", forged.key, 10)).toEqual([]);
  });

  test("is told to maintenance, which then deletes nothing", async () => {
    await index.commit(honest);
    insert(changes);
    const unreadable: string[] = [];
    const refs = await all(index.list({}, { onUnreadable: (row) => unreadable.push(row) }));
    expect(refs).toEqual([honest]);
    expect(unreadable).toEqual(["acme/api refs/heads/main deps-2"]);
  });

  test("gives way to a save", async () => {
    insert(changes);
    await index.touch(forged, { atMs: START_MS, expiresAtMs: START_MS + 1 });
    expect(await index.commit(forged)).toEqual({ status: "committed" });
    expect(await index.lookup({ ...forged, match: "exact" })).toEqual(forged);
  });
});

test.each([
  ["a text", "deps-2"],
  ["bytes that are no UTF-8, and would read as another key", Buffer.from("deps-\xff", "latin1")],
])("a key that is %s speaks for nobody", async (_what, key) => {
  insert({ key });
  expect(await index.lookup({ ...forged, match: "exact" })).toBeUndefined();
  expect(await index.lookup({ ...forged, key: "deps-", match: "prefix" })).toBeUndefined();
  expect(await all(index.list({}))).toEqual([]);
});

test("a listing goes on behind a page that ends in a forged row", async () => {
  const refs = Array.from({ length: 499 }, (_, i) => makeRef({ key: `a-${1000 + i}` }));
  for (const ref of refs) insert({}, ref);
  insert({ contentHash: "x" }, makeRef({ key: "b" }));
  insert({}, makeRef({ key: "c" }));
  expect((await all(index.list({}))).map(({ key }) => key)).toEqual([...refs.map(({ key }) => key), "c"]);
});

test("a row of uses that is not whole counts for nothing", async () => {
  const by = scopeOf("refs/pull/7/merge");
  const values = usageValues({ of: honest, by, count: 1, lastAtMs: START_MS });
  file.prepare(`INSERT INTO uses VALUES (${values.map(() => "?")})`).run(...values.with(8, "many"));
  expect(await all(index.uses({}))).toEqual([]);
  await index.recordUse(honest, { by, atMs: START_MS });
  expect(await all(index.uses({}))).toEqual([
    { of: expect.objectContaining({ key: "deps-1" }), by, count: 1, lastAtMs: START_MS },
  ]);
});
