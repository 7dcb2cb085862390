import { expect, test } from "@jest/globals";
import { createMemoryIndex } from "../../../src/indexes/memory-index.ts";
import { StoreUnavailableError } from "../../../src/model/errors.ts";
import type { Ref } from "../../../src/model/ref.ts";
import { explainMiss } from "../../../src/restore/explain-miss.ts";
import {
  createTestClock,
  DAY_MS,
  digestOf,
  makeRef,
  START_MS,
  scopeOf,
  VERSION,
} from "../../support/refs.ts";

const main = scopeOf("refs/heads/main");
const feature = scopeOf("refs/heads/feature");
const NOW_MS = START_MS + 100 * DAY_MS;
const wanted = {
  access: { reads: [feature, main], domain: "trusted" as const },
  version: VERSION,
  key: "npm-abc",
  restoreKeys: ["npm-"],
};

async function explain(...refs: Partial<Ref>[]): Promise<string[]> {
  const index = createMemoryIndex({ clock: createTestClock(NOW_MS) });
  for (const changes of refs) await index.commit(makeRef({ createdAtMs: NOW_MS, ...changes }));
  return explainMiss(index, wanted, { nowMs: NOW_MS });
}

test("names the scopes and prefixes that were searched", async () => {
  expect(await explain()).toEqual([
    'searched refs/heads/feature, then refs/heads/main of acme/api for keys that are or start with "npm-abc", "npm-"',
    'no other branch and no other paths hold the key "npm-abc" either',
  ]);
});

test.each<[string, Partial<Ref>, string]>([
  [
    "other paths",
    { version: digestOf("other") },
    '"npm-abc" of refs/heads/main exists, but was saved for other paths or another platform',
  ],
  [
    "another branch",
    { scope: scopeOf("refs/heads/other") },
    '"npm-abc" of refs/heads/other exists, but this job can\'t read that scope',
  ],
  ["expired", { createdAtMs: START_MS }, '"npm-abc" of refs/heads/main expired at 2026-04-01T00:00:00.000Z'],
  [
    "invalidated",
    { invalidatedAtMs: START_MS },
    '"npm-abc" of refs/heads/main was invalidated at 2026-01-01T00:00:00.000Z',
  ],
  [
    "written by a pull request",
    { domain: "pr" },
    '"npm-abc" of refs/heads/main was written by a pull request, which this job doesn\'t trust',
  ],
])("tells a near miss: %s", async (_, changes, line) => {
  expect((await explain(changes))[1]).toBe(line);
});

test("tells the closest first, and at most three", async () => {
  const lines = await explain(
    { scope: scopeOf("refs/heads/a") },
    { scope: scopeOf("refs/heads/b") },
    { scope: scopeOf("refs/heads/c") },
    { createdAtMs: START_MS },
  );
  expect(lines).toHaveLength(5);
  expect(lines[1]).toContain("expired");
  expect(lines[4]).toBe("and 1 more with the same key");
});

test("a failing index makes the explanation shorter, and nothing else", async () => {
  const index = { findByKey: () => Promise.reject(new StoreUnavailableError("away")) };
  expect(await explainMiss(index, wanted, { nowMs: NOW_MS })).toHaveLength(1);
});

test("a job without scopes is told so", async () => {
  const index = createMemoryIndex({ clock: createTestClock() });
  const access = { reads: [], domain: "trusted" as const };
  expect(await explainMiss(index, { ...wanted, access }, { nowMs: NOW_MS })).toEqual([
    "this job may read no scope, so nothing was searched",
  ]);
});
