// Retrying: what is tried again, how long it waits, when it gives up; and that a write whose answer was lost counts once.

import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { AccessDeniedError, StoreUnavailableError } from "../../../src/model/errors.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { createRetryBudget } from "../../../src/objects/retry-budget.ts";
import { withCounting } from "../../../src/objects/with-counting.ts";
import { type RetryOptions, withRetry } from "../../../src/objects/with-retry.ts";
import { type Fault, type StoreCall, withFaults } from "../../../src/testing/with-faults.ts";

const bytes = Buffer.from("bytes");
const reset: Fault = { kind: "reset" };

function setUp(decide: (call: StoreCall) => Fault | undefined, options: RetryOptions = {}) {
  const memory = createMemoryStore();
  const { store: counted, counts } = withCounting(withFaults(memory, decide));
  const waits: number[] = [];
  const store = withRetry(counted, {
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
    },
    ...options,
  });
  return { memory, store, counts, waits };
}

const firstFail =
  (count: number, fault: Fault = reset) =>
  ({ index }: StoreCall) =>
    index < count ? fault : undefined;

test("a call that fails three times succeeds with the fourth, after growing waits", async () => {
  const { memory, store, counts, waits } = setUp(firstFail(3));
  await memory.put("name", bytes, sha256(bytes));
  expect(await store.get("name")).toEqual(Uint8Array.from(bytes));
  expect(counts.get).toMatchObject({ requests: 4, failures: 3, bytes: 5 });
  expect(waits).toEqual([100, 200, 400]);
});

test("gives up after the last attempt, with its error", async () => {
  const { store, counts } = setUp(() => reset);
  await expect(store.head("name")).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(counts.head.requests).toBe(4);
});

test("an error that is not retryable is not retried", async () => {
  for (const error of [new AccessDeniedError("no"), new TypeError("a bug")]) {
    const { store, counts } = setUp(() => ({ kind: "throw", error }));
    await expect(store.put("name", bytes, sha256(bytes))).rejects.toBe(error);
    expect(counts.requests).toBe(1);
  }
});

test("a server that asks for fewer requests is left alone for longer", async () => {
  const error = new StoreUnavailableError("slow down", { throttled: true });
  const { store, waits } = setUp(firstFail(2, { kind: "throw", error }));
  await store.head("name");
  expect(waits).toEqual([500, 1_000]);
});

test("no wait is longer than 8 s", async () => {
  const { store, waits } = setUp(() => reset, { attempts: 12, random: () => 0.999_999 });
  await expect(store.head("name")).rejects.toThrow();
  expect(waits).toHaveLength(11);
  expect(Math.max(...waits)).toBeLessThanOrEqual(8_000);
});

test("in an outage the budget ends retrying, and successes bring it back", async () => {
  let isDown = true;
  const budget = createRetryBudget({ tokens: 10, tokensPerSuccess: 1 });
  const { store, counts } = setUp(() => (isDown ? reset : undefined), { budget });
  for (let call = 0; call < 50; call++) await expect(store.head("name")).rejects.toThrow();
  // 50 calls; half of the tokens paid for five failures, one of which was the last of its call.
  expect(counts.head.requests).toBe(50 + 4);
  isDown = false;
  for (let call = 0; call < 10; call++) await store.head("name");
  isDown = true;
  await expect(store.head("name")).rejects.toThrow();
  expect(counts.head.requests).toBe(50 + 4 + 10 + 4);
});

test("a budget is shared", async () => {
  const budget = createRetryBudget({ tokens: 2 });
  const first = setUp(() => reset, { budget });
  const second = setUp(() => reset, { budget });
  await expect(first.store.head("name")).rejects.toThrow();
  await expect(second.store.head("name")).rejects.toThrow();
  expect([first.counts.head.requests, second.counts.head.requests]).toEqual([2, 1]);
});

test("a put whose answer was lost says that it exists", async () => {
  const { memory, store } = setUp(firstFail(1, { kind: "lose-answer" }));
  expect(await store.put("name", bytes, sha256(bytes))).toBe("exists");
  expect(await memory.get("name")).toEqual(Uint8Array.from(bytes));
});

test("a put that a server refuses by breaking the connection, since the object exists, says so", async () => {
  const { memory, store, counts } = setUp(({ method }) => (method === "put" ? reset : undefined));
  await memory.put("name", bytes, sha256(bytes));
  expect(await store.put("name", bytes, sha256(bytes))).toBe("exists");
  expect([counts.put.requests, counts.head.requests]).toEqual([1, 1]);
});

test("a swap whose answer was lost succeeds, and its tag is good for the next", async () => {
  const { store } = setUp(firstFail(1, { kind: "lose-answer" }));
  const tag = await store.swap("ref", bytes, null);
  expect(tag).toBeDefined();
  expect(await store.swap("ref", Buffer.from("next"), tag!)).toBeDefined();
});

test("a swap that another one won while it was retried does not hold", async () => {
  const memory = createMemoryStore();
  const faulty = withFaults(memory, firstFail(1));
  const store = withRetry(faulty, {
    sleep: async () => {
      await memory.swap("ref", Buffer.from("theirs"), null);
    },
  });
  expect(await store.swap("ref", bytes, null)).toBeUndefined();
  expect(Buffer.from(await memory.get("ref")).toString()).toBe("theirs");
});

test("a listing that breaks off goes on behind what came, without a gap or a repetition", async () => {
  const { memory, store, counts } = setUp(firstFail(6, { kind: "truncate", length: 3 }));
  const names = Array.from({ length: 20 }, (_, index) => `many/${String(index).padStart(2, "0")}`);
  for (const name of names) await memory.put(name, bytes, sha256(bytes));
  const listed: string[] = [];
  for await (const { name } of store.list("many/")) listed.push(name);
  expect(listed).toEqual(names);
  expect(counts.list.requests).toBe(7);
});

test("a listing that never gets any further gives up", async () => {
  const { memory, store, counts } = setUp(() => ({ kind: "truncate", length: 0 }));
  await memory.put("name", bytes, sha256(bytes));
  const listing = async () => {
    for await (const _ of store.list("")) throw new Error("listed something");
  };
  await expect(listing()).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(counts.list.requests).toBe(4);
});

test("an abort ends the wait at once, with its reason", async () => {
  const reason = new Error("stopped by the test");
  const controller = new AbortController();
  const { memory, counts } = setUp(() => undefined);
  const store = withRetry(
    withFaults(memory, () => reset),
    { random: () => 1_000 },
  );
  const startMs = performance.now();
  setTimeout(() => controller.abort(reason), 20);
  await expect(store.head("name", { signal: controller.signal })).rejects.toBe(reason);
  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(counts.requests).toBe(0);
});
