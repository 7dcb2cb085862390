// A read that is much slower than its like gets a second one; the tests decide when time passes and which read ends.

import { expect, test } from "@jest/globals";
import { ObjectMissingError } from "../../../src/model/errors.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { withRacing } from "../../../src/objects/with-racing.ts";
import type { GetOptions, SwappableStore } from "../../../src/ports/object-store.ts";

interface Read {
  readonly options: GetOptions | undefined;
  end(bytes: Uint8Array): void;
  fail(error: Error): void;
}

/** A store whose reads end when told, on a clock that stands still. */
function racingStore() {
  const reads: Read[] = [];
  const waits: { ms: number; pass: () => void }[] = [];
  let nowMs = 0;
  const get: SwappableStore["get"] = (_name, _range, options) =>
    new Promise((resolve, reject) => {
      options?.signal?.addEventListener("abort", () => reject(options.signal!.reason as Error));
      reads.push({ options, end: resolve, fail: reject });
    });
  const store = withRacing(
    { ...createMemoryStore("racing"), get },
    {
      now: () => nowMs,
      wait: (ms, signal) =>
        new Promise((resolve, reject) => {
          waits.push({ ms, pass: () => resolve(undefined) });
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    },
  );
  /** Ends so many reads of so many milliseconds. */
  const usual = async (count: number, ms: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const bytes = store.get("usual");
      nowMs += ms;
      reads.at(-1)!.end(Uint8Array.of(i));
      await bytes;
    }
    reads.length = 0;
    waits.length = 0;
  };
  return { store, reads, waits, usual };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("nothing is raced before it is known what is usual", async () => {
  const { store, reads, waits } = racingStore();
  const bytes = store.get("a");
  expect(waits).toEqual([]);
  reads[0]!.end(Uint8Array.of(1));
  expect(await bytes).toEqual(Uint8Array.of(1));
});

test("patience is four times the median, and no less than 400 ms", async () => {
  const quick = racingStore();
  await quick.usual(8, 10);
  void quick.store.get("a");
  expect(quick.waits.map(({ ms }) => ms)).toEqual([400]);
  const slow = racingStore();
  await slow.usual(8, 1_000);
  void slow.store.get("a");
  expect(slow.waits.map(({ ms }) => ms)).toEqual([4_000]);
});

test("the second read wins: its bytes lie in the caller's room, and the first one has ended before", async () => {
  const { store, reads, waits, usual } = racingStore();
  await usual(8, 10);
  const room = new Uint8Array(4);
  const bytes = store.get("a", { offset: 0, length: 2 }, { into: room });
  waits[0]!.pass();
  await settle();
  expect(reads).toHaveLength(2);
  expect(reads[0]!.options?.into).toBe(room);
  expect(reads[1]!.options?.into).toBeUndefined();
  reads[1]!.end(Uint8Array.of(7, 8));
  const found = await bytes;
  expect(found).toEqual(Uint8Array.of(7, 8));
  expect(found.buffer).toBe(room.buffer);
  expect(reads[0]!.options?.signal?.aborted).toBe(true);
});

test("the first read wins after all: the second is given up", async () => {
  const { store, reads, waits, usual } = racingStore();
  await usual(8, 10);
  const bytes = store.get("a");
  waits[0]!.pass();
  await settle();
  reads[0]!.end(Uint8Array.of(1));
  expect(await bytes).toEqual(Uint8Array.of(1));
  expect(reads[1]!.options?.signal?.aborted).toBe(true);
});

test("one that fails leaves it to the other; both that fail give the first one's error", async () => {
  const { store, reads, waits, usual } = racingStore();
  await usual(8, 10);
  const saved = store.get("a");
  waits[0]!.pass();
  await settle();
  reads[0]!.fail(new Error("reset"));
  reads[1]!.end(Uint8Array.of(2));
  expect(await saved).toEqual(Uint8Array.of(2));

  const lost = store.get("b");
  waits.at(-1)!.pass();
  await settle();
  reads.at(-1)!.fail(new Error("reset"));
  reads.at(-2)!.fail(new ObjectMissingError("b"));
  await expect(lost).rejects.toThrow(ObjectMissingError);
});

test("a failure within patience is told at once", async () => {
  const { store, reads, usual } = racingStore();
  await usual(8, 10);
  const bytes = store.get("a");
  reads[0]!.fail(new ObjectMissingError("a"));
  await expect(bytes).rejects.toThrow(ObjectMissingError);
  expect(reads).toHaveLength(1);
});

test("an abort ends both", async () => {
  const { store, reads, waits, usual } = racingStore();
  await usual(8, 10);
  const cancel = new AbortController();
  const bytes = store.get("a", undefined, { signal: cancel.signal });
  waits[0]!.pass();
  await settle();
  cancel.abort(new Error("cancelled"));
  await expect(bytes).rejects.toThrow("cancelled");
  expect(reads.map(({ options }) => options?.signal?.aborted)).toEqual([true, true]);
});

test("no more than two and a twentieth of all reads are raced", async () => {
  const { store, reads, waits, usual } = racingStore();
  await usual(8, 10);
  for (let race = 0; race < 3; race++) {
    const bytes = store.get("a");
    waits.at(-1)!.pass();
    await settle();
    reads.at(-1)!.end(Uint8Array.of(race));
    await bytes;
  }
  expect(reads).toHaveLength(6);
  const raced = waits.length;
  const bytes = store.get("a");
  reads.at(-1)!.end(Uint8Array.of(3));
  await bytes;
  expect(waits).toHaveLength(raced);
  await usual(60, 10);
  void store.get("a");
  expect(waits).toHaveLength(1);
});
