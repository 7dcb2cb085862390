// Counting: requests and bytes of every method, failures too.

import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { withCounting } from "../../../src/objects/with-counting.ts";

test("counts what went up and down", async () => {
  const { store, counts } = withCounting(createMemoryStore());
  const bytes = Buffer.alloc(1_000);
  await store.put("a", bytes, sha256(bytes));
  await store.put("a", bytes, sha256(bytes));
  await store.get("a", { offset: 10, length: 100 });
  await store.get("a");
  await expect(store.get("b")).rejects.toThrow();
  await store.swap("ref", Buffer.alloc(7), null);
  await store.read("ref");
  await store.read("none");
  await store.head("a");
  await store.delete("a");
  for await (const _ of store.list(""));
  expect(counts.put).toEqual({ requests: 2, failures: 0, bytes: 2_000 });
  expect(counts.get).toEqual({ requests: 3, failures: 1, bytes: 1_100 });
  expect(counts).toMatchObject({ uploadedBytes: 2_007, downloadedBytes: 1_107, requests: 11 });
});

test("concurrent calls lose no count", async () => {
  const { store, counts } = withCounting(createMemoryStore());
  await store.put("a", Buffer.alloc(10), sha256(Buffer.alloc(10)));
  await Promise.all(Array.from({ length: 100 }, () => store.get("a")));
  expect(counts).toMatchObject({ downloadedBytes: 1_000, requests: 101 });
});
