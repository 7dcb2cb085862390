// The memory driver under the contract.

import { expect, test } from "@jest/globals";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { objectStoreSuite } from "./object-store-suite.ts";

objectStoreSuite("memory", {
  async create() {
    const store = createMemoryStore();
    return { open: () => store };
  },
  checksDigest: true,
  keepsDigest: true,
});

test("the time of an object is that of the given clock", async () => {
  let nowMs = 1_000;
  const store = createMemoryStore("clocked", () => nowMs);
  await store.swap("a", new Uint8Array(1), null);
  nowMs = 2_000;
  await store.swap("b", new Uint8Array(1), null);
  expect(await store.head("a")).toMatchObject({ modifiedAtMs: 1_000 });
  expect(await store.head("b")).toMatchObject({ modifiedAtMs: 2_000 });
});
