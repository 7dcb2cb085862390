// The drivers on servers, when rows are foreign, answers are lost or two commits meet: against the real engine, or a
// store with a hook. Also how many requests the bucket index makes.

import { randomUUID } from "node:crypto";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createBucketIndex } from "../../../src/indexes/bucket-index.ts";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { itemOf, keyOf, sortKey } from "../../../src/indexes/dynamo-items.ts";
import { CorruptError, StoreMissingError, StoreUnavailableError } from "../../../src/model/errors.ts";
import type { Ref } from "../../../src/model/ref.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { withCounting } from "../../../src/objects/with-counting.ts";
import type { MaintainableIndex } from "../../../src/ports/key-index.ts";
import type { SwappableStore } from "../../../src/ports/object-store.ts";
import { all, createTestClock, makeRef, START_MS, scopeOf } from "../../support/refs.ts";
import { service } from "../../support/services.ts";
import { makeTable } from "../../support/table.ts";

const clock = createTestClock();
const scopeFilter = { repository: "acme/api", ref: "refs/heads/main" };
const exactly = (ref: Ref) => ({ ...ref, match: "exact" as const });
const startingWith = (key: string, ref = makeRef()) => ({ ...ref, key, match: "prefix" as const });

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const open of toClose.splice(0)) await open.close();
});

function rowText(changes: Record<string, unknown>): string {
  return JSON.stringify({ ...makeRef(), writer: "01234567", ...changes });
}

describe("DynamoDB", () => {
  const place = { table: `faults-${randomUUID()}`, region: "us-east-1", endpoint: service("dynamodb") };
  const client = new DynamoDBClient(place);
  const index = createDynamoIndex({ ...place, clock });

  beforeAll(async () => {
    await makeTable(place);
  });
  afterAll(async () => {
    await index.close();
    client.destroy();
  });

  test("no key is taken by the cut name of a longer one", async () => {
    const long = makeRef({ key: "漢".repeat(500) });
    const crafted = makeRef({ key: sortKey(long.key) });
    expect(sortKey(crafted.key)).not.toBe(sortKey(long.key));
    expect(Buffer.byteLength(sortKey(long.key))).toBeLessThanOrEqual(1024);
    expect(await index.commit(crafted)).toEqual({ status: "committed" });
    expect(await index.commit(long)).toEqual({ status: "committed" });
    expect(await index.lookup(exactly(long))).toEqual(long);
  });

  test("rows that somebody else wrote are no Refs, and hide none", async () => {
    const ref = makeRef({ key: "foreign-1" });
    await index.commit(ref);
    const foreign = makeRef({ key: "foreign-2", createdAtMs: START_MS + 1 });
    const Item = { ...itemOf(foreign), contentHash: { S: "md5:../../etc" } };
    await client.send(new PutItemCommand({ TableName: place.table, Item }));
    expect(await index.lookup(exactly(foreign))).toBeUndefined();
    expect(await index.lookup(startingWith("foreign-"))).toEqual(ref);
    const unreadable: string[] = [];
    const onUnreadable = (row: string) => unreadable.push(row);
    expect(await all(index.list({ keyPrefix: "foreign-" }, { onUnreadable }))).toEqual([ref]);
    expect(unreadable).toEqual([`${keyOf(foreign)["pk"]!.S} foreign-2`]);
    expect(await index.findByKey("acme/api", foreign.key, 5)).toEqual([]);
    await expect(index.commit(foreign)).rejects.toBeInstanceOf(CorruptError);
    const pretender = {
      ...Item,
      contentHash: { S: `sha256:${ref.contentHash}` },
      ref: { S: "refs/heads/x" },
    };
    await client.send(new PutItemCommand({ TableName: place.table, Item: pretender }));
    expect(await index.lookup(exactly(foreign))).toBeUndefined();
    expect(await all(index.list({ ref: "refs/heads/x" }))).toEqual([]);
  });

  test("a row of an older table without Cairn's own attributes gives way", async () => {
    const ref = makeRef({ key: "old-table" });
    const Item = { ...keyOf(ref), cacheKey: { S: ref.key }, contentHash: { S: "sha256:abc" } };
    await client.send(new PutItemCommand({ TableName: place.table, Item }));
    expect(await index.lookup(exactly(ref))).toBeUndefined();
    expect(await index.commit(ref)).toEqual({ status: "committed" });
    expect(await index.lookup(exactly(ref))).toEqual(ref);
  });

  test("a commit whose answer was lost has committed, and is not its own conflict", async () => {
    const proxy = await startProxy(place.endpoint, "PutItem");
    const unlucky = createDynamoIndex({ ...place, endpoint: proxy.url, clock });
    toClose.push(unlucky, proxy);
    const ref = makeRef({ key: "lost-answer" });
    expect(await unlucky.commit(ref)).toEqual({ status: "committed" });
    expect(proxy.operations).toEqual(["PutItem", "PutItem"]);
    expect(await index.lookup(exactly(ref))).toEqual(ref);
  });
});

