// The two joins: order, bounds, the first error, and that nothing is still running when they end.

import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { forEachConcurrently, mapOrdered } from "../../../src/lib/concurrency.ts";

async function* numbers(count: number, onPull: (n: number) => void = () => {}) {
  for (let n = 0; n < count; n++) {
    onPull(n);
    await turn();
    yield n;
  }
}

/** Work that takes longer for earlier items, and counts how much of it is under way. */
function tracked() {
  const state = { now: 0, most: 0, begun: 0 };
  const work = async (n: number): Promise<number> => {
    state.begun++;
    state.most = Math.max(state.most, ++state.now);
    await sleep(20 - (n % 20));
    state.now--;
    return n;
  };
  return { state, work };
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of source) list.push(item);
  return list;
}

test("mapOrdered keeps the order and the limit, and uses it", async () => {
  const { state, work } = tracked();
  expect(await collect(mapOrdered(numbers(30), 4, work))).toEqual(Array.from({ length: 30 }, (_, i) => i));
  expect(state.most).toBe(4);
});

test("mapOrdered pulls no more from its source than it may work on", async () => {
  let pulled = 0;
  const results = mapOrdered(
    numbers(100, () => pulled++),
    3,
    async (n) => n,
  );
  await results.next();
  expect(pulled).toBeLessThanOrEqual(4);
  await results.return(undefined);
  const atEnd = pulled;
  await sleep(20);
  expect(pulled).toBe(atEnd);
});

test("mapOrdered gives the results before an error, then the error, and waits for the rest", async () => {
  const { state, work } = tracked();
  const seen: number[] = [];
  const failing = mapOrdered(numbers(30), 4, async (n) => {
    await work(n);
    if (n === 5) throw new Error("five");
    return n;
  });
  await expect(
    (async () => {
      for await (const n of failing) seen.push(n);
    })(),
  ).rejects.toThrow("five");
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(state.now).toBe(0);
});

test("mapOrdered waits for what is under way when its consumer leaves", async () => {
  const { state, work } = tracked();
  for await (const n of mapOrdered(numbers(30), 4, work)) if (n === 2) break;
  expect(state.now).toBe(0);
});

test("forEachConcurrently keeps the limit and ends when all have", async () => {
  const { state, work } = tracked();
  await forEachConcurrently(numbers(30), 5, async (n) => void (await work(n)));
  expect(state).toMatchObject({ now: 0, most: 5, begun: 30 });
});

test("forEachConcurrently rejects with the first error once all have ended, and begins no more", async () => {
  const { state, work } = tracked();
  const failing = forEachConcurrently(numbers(30), 3, async (n) => {
    await work(n);
    if (n >= 4) throw new Error(`number ${n}`);
  });
  await expect(failing).rejects.toThrow(/number [4-6]/);
  expect(state.now).toBe(0);
  expect(state.begun).toBeLessThan(12);
});

test("forEachConcurrently waits for what is under way when its source fails", async () => {
  const { state, work } = tracked();
  async function* source() {
    yield* numbers(2);
    throw new Error("source");
  }
  await expect(forEachConcurrently(source(), 5, async (n) => void (await work(n)))).rejects.toThrow("source");
  expect(state.now).toBe(0);
});
