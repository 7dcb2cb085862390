// The directory driver when things go wrong: writers that are killed, several processes, no rights, no space.

import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { throwFileError } from "../../../src/objects/directory-errors.ts";
import { createDirectoryStore } from "../../../src/objects/directory-store.ts";
import { runSource, runSourceAsNobody, runSourceOnSmallDisk, startSource } from "../../support/run-source.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cairn-directory-"));
});
afterEach(async () => {
  await chmod(root, 0o755);
  await rm(root, { recursive: true });
});

const OPEN = `
  import { createDirectoryStore } from "SRC/objects/directory-store.ts";
  import { sha256 } from "SRC/lib/sha256.ts";
  const store = createDirectoryStore({ root: process.argv[1] });`;

test("eight processes count together and lose nothing", async () => {
  const count = `${OPEN}
    for (let done = 0; done < 25; ) {
      const found = await store.read("counter");
      const next = Buffer.from(String(Number(Buffer.from(found.bytes).toString()) + 1));
      if (await store.swap("counter", next, found.tag)) done++;
    }`;
  const store = createDirectoryStore({ root });
  await store.swap("counter", Buffer.from("0"), null);
  await Promise.all(Array.from({ length: 8 }, () => runSource(count, root)));
  expect(Buffer.from(await store.get("counter")).toString()).toBe("200");
  expect(await readdir(join(root, ".locks"))).toEqual([]);
  expect(await readdir(join(root, ".tmp"))).toEqual([]);
}, 60_000);

test("eight processes put one name: one creates", async () => {
  const put = `${OPEN}
    const bytes = Buffer.alloc(3_000_000, process.argv[2]);
    const outcomes = [];
    for (let index = 0; index < 20; index++) outcomes.push(await store.put("a/" + index, bytes, sha256(bytes)));
    process.stdout.write(outcomes.join(" "));`;
  const outputs = await Promise.all(
    Array.from({ length: 8 }, (_, index) => runSource(put, root, String(index))),
  );
  const created = outputs
    .join(" ")
    .split(" ")
    .filter((outcome) => outcome === "created");
  expect(created).toHaveLength(20);
  const store = createDirectoryStore({ root });
  for (let index = 0; index < 20; index++) {
    const bytes = await store.get(`a/${index}`);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    expect(bytes.byteLength).toBe(3_000_000);
  }
}, 60_000);

test("the lock of a killed process is broken by one of those that wait", async () => {
  const holder = await startSource(
    `import { withFileLock } from "SRC/objects/directory-lock.ts";
    await withFileLock(process.argv[1], undefined, async () => {
      process.stdout.write("held");
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    });`,
    join(root, ".locks", sha256(Buffer.from("ref")).slice(0, 32)),
  );
  const store = createDirectoryStore({ root });
  const tag = await store.swap("ref", Buffer.from("start"), null);
  const reason = new Error("waited long enough");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 200);
  const blocked = store.swap("ref", Buffer.from("blocked"), tag!, { signal: controller.signal });
  await expect(blocked).rejects.toBe(reason);

  await holder.kill();
  const swaps = Array.from({ length: 20 }, (_, index) =>
    createDirectoryStore({ root }).swap("ref", Buffer.from(`after ${index}`), tag!),
  );
  expect((await Promise.all(swaps)).filter((swapped) => swapped !== undefined)).toHaveLength(1);
  expect(await readdir(join(root, ".locks"))).toEqual([]);
}, 30_000);

test("a killed writer leaves no object; what it left is swept a day later", async () => {
  const writer = await startSource(
    `${OPEN}
    const bytes = Buffer.alloc(256 * 2 ** 20, 7);
    const digest = sha256(bytes);
    process.stdout.write("writing");
    for (let index = 0; ; index++) await store.put("large-" + index, bytes, digest);`,
    root,
  );
  while ((await readdir(join(root, ".tmp")).catch(() => [])).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 1));
  await writer.kill();

  const left = await readdir(join(root, ".tmp"));
  expect(left).toHaveLength(1);
  const store = createDirectoryStore({ root });
  for await (const { name, sizeBytes } of store.list("")) {
    expect(name).toMatch(/^large-\d+$/);
    expect(sizeBytes).toBe(256 * 2 ** 20);
  }
  await store.swap("other", Buffer.from("x"), null);
  expect(await readdir(join(root, ".tmp"))).toEqual(left);

  const old = Date.now() / 1000 - 25 * 3600;
  await utimes(join(root, ".tmp", left[0]!), old, old);
  await createDirectoryStore({ root }).swap("another", Buffer.from("x"), null);
  expect(await readdir(join(root, ".tmp"))).toEqual([]);
}, 30_000);