describe("requests of the DynamoDB index", () => {
  const place = { table: `requests-${randomUUID()}`, region: "us-east-1", endpoint: service("dynamodb") };
  const refs = Array.from({ length: 150 }, (_, n) => makeRef({ key: `npm-${n}`, createdAtMs: START_MS + n }));
  const [oldest, use] = [refs[0]!, { atMs: START_MS + 999, expiresAtMs: START_MS }];
  const lease = { id: oldest, owner: "run-1", expiresAtMs: START_MS + 1000 };

  beforeAll(async () => {
    await makeTable(place);
    const index = createDynamoIndex({ ...place, clock });
    for (const ref of refs) await index.commit(ref);
    await index.close();
  });

  test.each<[string, (index: MaintainableIndex) => Promise<unknown>, string[]]>([
    ["an exact look-up", (index) => index.lookup(exactly(oldest)), ["GetItem"]],
    ["a prefix in the newest page", (index) => index.lookup(startingWith("npm-")), ["Query"]],
    ["a prefix beyond it", (index) => index.lookup(startingWith("npm-0")), ["Query", "Query"]],
    ["a prefix of nothing", (index) => index.lookup(startingWith("pip-")), ["Query", "Query"]],
    [
      "a prefix in an empty scope",
      (index) => index.lookup({ ...startingWith("a"), version: "v" }),
      ["Query"],
    ],
    ["a commit", (index) => index.commit(makeRef()), ["PutItem"]],
    ["a commit that conflicts", (index) => index.commit(oldest), ["PutItem"]],
    ["a lease", (index) => index.acquireLease(lease), ["PutItem"]],
    ["a use", (index) => index.touch(oldest, use), ["UpdateItem"]],
    ["finding a key", (index) => index.findByKey("acme/api", "npm-7", 20), ["Query", "GetItem"]],
    ["a whole scope", (index) => all(index.list({ ...scopeFilter, version: oldest.version })), ["Query"]],
  ])("%s", async (_, act, operations) => {
    const proxy = await startProxy(place.endpoint);
    const index = createDynamoIndex({ ...place, endpoint: proxy.url, clock });
    toClose.push(index, proxy);
    await act(index);
    expect(proxy.operations).toEqual(operations);
  });
});

