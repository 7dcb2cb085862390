// The near cache: what it answers itself, what it never keeps, that nothing wrong comes out of it, and what goes first.

import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import type { Digest } from "../../../src/model/digest.ts";
import { CorruptError } from "../../../src/model/errors.ts";
import {
  artifactName,
  CONDEMNED_NAME,
  metadataName,
  packName,
  parseContentName,
  REFS_PREFIX,
  STORE_IDENTITY_NAME,
} from "../../../src/model/names.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { type CountingStore, withCounting } from "../../../src/objects/with-counting.ts";
import { type NearCacheOptions, withNearCache } from "../../../src/objects/with-near-cache.ts";
import type { SwappableStore } from "../../../src/ports/object-store.ts";
import { filesIn, forge, sizeOf } from "../../support/near.ts";
import { damage } from "../../support/stores.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const GIB = 2 ** 30;
const BYTES = randomBytes(100_000);
const DIGEST = sha256(BYTES);
const PACK = packName("trusted", DIGEST);
const RANGE = { offset: 500, length: 20_000 };

let far: CountingStore;
let bare: SwappableStore;
let root: string;
let notices: string[];

function open(options: Partial<NearCacheOptions> = {}): SwappableStore {
  return withNearCache(far.store, {
    root,
    maxSizeBytes: GIB,
    onNotice: (line) => notices.push(line),
    ...options,
  });
}

beforeEach(async () => {
  bare = createMemoryStore();
  far = withCounting(bare);
  root = temporaryFolder();
  notices = [];
  await bare.put(PACK, BYTES, DIGEST);
});

const put = async (bytes: Uint8Array): Promise<string> => {
  const name = packName("trusted", sha256(bytes));
  await bare.put(name, bytes, sha256(bytes));
  return name;
};

