// Generated data sets: the same bytes each time, of the size that was asked for, and changed only where it was asked for.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { changeBetween } from "../../src/change-tree.ts";
import { digestOf, type Generated, generate } from "../../src/data-sets/generate.ts";
import { differencesBetween, sizeOfTree } from "../../src/tree.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-generate-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const make = (name: string, what: Generated): string => {
  generate(what, join(folder, name), signal);
  return join(folder, name);
};
const random = (insertedBytes: number): Generated => ({ kind: "random-file", bytes: 5e6, insertedBytes });
const text = (changed: number): Generated => ({ kind: "text-files", count: 250, bytes: 1000, changed });
const halves: Generated = { kind: "half-random-files", count: 2, bytes: 3e6 };

test.each([random(0), random(11), text(0), text(1), halves])("%j is the same each time", (what) => {
  expect(differencesBetween(make("one", what), make("two", what))).toEqual([]);
});

test("a random file does not shrink; an insertion moves its second half and changes nothing else", () => {
  const plain = readFileSync(make("plain", random(0)));
  const inserted = readFileSync(make("inserted", random(11)));
  expect(gzipSync(plain, { level: 1 }).length).toBeGreaterThan(plain.length);
  expect(inserted.length).toBe(plain.length + 11);
  expect(inserted.subarray(0, 2.5e6).equals(plain.subarray(0, 2.5e6))).toBe(true);
  expect(inserted.subarray(2.5e6 + 11).equals(plain.subarray(2.5e6))).toBe(true);
});

test("text files have their size, shrink, and all differ", () => {
  const tree = make("text", text(0));
  expect(sizeOfTree(tree)).toMatchObject({ files: 250, bytes: 250_000 });
  const contents = new Set(
    Array.from({ length: 100 }, (_, i) =>
      readFileSync(join(tree, "000/001", `${String(i).padStart(3, "0")}.txt`), "utf8"),
    ),
  );
  expect(contents.size).toBe(100);
  const all = Buffer.from([...contents].join(""));
  expect(gzipSync(all).length).toBeLessThan(all.length / 2);
});

test("one changed file is one changed file", () => {
  const change = changeBetween(make("text", text(0)), make("changed", text(1)));
  expect(change).toEqual({ removed: [], written: ["000/002/049.txt"] });
});

test("of a half random file half shrinks away", () => {
  const file = readFileSync(join(make("halves", halves), "001.bin"));
  const share = gzipSync(file, { level: 1 }).length / file.length;
  expect(share).toBeGreaterThan(0.45);
  expect(share).toBeLessThan(0.55);
});

test("what differs has another key", () => {
  expect(digestOf(random(0))).not.toBe(digestOf(random(11)));
});