describe("the bucket", () => {
  test("two commits of one moment: the one that loses leaves the winner's name by time", async () => {
    const store = createMemoryStore();
    const index = createBucketIndex({ store, clock });
    const old = makeRef({ createdAtMs: START_MS - 9 });
    const winner = makeRef();
    await index.commit(old);
    // Loses to `old`, and cleans up, between the winner's name by time and the winner's row.
    let nested: Promise<unknown> | undefined;
    const racing: SwappableStore = {
      ...store,
      async swap(name, bytes, tag, options) {
        if (name.includes("/key/")) {
          nested ??= index.commit(makeRef());
          await nested;
        }
        return store.swap(name, bytes, tag, options);
      },
    };
    const outcome = await createBucketIndex({ store: racing, clock }).commit(winner, { replaces: old });
    expect(outcome).toEqual({ status: "committed" });
    expect(await nested).toMatchObject({ status: "conflict" });
    expect(await index.lookup(startingWith("npm-"))).toEqual(winner);
  });

  test("a commit whose answer was lost has committed, and a lease is not held against its own owner", async () => {
    const store = createMemoryStore();
    const forgetful: SwappableStore = {
      ...store,
      async swap(name, bytes, tag, options) {
        await store.swap(name, bytes, tag, options);
        return undefined;
      },
    };
    const index = createBucketIndex({ store: forgetful, clock });
    expect(await index.commit(makeRef())).toEqual({ status: "committed" });
    expect((await index.commit(makeRef())).status).toBe("conflict");
    const { scope, version, key } = makeRef();
    const lease = { id: { scope, version, key }, owner: "run-1", expiresAtMs: START_MS + 1000 };
    expect(await index.acquireLease(lease)).toBeUndefined();
    const plain = createBucketIndex({ store, clock });
    expect(await plain.acquireLease({ ...lease, owner: "run-2" })).toEqual(lease);
  });

  test.each<[string, string]>([
    ["null", "null"],
    ["a number", "7"],
    ["a text", '"text"'],
    ["no JSON", "{"],
    ["an object of nothing", "{}"],
    ["a contentHash that leads elsewhere", rowText({ contentHash: "../../pr/artifacts/x" })],
    ["a time that is none", rowText({ expiresAtMs: "never" })],
    ["a row that speaks for another branch", rowText({ scope: scopeOf("refs/heads/x") })],
  ])("what is no Ref is a miss, and gives way: %s", async (_, text) => {
    const store = createMemoryStore();
    const index = createBucketIndex({ store, clock });
    const ref = makeRef();
    await index.commit(ref);
    const row = (await all(store.list("v1/refs/"))).find(({ name }) => name.includes("/key/"))!;
    await store.swap(row.name, Buffer.from(text), (await store.read(row.name))!.tag);
    expect(await index.lookup(exactly(ref))).toBeUndefined();
    expect(await index.lookup(startingWith("npm-"))).toBeUndefined();
    const unreadable: string[] = [];
    expect(await all(index.list({}, { onUnreadable: (name) => unreadable.push(name) }))).toEqual([]);
    expect(unreadable).toEqual([row.name]);
    const next = makeRef();
    expect(await index.commit(next)).toEqual({ status: "committed" });
    expect(await index.lookup(startingWith("npm-"))).toEqual(next);
  });

  test("a sweep leaves one object for each row, one name by time for each Ref, and no trace of the rest", async () => {
    const store = createMemoryStore();
    const index = createBucketIndex({ store, clock });
    const refs = Array.from({ length: 5 }, (_, n) => makeRef({ key: `npm-${n}`, createdAtMs: START_MS + n }));
    const by = scopeOf("refs/pull/7/merge");
    for (const ref of refs) {
      await index.acquireLease({ id: ref, owner: "run-1", expiresAtMs: START_MS - 1 });
      await index.commit(ref);
      await index.recordUse(ref, { by, atMs: START_MS });
    }
    for (const ref of refs.slice(0, 3)) await index.remove(ref);
    // A name by time whose row went without it, and a usage that was taken while its deletion failed.
    const times = (await all(store.list("v1/refs/"))).filter(({ name }) => name.includes("/time/"));
    const lost = times[0]!.name
      .replace(/[0-9a-f]{8}$/, "ffffffff")
      .replace(/-[0-9a-f]{64}-/, `-${"0".repeat(64)}-`);
    await store.swap(lost, Buffer.from("{}"), null);
    const [usage] = await all(index.uses({}));
    await expect(
      createBucketIndex({
        store: { ...store, delete: () => Promise.reject(new StoreUnavailableError("away")) },
        clock,
      }).takeUsage(usage!),
    ).rejects.toThrow("away");
    await index.sweep({ beforeMs: Date.now() - 60_000 });
    const young = (await all(store.list("v1/refs/"))).length;
    await index.sweep({ beforeMs: Date.now() + 60_000 });
    const names = (await all(store.list("v1/refs/"))).map(({ name }) => name.split("/")[3]);
    expect(names.filter((kind) => kind === "key")).toHaveLength(2);
    expect(names.filter((kind) => kind === "time")).toHaveLength(2);
    expect(names.filter((kind) => kind === "lease")).toHaveLength(0);
    expect(names.filter((kind) => kind === "uses")).toHaveLength(4);
    expect(young).toBeGreaterThan(names.length);
    expect(await all(index.list({}))).toHaveLength(2);
    expect(await index.lookup(startingWith("npm-"))).toEqual(refs[4]);
    expect(await index.commit(refs[0]!)).toEqual({ status: "committed" });
  });

  test("a mark is not swept while a save holds its key", async () => {
    const store = createMemoryStore();
    const index = createBucketIndex({ store, clock });
    const ref = makeRef();
    await index.commit(ref);
    await index.remove(ref);
    let lease = "";
    // Between the listing and the mark's turn a save of the key begins.
    const racing: SwappableStore = {
      ...store,
      async *list(prefix, options) {
        for await (const object of store.list(prefix, options)) yield object;
        lease = "taken";
        await index.acquireLease({ id: ref, owner: "run-1", expiresAtMs: clock.now() + 60_000 });
      },
    };
    await createBucketIndex({ store: racing, clock }).sweep({ beforeMs: Date.now() + 60_000 });
    expect(lease).toBe("taken");
    expect((await all(store.list("v1/refs/"))).some(({ name }) => name.includes("/key/"))).toBe(true);
    expect(await index.commit(ref)).toEqual({ status: "committed" });
  });

  test("a server that ignores conditions is refused before a row is written, in an old store too", async () => {
    const store = createMemoryStore();
    const first = createBucketIndex({ store, clock });
    await first.claimIdentity("store");
    const ref = makeRef();
    await first.commit(ref);
    const careless: SwappableStore = {
      ...store,
      swap: async (name, bytes, _tag, options) =>
        store.swap(name, bytes, (await store.read(name))?.tag ?? null, options),
    };
    const index = createBucketIndex({ store: careless, clock });
    await expect(index.commit(makeRef())).rejects.toBeInstanceOf(StoreMissingError);
    await expect(index.claimIdentity("other")).rejects.toBeInstanceOf(StoreMissingError);
    expect(await first.lookup(exactly(ref))).toEqual(ref);
    expect(await first.identity()).toBe("store");
  });
});