describe("a second read", () => {
  test.each([undefined, RANGE])("of %j is answered by the disk, for other instances too", async (range) => {
    const wanted = range ? BYTES.subarray(500, 20_500) : BYTES;
    for (const near of [open(), open()]) {
      const into = Buffer.alloc(wanted.length + 5, 7);
      expect(Buffer.compare(await near.get(PACK, range), wanted)).toBe(0);
      const view = await near.get(PACK, range, { into });
      expect([view.buffer, view.byteOffset, view.byteLength]).toEqual([
        into.buffer,
        into.byteOffset,
        wanted.length,
      ]);
      expect(Buffer.compare(view, wanted)).toBe(0);
      expect(into.subarray(wanted.length).every((byte) => byte === 7)).toBe(true);
      const small = Buffer.alloc(10, 7);
      expect(Buffer.compare(await near.get(PACK, range, { into: small }), wanted)).toBe(0);
      expect(small.every((byte) => byte === 7)).toBe(true);
    }
    expect(far.counts.requests).toBe(1);
    expect(notices).toEqual([]);
  });

  test("of another range asks the store", async () => {
    const near = open();
    await near.get(PACK, RANGE);
    await near.get(PACK, { offset: 500, length: 19_999 });
    await near.get(PACK);
    expect(far.counts.get.requests).toBe(3);
    const folder = join("trusted", "packs", DIGEST);
    expect(filesIn(root)).toEqual(["500-19999", "500-20000", "whole"].map((name) => join(folder, name)));
  });

  test("of the other domain asks the store", async () => {
    const near = open();
    await near.get(PACK);
    await expect(near.get(packName("pr", DIGEST))).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  });

  test("needs no store, but an abort still counts", async () => {
    await open().get(PACK, RANGE);
    await bare.delete(PACK);
    expect(await open().get(PACK, RANGE)).toHaveLength(20_000);
    const reason = new Error("stopped");
    await expect(open().get(PACK, RANGE, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test("is in vain after a delete", async () => {
    const near = open();
    await near.get(PACK, RANGE);
    await near.delete(PACK);
    await expect(near.get(PACK, RANGE)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  });
});

test("reading ahead of a buffer's reuse: the file has the bytes that were read", async () => {
  const into = Buffer.alloc(20_000);
  const view = await open().get(PACK, RANGE, { into });
  structuredClone(view, { transfer: [into.buffer as ArrayBuffer] });
  expect(Buffer.compare(await open().get(PACK, RANGE), BYTES.subarray(500, 20_500))).toBe(0);
  expect(far.counts.requests).toBe(1);
});

test("only packs and artifacts are kept", async () => {
  const near = open();
  const digest = "a".repeat(64) as Digest;
  const others = [
    STORE_IDENTITY_NAME,
    CONDEMNED_NAME,
    `${REFS_PREFIX}some/ref`,
    metadataName("trusted", digest, "1-1"),
    `v1/trusted/packs/${digest}0`,
    `v1/trusted/packs/${"A".repeat(64)}`,
    `v1/trusted/other/${digest}`,
    `v1/other/packs/${digest}`,
    `v2/trusted/packs/${digest}`,
    `v1/trusted/packs/${digest}/part`,
  ];
  for (const name of others) {
    await near.put(name, BYTES, DIGEST);
    await near.get(name);
    await near.get(name, RANGE);
    await near.read(name);
    await near.head(name);
    expect(parseContentName(name)).toBeUndefined();
  }
  await near.put(packName("pr", DIGEST), BYTES, DIGEST);
  await near.read(PACK);
  await near.get(PACK, { offset: 0, length: 0 });
  expect(filesIn(root)).toEqual([]);
  await near.get(packName("pr", DIGEST));
  await near.put(artifactName("trusted", DIGEST), BYTES, DIGEST);
  await near.get(artifactName("trusted", DIGEST));
  expect(filesIn(root)).toEqual([`pr/packs/${DIGEST}/whole`, `trusted/artifacts/${DIGEST}/whole`]);
});

describe("what is wrong", () => {
  const fileOf = (name: string) => join(root, "trusted/packs", DIGEST, name);
  const spoilers: Record<string, (file: string) => void> = {
    "a flipped bit": (file) => {
      const bytes = readFileSync(file);
      bytes[17]! ^= 4;
      writeFileSync(file, bytes);
    },
    "a flipped bit of the digest": (file) => {
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 4;
      writeFileSync(file, bytes);
    },
    "a cut file": (file) => writeFileSync(file, readFileSync(file).subarray(0, -1)),
    "an empty file": (file) => writeFileSync(file, ""),
    "a file of zeros": (file) => writeFileSync(file, Buffer.alloc(statSync(file).size)),
    "a longer file": (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(9)])),
  };

  for (const range of [RANGE, undefined]) {
    test.each(Object.keys(spoilers))(`%s (${range ? "a range" : "whole"}) is replaced`, async (how) => {
      await open().get(PACK, range);
      spoilers[how]!(fileOf(range ? "500-20000" : "whole"));
      const near = open();
      const wanted = range ? BYTES.subarray(500, 20_500) : BYTES;
      expect(Buffer.compare(await near.get(PACK, range), wanted)).toBe(0);
      expect(far.counts.get.requests).toBe(2);
      expect(Buffer.compare(await near.get(PACK, range), wanted)).toBe(0);
      expect(far.counts.get.requests).toBe(2);
      expect(notices).toEqual([expect.stringContaining("damaged")]);
    });
  }

  test("a damaged file is gone even when the store is away", async () => {
    await open().get(PACK, RANGE);
    spoilers["a flipped bit"]!(fileOf("500-20000"));
    await bare.delete(PACK);
    await expect(open().get(PACK, RANGE)).rejects.toMatchObject({ code: "OBJECT_MISSING" });
    expect(filesIn(root)).toEqual([]);
  });

  test("a whole object must have the digest of its name, whatever its file says", async () => {
    await open().get(PACK);
    forge(fileOf("whole"), (bytes) => bytes.fill(0, 0, 50));
    expect(Buffer.compare(await open().get(PACK), BYTES)).toBe(0);
  });

  test("a whole object that is damaged in the store is handed on, and not kept", async () => {
    await damage(bare, PACK, (bytes) => bytes.fill(0, 0, 50));
    expect(sha256(await open().get(PACK))).not.toBe(DIGEST);
    expect(filesIn(root)).toEqual([]);
  });

  test("a fresh read passes it by, and heals it", async () => {
    await open().get(PACK, RANGE);
    forge(fileOf("500-20000"), (bytes) => bytes.fill(0, 0, 50));
    const near = open();
    expect((await near.get(PACK, RANGE)).subarray(0, 50).every((byte) => byte === 0)).toBe(true);
    const wanted = BYTES.subarray(500, 20_500);
    expect(Buffer.compare(await near.get(PACK, RANGE, { fresh: true }), wanted)).toBe(0);
    expect(Buffer.compare(await near.get(PACK, RANGE), wanted)).toBe(0);
    expect(far.counts.get.requests).toBe(2);
  });

  test("a range past the end is the store's to refuse, and leaves nothing", async () => {
    const past = { offset: 99_999, length: 2 };
    for (const near of [open(), open()])
      await expect(near.get(PACK, past)).rejects.toBeInstanceOf(CorruptError);
    await expect(open().get(PACK, { offset: -1, length: 2 })).rejects.toBeInstanceOf(TypeError);
    expect(filesIn(root)).toEqual([]);
  });
});

describe("a near cache that can't be used costs one notice", () => {
  test("a root that is a file", async () => {
    rmSync(root, { recursive: true });
    writeFileSync(root, "");
    const near = open();
    for (const range of [undefined, RANGE, RANGE]) expect(await near.get(PACK, range)).toBeDefined();
    expect(far.counts.get.requests).toBe(3);
    expect(notices).toEqual([
      expect.stringContaining(`the near cache in ${root} could not be read: ENOTDIR`),
    ]);
  });

  test("a file where a folder should be", async () => {
    mkdirSync(join(root, "trusted"));
    writeFileSync(join(root, "trusted/packs"), "");
    const near = open();
    for (const range of [undefined, RANGE, RANGE]) expect(await near.get(PACK, range)).toBeDefined();
    expect(notices).toHaveLength(1);
  });

  test("a folder where a file should be", async () => {
    mkdirSync(join(root, `trusted/packs/${DIGEST}/whole`), { recursive: true });
    const near = open();
    for (let round = 0; round < 2; round++) expect(Buffer.compare(await near.get(PACK), BYTES)).toBe(0);
    expect(notices).toHaveLength(1);
  });

  test("a folder that goes away is made again", async () => {
    const near = open();
    await near.get(PACK, RANGE);
    rmSync(root, { recursive: true });
    await near.get(PACK, RANGE);
    await near.get(PACK, RANGE);
    expect(far.counts.get.requests).toBe(2);
    expect(notices).toEqual([]);
  });

  test("a disk that other things fill", async () => {
    const near = open({ freeBytes: async () => GIB });
    for (let round = 0; round < 3; round++) await near.get(PACK, RANGE);
    expect(far.counts.get.requests).toBe(3);
    expect(filesIn(root)).toEqual([]);
    expect(notices).toEqual([expect.stringContaining("disk is nearly full")]);
  });
});

describe("what goes when it is full", () => {
  const SIZE = 10_000;
  /** Reads a pack of its own into the cache and lets its file be so many hours old. */
  async function keepOld(near: SwappableStore, hours: number): Promise<string> {
    const bytes = randomBytes(SIZE);
    await near.get(await put(bytes));
    const file = `trusted/packs/${sha256(bytes)}/whole`;
    const seconds = Date.now() / 1000 - hours * 3600;
    utimesSync(join(root, file), seconds, seconds);
    return file;
  }

  test("the least recently used, down to nine tenths", async () => {
    const filler = open();
    const files: string[] = [];
    for (const hours of [3, 9, 2, 7, 5, 8, 4, 6, 1, 10]) files.push(await keepOld(filler, hours));
    const maxSizeBytes = 10 * (SIZE + 32);
    const near = open({ maxSizeBytes });
    const newest = await keepOld(near, 0);
    expect(filesIn(root)).toEqual([...files.filter((_, index) => index !== 9), newest].sort());
    await keepOld(near, 0);
    expect(sizeOf(root)).toBeLessThanOrEqual(maxSizeBytes);
    expect(filesIn(root)).not.toContain(files[1]);
    expect(notices).toEqual([]);
  });

  test("a use makes a file young, at most once an hour", async () => {
    const near = open();
    const [old, young] = [await keepOld(near, 5), await keepOld(near, 0.5)];
    const mtimeOf = (file: string) => statSync(join(root, file)).mtimeMs;
    const before = mtimeOf(young);
    for (const file of [old, young]) await open().get(packName("trusted", file.split("/")[2] as Digest));
    expect(Date.now() - mtimeOf(old)).toBeLessThan(60_000);
    expect(mtimeOf(young)).toBe(before);
  });

  test("never more than allowed, however many reads at once", async () => {
    const maxSizeBytes = 25 * (SIZE + 32);
    const near = open({ maxSizeBytes });
    const names = await Promise.all(Array.from({ length: 100 }, () => put(randomBytes(SIZE))));
    for (let start = 0; start < names.length; start += 20) {
      await Promise.all(names.slice(start, start + 20).map((name) => near.get(name)));
      expect(sizeOf(root)).toBeLessThanOrEqual(maxSizeBytes);
    }
    expect(sizeOf(root)).toBeGreaterThan(0.8 * maxSizeBytes);
    const kept = filesIn(root).length;
    const before = far.counts.get.requests;
    for (const name of names.slice(-10)) await near.get(name);
    expect(far.counts.get.requests).toBe(before);
    expect(filesIn(root)).toHaveLength(kept);
  });

  test("not for a file that can never fit", async () => {
    const kept = await keepOld(open(), 5);
    const near = open({ maxSizeBytes: SIZE + 100 });
    await near.get(await put(randomBytes(2 * SIZE)));
    expect(filesIn(root)).toEqual([kept]);
    expect(notices).toEqual([expect.stringContaining("max-size is too small")]);
  });

  test("as much as other things need of the disk", async () => {
    const filler = open();
    for (const hours of [4, 3, 2, 1]) await keepOld(filler, hours);
    const near = open({ freeBytes: async () => 2 * GIB + 2 * (SIZE + 32) - sizeOf(root) });
    await keepOld(near, 0);
    expect(sizeOf(root)).toBeLessThanOrEqual(2 * (SIZE + 32));
  });

  test("nothing that the near cache did not write", async () => {
    const old = Date.now() / 1000 - 48 * 3600;
    const others = [
      "photo.jpg",
      "trusted/photo.jpg",
      `trusted/packs/${DIGEST}/photo.jpg`,
      "trusted/packs/notes/whole",
    ];
    for (const path of others) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), Buffer.alloc(SIZE));
      utimesSync(join(root, path), old, old);
    }
    const near = open({ maxSizeBytes: 2 * (SIZE + 32) });
    for (let index = 0; index < 5; index++) await keepOld(near, 1);
    expect(filesIn(root)).toEqual(expect.arrayContaining(others));
    expect(filesIn(root)).toHaveLength(others.length + 2);
  });

  test("what a killed process was writing, a day later", async () => {
    const left = join(root, ".tmp", "12345-left");
    mkdirSync(join(root, ".tmp"));
    writeFileSync(left, "x");
    await keepOld(open(), 0);
    expect(filesIn(root)).toContain(".tmp/12345-left");
    const old = Date.now() / 1000 - 25 * 3600;
    utimesSync(left, old, old);
    await keepOld(open(), 0);
    expect(filesIn(root)).not.toContain(".tmp/12345-left");
  });
});
