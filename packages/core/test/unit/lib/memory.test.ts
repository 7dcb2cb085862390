// What is given back is gone at once, and nothing else with it.

import { expect, test } from "@jest/globals";
import { release } from "../../../src/lib/memory.ts";

test("what is released is gone, and its memory with it", () => {
  const large = Buffer.allocUnsafeSlow(1 << 20);
  const part = large.subarray(1000, 2000);
  const small = new Uint8Array(100);
  release(part);
  release(small);
  expect(large.length).toBe(0);
  expect(small.length).toBe(0);
});

test("what shares a slab of Node's stays", () => {
  const small = Buffer.from("small");
  const slab = small.buffer;
  release(small);
  expect(small.toString()).toBe("small");
  expect(slab.byteLength).toBeGreaterThan(0);
});
