// The contract of SwappableStore, for every driver: what ports/object-store.ts promises, shown by effects. Each test
// has a store of its own that begins empty; `open` gives another instance over the same objects, as another job has.

import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { CorruptError, ObjectMissingError } from "../../../src/model/errors.ts";
import type { ListedObject, SwappableStore } from "../../../src/ports/object-store.ts";

export interface StoreHarness {
  /** An empty place for objects, and how to open it. */
  create(): Promise<{ open(): SwappableStore }>;
  /** Whether the store refuses bytes that do not have the digest given with them. */
  readonly checksDigest: boolean;
  /** Whether head() tells the digest. */
  readonly keepsDigest: boolean;
}

const WRITERS = 20;

export function objectStoreSuite(driver: string, harness: StoreHarness): void {
  describe(`object store: ${driver}`, () => {
    let open: () => SwappableStore;
    let store: SwappableStore;

    beforeEach(async () => {
      ({ open } = await harness.create());
      store = open();
    });

    const put = (name: string, bytes: Uint8Array, to = store) => to.put(name, bytes, sha256(bytes));

    describe("put", () => {
      test("keeps exactly the bytes, for other instances too", async () => {
        const bytes = randomBytes(3_000_001);
        expect(await put("v1/trusted/packs/one", bytes)).toBe("created");
        expect(Buffer.compare(await open().get("v1/trusted/packs/one"), bytes)).toBe(0);
      });

      test("takes an empty object", async () => {
        expect(await put("empty", new Uint8Array())).toBe("created");
        expect((await store.get("empty")).byteLength).toBe(0);
        expect((await store.head("empty"))?.sizeBytes).toBe(0);
        expect((await store.get("empty", { offset: 0, length: 0 })).byteLength).toBe(0);
        expect((await store.read("empty"))?.bytes.byteLength).toBe(0);
      });

      test("never replaces what is there", async () => {
        await put("name", Buffer.from("first"));
        expect(await put("name", Buffer.from("second"))).toBe("exists");
        expect(await put("name", Buffer.from("first"), open())).toBe("exists");
        expect(Buffer.from(await store.get("name")).toString()).toBe("first");
      });

      test(`of ${WRITERS} writers at once, exactly one creates`, async () => {
        const versions = Array.from({ length: WRITERS }, (_, index) => Buffer.alloc(100_000, index));
        const outcomes = await Promise.all(versions.map((bytes) => put("raced", bytes, open())));
        expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(1);
        const winner = versions[outcomes.indexOf("created")]!;
        expect(Buffer.compare(await store.get("raced"), winner)).toBe(0);
      });

      test("the bytes are a view of a larger buffer", async () => {
        const large = randomBytes(1000);
        const view = large.subarray(100, 300);
        await put("view", view);
        expect(Buffer.compare(await store.get("view"), view)).toBe(0);
      });

      test("bytes of another digest than the one given", async () => {
        const wrong = store.put("name", Buffer.from("bytes"), sha256(Buffer.from("others")));
        if (harness.checksDigest) {
          await expect(wrong).rejects.toBeInstanceOf(CorruptError);
          expect(await store.head("name")).toBeUndefined();
        } else {
          expect(await wrong).toBe("created");
        }
      });

      test("refuses names that are none", async () => {
        for (const name of ["", "/a", "a/", "a//b", "../a", "a/../b", ".tmp/a", "a\\b", "a\u0000b"])
          await expect(put(name, Buffer.from("x"))).rejects.toThrow("not a name of an object");
      });
    });

    describe("get", () => {
      const bytes = randomBytes(100_000);
      beforeEach(async () => {
        await put("object", bytes);
      });

      test.each([
        [0, 1],
        [0, 100_000],
        [12_345, 54_321],
        [99_999, 1],
        [500, 0],
        [100_000, 0],
      ])("range at %i of %i bytes", async (offset, length) => {
        const result = await store.get("object", { offset, length });
        expect(Buffer.compare(result, bytes.subarray(offset, offset + length))).toBe(0);
      });

      test.each([
        [99_999, 2],
        [0, 100_001],
        [100_000, 1],
        [200_000, 10],
      ])("a range past the end (%i, %i) is corrupt, never short", async (offset, length) => {
        await expect(store.get("object", { offset, length })).rejects.toBeInstanceOf(CorruptError);
      });

      test("reads into a buffer that is large enough", async () => {
        const into = Buffer.alloc(100_100, 7);
        const result = await store.get("object", { offset: 10, length: 1000 }, { into });
        expect(result.buffer).toBe(into.buffer);
        expect(result.byteOffset).toBe(into.byteOffset);
        expect(Buffer.compare(result, bytes.subarray(10, 1010))).toBe(0);
        expect(into.subarray(1000).every((byte) => byte === 7)).toBe(true);
        const whole = await store.get("object", undefined, { into });
        expect(whole.buffer).toBe(into.buffer);
        expect(Buffer.compare(whole, bytes)).toBe(0);
      });

      test("leaves a buffer alone that is too small", async () => {
        const into = Buffer.alloc(10, 7);
        const result = await store.get("object", { offset: 0, length: 11 }, { into });
        expect(Buffer.compare(result, bytes.subarray(0, 11))).toBe(0);
        expect(into.every((byte) => byte === 7)).toBe(true);
      });

      test("an object that is not there", async () => {
        await expect(store.get("v1/none")).rejects.toBeInstanceOf(ObjectMissingError);
        await expect(store.get("v1/none", { offset: 0, length: 5 })).rejects.toMatchObject({
          code: "OBJECT_MISSING",
          objectName: "v1/none",
        });
        await expect(store.get("none", { offset: 0, length: 0 })).rejects.toBeInstanceOf(ObjectMissingError);
      });
    });

    describe("head", () => {
      test("size, time and digest", async () => {
        const bytes = randomBytes(70_000);
        const beforeMs = Date.now();
        await put("a/b/object", bytes);
        const info = await store.head("a/b/object");
        expect(info?.sizeBytes).toBe(70_000);
        expect(info?.sha256).toBe(harness.keepsDigest ? sha256(bytes) : undefined);
        expect(Math.abs(info!.modifiedAtMs - beforeMs)).toBeLessThan(10_000);
      });

      test("undefined when there is none", async () => {
        expect(await store.head("none")).toBeUndefined();
        await put("folder/object", Buffer.from("x"));
        expect(await store.head("folder")).toBeUndefined();
      });
    });

    describe("list", () => {
      const names = async (prefix: string, after?: string): Promise<string[]> => {
        const listed: string[] = [];
        for await (const object of store.list(prefix, after === undefined ? {} : { after }))
          listed.push(object.name);
        return listed;
      };

      test("nothing in an empty store", async () => {
        expect(await names("")).toEqual([]);
        expect(await names("v1/trusted/")).toEqual([]);
      });

      test("in the order of UTF-8 bytes, across folders", async () => {
        const unordered = ["b", "a/z", "a-b", "a/a", "a0", "Z", "a.b/c", "é", "\u{1f600}", "\uff5e", "a/b/c"];
        for (const name of unordered) await put(name, Buffer.from(name));
        const ordered = [...unordered].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
        expect(await names("")).toEqual(ordered);
      });

      test("only what starts with the prefix and comes after `after`", async () => {
        for (const name of ["a/1", "a/2", "a/3", "ab/1", "b/1"]) await put(name, Buffer.from("x"));
        expect(await names("a/")).toEqual(["a/1", "a/2", "a/3"]);
        expect(await names("a")).toEqual(["a/1", "a/2", "a/3", "ab/1"]);
        expect(await names("a/2")).toEqual(["a/2"]);
        expect(await names("c")).toEqual([]);
        expect(await names("a/", "a/1")).toEqual(["a/2", "a/3"]);
        expect(await names("", "a/25")).toEqual(["a/3", "ab/1", "b/1"]);
        expect(await names("", "a/3/x")).toEqual(["ab/1", "b/1"]);
        expect(await names("a/", "b")).toEqual([]);
        expect(await names("b/", "a")).toEqual(["b/1"]);
      });

      test("tells size and time", async () => {
        await put("a/1", Buffer.from("four"));
        const listed: ListedObject[] = [];
        for await (const object of store.list("a/")) listed.push(object);
        expect(listed).toHaveLength(1);
        expect(listed[0]).toMatchObject({ name: "a/1", sizeBytes: 4 });
        expect(Math.abs(listed[0]!.modifiedAtMs - Date.now())).toBeLessThan(10_000);
      });

      test("more than a page of 1,000", async () => {
        const expected = Array.from(
          { length: 1_105 },
          (_, index) => `many/${String(index).padStart(5, "0")}`,
        );
        for (let start = 0; start < expected.length; start += 50)
          await Promise.all(expected.slice(start, start + 50).map((name) => put(name, Buffer.from("x"))));
        expect(await names("many/")).toEqual(expected);
        expect(await names("many/", expected[99])).toEqual(expected.slice(100));
      }, 60_000);
    });

    describe("delete", () => {
      test("removes one object, and the name is free again", async () => {
        await put("a/1", Buffer.from("x"));
        await put("a/2", Buffer.from("x"));
        await store.delete("a/1");
        expect(await store.head("a/1")).toBeUndefined();
        expect(await open().head("a/2")).toBeDefined();
        expect(await put("a/1", Buffer.from("y"))).toBe("created");
      });

      test("of what is not there succeeds", async () => {
        await store.delete("none");
        await store.delete("no/such/folder");
      });

      test("the last object of a folder while others are put there", async () => {
        const rounds = Array.from({ length: 30 }, (_, index) => index);
        await Promise.all(
          rounds.map(async (index) => {
            await put(`shared/${index}`, Buffer.from("x"), open());
            await store.delete(`shared/${index}`);
          }),
        );
        const left: string[] = [];
        for await (const { name } of store.list("")) left.push(name);
        expect(left).toEqual([]);
      });
    });

    describe("read and swap", () => {
      test("creates only where there is none", async () => {
        expect(await store.read("ref")).toBeUndefined();
        const tag = await store.swap("ref", Buffer.from("one"), null);
        expect(tag).toBeDefined();
        expect(await store.swap("ref", Buffer.from("two"), null)).toBeUndefined();
        const found = await open().read("ref");
        expect(Buffer.from(found!.bytes).toString()).toBe("one");
        expect(found?.tag).toBe(tag);
      });

      test("replaces only what has the tag", async () => {
        const first = await store.swap("ref", Buffer.from("one"), null);
        const second = await store.swap("ref", Buffer.from("two"), first!);
        expect(second).toBeDefined();
        expect(await store.swap("ref", Buffer.from("three"), first!)).toBeUndefined();
        expect(await open().read("ref")).toMatchObject({ tag: second });
        expect(Buffer.from(await store.get("ref")).toString()).toBe("two");
      });

      test("a name that is gone has no tag", async () => {
        const tag = await store.swap("ref", Buffer.from("one"), null);
        await store.delete("ref");
        expect(await store.swap("ref", Buffer.from("two"), tag!)).toBeUndefined();
        expect(await store.read("ref")).toBeUndefined();
      });

      test("of a name that was put", async () => {
        await put("ref", Buffer.from("one"));
        const found = await store.read("ref");
        expect(await store.swap("ref", Buffer.from("two"), found!.tag)).toBeDefined();
        expect(Buffer.from(await store.get("ref")).toString()).toBe("two");
      });

      test(`of ${WRITERS} swaps at once from one tag, exactly one succeeds`, async () => {
        const tag = await store.swap("ref", Buffer.from("start"), null);
        const texts = Array.from({ length: WRITERS }, (_, index) => `version ${index}`);
        const tags = await Promise.all(texts.map((text) => open().swap("ref", Buffer.from(text), tag!)));
        expect(tags.filter((found) => found !== undefined)).toHaveLength(1);
        const winner = tags.findIndex((found) => found !== undefined);
        const found = await store.read("ref");
        expect(Buffer.from(found!.bytes).toString()).toBe(texts[winner]);
        expect(found?.tag).toBe(tags[winner]);
      });

      test(`of ${WRITERS} creating swaps at once, exactly one succeeds`, async () => {
        const texts = Array.from({ length: WRITERS }, (_, index) => `version ${index}`);
        const tags = await Promise.all(texts.map((text) => open().swap("new", Buffer.from(text), null)));
        expect(tags.filter((found) => found !== undefined)).toHaveLength(1);
      });

      test("a counter loses no increment", async () => {
        await store.swap("counter", Buffer.from("0"), null);
        const increment = async () => {
          const own = open();
          for (;;) {
            const found = await own.read("counter");
            const next = Number(Buffer.from(found!.bytes).toString()) + 1;
            if (await own.swap("counter", Buffer.from(String(next)), found!.tag)) return;
          }
        };
        await Promise.all(Array.from({ length: 12 }, increment));
        expect(Buffer.from(await store.get("counter")).toString()).toBe("12");
      }, 30_000);
    });

    describe("abort", () => {
      const reason = new Error("stopped by the test");
      const calls: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
        put: (signal) => store.put("new", Buffer.alloc(9), sha256(Buffer.alloc(9)), { signal }),
        get: (signal) => store.get("there", undefined, { signal }),
        head: (signal) => store.head("there", { signal }),
        list: async (signal) => {
          for await (const _ of store.list("", { signal }));
        },
        delete: (signal) => store.delete("there", { signal }),
        read: (signal) => store.read("there", { signal }),
        swap: (signal) => store.swap("new", Buffer.alloc(9), null, { signal }),
      };

      test.each(Object.keys(calls))("before %s: rejects with the reason, does nothing", async (method) => {
        await put("there", Buffer.from("x"));
        await expect(calls[method]!(AbortSignal.abort(reason))).rejects.toBe(reason);
        expect(await store.head("new")).toBeUndefined();
        expect(await store.head("there")).toBeDefined();
      });

      test("during a put of 64 MiB: rejects with the reason, nothing is visible", async () => {
        const bytes = Buffer.alloc(64 * 2 ** 20);
        const digest = sha256(bytes);
        const controller = new AbortController();
        const pending = store.put("large", bytes, digest, { signal: controller.signal });
        setTimeout(() => controller.abort(reason), 5);
        const outcome = await pending.catch((error: unknown) => error);
        // A store in memory is done before it can be stopped.
        expect([reason, "created"]).toContain(outcome);
        if (outcome === reason) expect(await store.head("large")).toBeUndefined();
      });
    });
  });
}
