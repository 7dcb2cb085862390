// Invariant: an existing object is not believed. Under the name of a pack or an artifact may stand anything: garbage,
// half of it, or the right bytes but too old or condemned. The save then stores the same content under another name.

import { expect, test } from "@jest/globals";
import { sha256 } from "../../src/lib/sha256.ts";
import { CorruptError } from "../../src/model/errors.ts";
import { CONDEMNED_NAME } from "../../src/model/names.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, testBackend } from "../support/job.ts";
import { damage, listNames } from "../support/stores.ts";
import { file, makeTree, snapshotTree } from "../support/tree.ts";

const DAY_MS = 86_400_000;
const TREE = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`tree/f${i}`, file(noise(i, 450_000))]));

/** A store that holds the objects of the tree, changed, and an index that knows nothing of them. */
async function seeded(change: (backend: TestBackend, name: string) => Promise<void>, now = Date.now) {
  const backend = testBackend({ now });
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  await job.save(backend);
  const names = (await listNames(backend.store, "v1/trusted/")).filter((name) => !name.includes("metadata"));
  for (const name of names) await change(backend, name);
  const fresh = testBackend({ now, store: backend.store });
  await fresh.index.claimIdentity((await backend.index.identity())!);
  return { names, fresh };
}

async function expectSavedAnew({ names, fresh }: Awaited<ReturnType<typeof seeded>>): Promise<void> {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, TREE);
  const before = new Map(
    await Promise.all(names.map(async (name) => [name, await fresh.store.get(name)] as const)),
  );
  expect(await from.save(fresh)).toMatchObject({ status: "saved" });
  const after = await listNames(fresh.store, "v1/trusted/");
  expect(after.length).toBeGreaterThan(names.length);
  expect(names).not.toContain(`v1/trusted/artifacts/${(await refOf(fresh)).contentHash}`);
  // What stood there is not touched: packs and artifacts never change.
  for (const [name, bytes] of before) expect(sha256(await fresh.store.get(name))).toBe(sha256(bytes));
  await to.restore(fresh);
  expect(snapshotTree(to.path("tree"))).toEqual(snapshotTree(from.path("tree")));
}

test("the tree has packs and an artifact", async () => {
  const { names } = await seeded(async () => {});
  expect(names.some((name) => name.includes("/packs/"))).toBe(true);
  expect(names.some((name) => name.includes("/artifacts/"))).toBe(true);
});

test.each<[string, (bytes: Buffer) => Uint8Array | undefined]>([
  ["garbage of the same size", (bytes) => bytes.fill(7)],
  ["one other bit", (bytes) => bytes.fill(bytes[100]! ^ 1, 100, 101)],
  ["the first half", (bytes) => bytes.subarray(0, bytes.length / 2)],
  ["one byte more", (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
  ["nothing", () => new Uint8Array()],
])("%s under the name of each object", async (_what, change) => {
  await expectSavedAnew(await seeded((backend, name) => damage(backend.store, name, change)));
});

test("a store that does not keep digests is read back", async () => {
  const state = await seeded((backend, name) => damage(backend.store, name, (bytes) => bytes.fill(7)));
  const { store } = state.fresh;
  const withoutDigests: TestBackend["store"] = {
    ...store,
    async head(name, options) {
      const info = await store.head(name, options);
      return info && { sizeBytes: info.sizeBytes, modifiedAtMs: info.modifiedAtMs };
    },
  };
  await expectSavedAnew({ ...state, fresh: { ...state.fresh, store: withoutDigests } });
});

test("right bytes are used again", async () => {
  const { names, fresh } = await seeded(async () => {});
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  expect(await job.save(fresh)).toMatchObject({ status: "saved", uploadedBytes: 0 });
  expect((await listNames(fresh.store, "v1/trusted/")).length).toBe(names.length);
});

test("right bytes in the second half of their life", async () => {
  let nowMs = 20_000 * DAY_MS;
  const state = await seeded(
    async () => {},
    () => nowMs,
  );
  nowMs += 183 * DAY_MS;
  await expectSavedAnew(state);
  expect((await refOf(state.fresh)).notAfterMs).toBe((20_000 + 183 + 365) * DAY_MS);
});

test("right bytes that prune is going to delete", async () => {
  const state = await seeded(async () => {});
  const list = Buffer.from(JSON.stringify({ names: state.names }));
  await state.fresh.store.put(CONDEMNED_NAME, list, sha256(list));
  await expectSavedAnew(state);
});

test.each(["{", "[]", "{}", '{"names":[1]}', "null"])(
  "a condemned list that is %s stops the save",
  async (json) => {
    const backend = testBackend();
    const bytes = Buffer.from(json);
    await backend.store.put(CONDEMNED_NAME, bytes, sha256(bytes));
    const job = createJob();
    makeTree(job.folders.workspace, TREE);
    await expect(job.save(backend)).rejects.toBeInstanceOf(CorruptError);
  },
);