describe("requests of the bucket index", () => {
  async function requests(prepare: Ref[], act: (index: MaintainableIndex) => Promise<unknown>) {
    const inner = createMemoryStore();
    const index = createBucketIndex({ store: inner, clock });
    for (const ref of prepare) await index.commit(ref);
    const counting = withCounting(inner);
    await act(createBucketIndex({ store: counting.store, clock }));
    return Object.fromEntries(
      (["put", "get", "head", "list", "delete", "read", "swap"] as const).flatMap((method) => {
        const { requests } = counting.counts[method];
        return requests > 0 ? [[method, requests]] : [];
      }),
    );
  }
  const refs = Array.from({ length: 40 }, (_, n) => makeRef({ key: `npm-${n}`, createdAtMs: START_MS + n }));
  const dead = refs.map((ref) => ({ ...ref, expiresAtMs: START_MS }));

  test("an exact look-up reads once", async () => {
    expect(await requests(refs, (index) => index.lookup(exactly(refs[3]!)))).toEqual({ read: 1 });
  });

  test("a prefix look-up lists and reads once", async () => {
    expect(await requests(refs, (index) => index.lookup(startingWith("npm-")))).toEqual({ list: 1, read: 1 });
    expect(await requests(refs, (index) => index.lookup(startingWith("pip-")))).toEqual({ list: 1 });
  });

  test("dead matches are read, each once", async () => {
    expect(await requests(dead, (index) => index.lookup(startingWith("npm-")))).toEqual({
      list: 1,
      read: 40,
    });
  });

  test("the first commit of an opening puts a name by time, must fail to write it anew, and swaps the row", async () => {
    expect(await requests(refs, (index) => index.commit(makeRef()))).toEqual({ put: 1, swap: 2 });
    const twice = async (index: MaintainableIndex) => {
      await index.commit(makeRef({ key: "a" }));
      await index.commit(makeRef({ key: "b" }));
    };
    expect(await requests([], twice)).toEqual({ put: 2, swap: 3 });
  });

  test("finding a key lists that key alone", async () => {
    const found = await requests(refs, (index) => index.findByKey("acme/api", "npm-7", 20));
    expect(found).toEqual({ list: 1, read: 1 });
    expect(await requests(refs, (index) => index.findByKey("acme/api", "none", 20))).toEqual({ list: 1 });
  });
});

/** A proxy that writes down each operation, and hangs up instead of handing back the first answer to `losing`. */
async function startProxy(upstream: string, losing?: string) {
  const operations: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const operation = String(headers["x-amz-target"]).split(".").pop()!;
    const isLost = operation === losing && !operations.includes(operation);
    operations.push(operation);
    const forward = request(new URL(url!, upstream), { method: method!, headers }, (answer) => {
      if (isLost) {
        answer.resume().on("end", () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    operations,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
