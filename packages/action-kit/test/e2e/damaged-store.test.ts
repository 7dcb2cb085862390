// A store that holds wrong bytes, with real processes: nothing that stands under a name is believed, nothing wrong
// reaches a tree, and the next save of the job that noticed puts it right.
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { compareTrees, describeTree, type TreeEntry } from "../../../../scripts/lib/tree.ts";
import type { Job } from "../support/run-action.ts";
import { newJob } from "./support/jobs.ts";
import { directoryStore, type TestStore } from "./support/stores.ts";
import { cargoTarget, copyTree, removeTree } from "./support/trees.ts";

const inputs = { key: "tree-1", path: "tree" };
let saving: Job;
let expected: TreeEntry[];

beforeAll(async () => {
  saving = newJob();
  await copyTree(await cargoTarget(), join(saving.workspace, "tree"));
  expected = describeTree(join(saving.workspace, "tree"));
});

const save = (store: TestStore, job = saving) => job.run("save-cache", { ...inputs, ...store.inputs });
const restore = (store: TestStore, job: Job) => job.run("restore-cache", { ...inputs, ...store.inputs });
const differences = (job: Job) => compareTrees(expected, describeTree(join(job.workspace, "tree")));

describe("garbage under the names that a save is going to use", () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ["of the same size", (bytes) => Buffer.alloc(bytes.length, "garbage")],
    ["cut short", (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ["with one bit flipped", (bytes) => flipped(bytes)],
    ["empty", () => Buffer.alloc(0)],
  ])("%s", async (_, spoil) => {
    const first = directoryStore();
    expect((await save(first)).log.at(-1)).toBe("Cache saved with key: tree-1");
    const store = directoryStore();
    const planted = objectsOf(first).map((name) => [name, spoil(readFileSync(fileOf(first, name)))] as const);
    expect(planted.length).toBeGreaterThan(2);
    for (const [name, bytes] of planted) {
      mkdirSync(dirname(fileOf(store, name)), { recursive: true });
      writeFileSync(fileOf(store, name), bytes);
    }

    const saved = await save(store);
    expect(saved).toMatchObject({ exitCode: 0, annotations: [] });
    expect(saved.log.at(-1)).toBe("Cache saved with key: tree-1");
    const job = newJob();
    expect(await restore(store, job)).toMatchObject({ exitCode: 0, outputs: { "cache-hit": "true" } });
    expect(differences(job)).toEqual([]);
  });
});

describe("a pack that rots after the save", () => {
  test.each<[string, (file: string) => void]>([
    ["one bit of it", (file) => writeFileSync(file, flipped(readFileSync(file)))],
    ["its end", (file) => truncateSync(file, 1000)],
    ["all of it", (file) => rmSync(file)],
  ])("%s: an error, a miss, the tree as it was, and the same job's save heals it", async (_, rot) => {
    const store = directoryStore();
    await save(store);
    const packs = objectsOf(store).filter((name) => name.includes("/packs/"));
    rot(fileOf(store, packs[0]!));

    const job = newJob();
    const own = join(job.workspace, "tree/own");
    mkdirSync(dirname(own));
    writeFileSync(own, "mine");
    const before = describeTree(job.workspace);
    const missed = await restore(store, job);
    expect(missed).toMatchObject({ exitCode: 0, outputs: { "cache-primary-key": "tree-1" } });
    expect(missed.outputs["cache-hit"]).toBeUndefined();
    expect(missed.annotations).toEqual([
      { level: "error", message: expect.stringMatching(/^Failed to restore: /) },
    ]);
    expect(compareTrees(before, describeTree(job.workspace))).toEqual([]);

    await removeTree(join(job.workspace, "tree"));
    await copyTree(join(saving.workspace, "tree"), join(job.workspace, "tree"));
    expect((await save(store, job)).log.at(-1)).toBe("Cache saved with key: tree-1");
    const next = newJob();
    expect(await restore(store, next)).toMatchObject({ exitCode: 0, outputs: { "cache-hit": "true" } });
    expect(differences(next)).toEqual([]);
  });
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1]! ^= 1;
  return copy;
}

/** Packs and artifacts, relative to the store. */
function objectsOf(store: TestStore): string[] {
  const folder = fileURLToPath(store.inputs.store);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\/(packs|artifacts)\/./.test(name))
    .sort();
}

function fileOf(store: TestStore, name: string): string {
  return join(fileURLToPath(store.inputs.store), name);
}