test("without the right to write, to read, or to enter", async () => {
  const store = createDirectoryStore({ root });
  const bytes = Buffer.from("bytes");
  await store.put("a/object", bytes, sha256(bytes));
  const tryAll = `${OPEN}
    const bytes = Buffer.from("bytes");
    const calls = {
      put: () => store.put("a/new", bytes, sha256(bytes)),
      swap: () => store.swap("a/new", bytes, null),
      delete: () => store.delete("a/object"),
      get: () => store.get("a/object"),
      list: () => Array.fromAsync(store.list("")),
    };
    const outcomes = {};
    for (const [name, call] of Object.entries(calls))
      outcomes[name] = await call().then(() => "done", (error) => error.code);
    process.stdout.write(JSON.stringify(outcomes));`;
  const denied = "ACCESS_DENIED";
  await chmod(root, 0o755);
  expect(JSON.parse(await runSourceAsNobody(tryAll, root))).toEqual({
    put: denied,
    swap: denied,
    delete: denied,
    get: "done",
    list: "done",
  });
  await chmod(root, 0o700);
  expect(JSON.parse(await runSourceAsNobody(tryAll, root))).toEqual({
    put: denied,
    swap: denied,
    delete: denied,
    get: denied,
    list: denied,
  });
  expect(await store.get("a/object")).toHaveLength(5);
});

test("a root that is a file, and objects that are folders", async () => {
  await writeFile(join(root, "file"), "");
  const store = createDirectoryStore({ root: join(root, "file") });
  await expect(store.put("name", Buffer.alloc(1), sha256(Buffer.alloc(1)))).rejects.toMatchObject({
    code: "STORE_MISSING",
  });
  await mkdir(join(root, "folder"));
  await expect(createDirectoryStore({ root }).get("folder")).rejects.toMatchObject({
    code: "OBJECT_MISSING",
  });
});

test("an object that is cut while it is there is corrupt, never short", async () => {
  const store = createDirectoryStore({ root });
  const bytes = randomBytes(10_000);
  await store.put("object", bytes, sha256(bytes));
  await writeFile(join(root, "object"), bytes.subarray(0, 5_000));
  await expect(store.get("object", { offset: 0, length: 10_000 })).rejects.toMatchObject({ code: "CORRUPT" });
});

test.each([
  ["ENOSPC", "STORE_FULL"],
  ["EDQUOT", "STORE_FULL"],
  ["EROFS", "ACCESS_DENIED"],
  ["EPERM", "ACCESS_DENIED"],
  ["EIO", "STORE_UNAVAILABLE"],
  ["ESTALE", "STORE_UNAVAILABLE"],
])("%s is %s", (code, expected) => {
  const error = Object.assign(new Error(code), { code, errno: -1 });
  expect(() => throwFileError(error, "/store")).toThrow(
    expect.objectContaining({ code: expected, cause: error }),
  );
});

test("a full disk says so, and nothing of the object is there", async () => {
  const output = await runSourceOnSmallDisk(
    `${OPEN}
    const large = Buffer.alloc(4 * 2 ** 20);
    const small = Buffer.alloc(2 ** 20);
    const put = (name, bytes) => store.put(name, bytes, sha256(bytes)).catch((error) => error.code);
    const outcomes = [await put("large", large), await store.head("large"), await put("small", small)];
    process.stdout.write(JSON.stringify(outcomes));`,
    root,
    2,
  );
  expect(JSON.parse(output)).toEqual(["STORE_FULL", null, "created"]);
});
