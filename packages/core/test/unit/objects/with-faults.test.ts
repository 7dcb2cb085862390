// The faults that other tests rely on really happen.

import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { type Fault, withFaults } from "../../../src/testing/with-faults.ts";

const bytes = Buffer.from([0, 1, 2, 3]);

async function storeWith(fault: Fault) {
  const inner = createMemoryStore();
  await inner.put("there", bytes, sha256(bytes));
  return { inner, store: withFaults(inner, () => fault) };
}

test("a flipped bit, read and written", async () => {
  const { inner, store } = await storeWith({ kind: "flip", at: -1 });
  expect([...(await store.get("there"))]).toEqual([0, 1, 2, 2]);
  expect([...(await inner.get("there"))]).toEqual([0, 1, 2, 3]);
  await store.put("new", bytes, sha256(bytes));
  expect([...(await inner.get("new"))]).toEqual([0, 1, 2, 2]);
});

test("a short read", async () => {
  const { store } = await storeWith({ kind: "truncate", length: 2 });
  expect([...(await store.get("there"))]).toEqual([0, 1]);
});

test("a reset before, and one after", async () => {
  const before = await storeWith({ kind: "reset" });
  await expect(before.store.put("new", bytes, sha256(bytes))).rejects.toMatchObject({ retryable: true });
  expect(await before.inner.head("new")).toBeUndefined();
  const after = await storeWith({ kind: "lose-answer" });
  await expect(after.store.put("new", bytes, sha256(bytes))).rejects.toMatchObject({ retryable: true });
  expect(await after.inner.head("new")).toBeDefined();
});

test("a stall, for a time or until it is aborted", async () => {
  const { store } = await storeWith({ kind: "stall", ms: 30 });
  const startMs = performance.now();
  await store.get("there");
  expect(performance.now() - startMs).toBeGreaterThan(25);
  const reason = new Error("stopped by the test");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 10);
  const forever = await storeWith({ kind: "stall" });
  await expect(forever.store.get("there", undefined, { signal: controller.signal })).rejects.toBe(reason);
});

test("the script sees method, name and count of the calls", async () => {
  const seen: string[] = [];
  const store = withFaults(createMemoryStore(), ({ method, name, index }) => {
    seen.push(`${method} ${name} ${index}`);
    return undefined;
  });
  await store.head("a");
  await store.read("b");
  await store.head("c");
  for await (const _ of store.list("d/"));
  expect(seen).toEqual(["head a 0", "read b 0", "head c 1", "list d/ 0"]);
});
