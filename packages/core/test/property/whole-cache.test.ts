// The whole cache against a naive model: two jobs edit, save and restore in whatever order over one store, which is damaged
// now and then. Undamaged, every restore finds what three lines of search over a list of saves find, and every save ends as
// they say; damaged or not, a tree is what was saved under the key that was restored, or as it was.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { CorruptError, ObjectMissingError } from "../../src/model/errors.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, type TestJob, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { flipBit, listNames } from "../support/stores.ts";
import { removeFolder } from "../support/temporary.ts";
import { differences, snapshotTree, type TreeSnapshot } from "../support/tree.ts";

// Few of each, so that they meet.
const job = fc.nat({ max: 1 });
const key = fc.constantFrom("a", "a-1", "a-2", "b-1");
const path = fc.constantFrom("one", "d/two", "d/e/three", "big");

const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant("edit" as const), job, path, seed: fc.nat({ max: 3 }) },
      size: fc.oneof(fc.constant(undefined), fc.nat({ max: 300 }), fc.constant(2_500_000)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("save" as const), job, key, overwrite: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant("restore" as const), job, key },
      restoreKeys: fc.array(fc.constantFrom("a", "a-", "b", "c"), { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("endJob" as const), job }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("damage" as const), at: fc.nat(), bit: fc.option(fc.nat()) }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** What a person would say that the cache holds: key, tree, in the order of the saves. */
interface Model {
  saves: { readonly key: string; readonly tree: TreeSnapshot }[];
  isDamaged: boolean;
}

function search({ saves }: Model, keys: readonly string[]): Model["saves"][number] | undefined {
  for (const wanted of keys) {
    const found =
      saves.find((each) => each.key === wanted) ?? saves.findLast((each) => each.key.startsWith(wanted));
    if (found) return found;
  }
  return undefined;
}

const treeOf = (of: TestJob): TreeSnapshot => snapshotTree(of.path("tree"));

async function save(
  of: TestJob,
  backend: TestBackend,
  model: Model,
  asked: Command & { kind: "save" },
): Promise<void> {
  const tree = treeOf(of);
  const before = model.saves.find((each) => each.key === asked.key);
  const { status } = await of.save(backend, { key: asked.key, overwrite: asked.overwrite });
  const isSame = before !== undefined && differences(before.tree, tree).length === 0;
  const expected = before === undefined || (asked.overwrite && !isSame) ? "saved" : "exists";
  // What a restore has found broken is replaced, too.
  if (!model.isDamaged) expect(status).toBe(expected);
  if (status !== "saved") return;
  model.saves = [...model.saves.filter((each) => each !== before), { key: asked.key, tree }];
}

async function restore(
  of: TestJob,
  backend: TestBackend,
  model: Model,
  asked: Command & { kind: "restore" },
): Promise<void> {
  const before = treeOf(of);
  const expected = search(model, [asked.key, ...asked.restoreKeys]);
  const request = { key: asked.key, restoreKeys: asked.restoreKeys, clean: true };
  const result = await of.restore(backend, request).catch((error: unknown) => {
    if (!model.isDamaged || !(error instanceof CorruptError || error instanceof ObjectMissingError))
      throw error;
    return undefined;
  });
  if (result?.status === "hit") {
    expect(result.ref.key).toBe(expected?.key);
    expect(differences(treeOf(of), expected!.tree)).toEqual([]);
    return;
  }
  if (result) expect(expected).toBeUndefined();
  expect(differences(treeOf(of), before)).toEqual([]);
}

async function run(
  asked: Command,
  jobs: readonly TestJob[],
  backend: TestBackend,
  model: Model,
): Promise<void> {
  switch (asked.kind) {
    case "edit": {
      const file = jobs[asked.job]!.path(`tree/${asked.path}`);
      rmSync(file, { recursive: true, force: true });
      if (asked.size === undefined) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, noise(asked.seed, asked.size));
      return;
    }
    case "save":
      return save(jobs[asked.job]!, backend, model, asked);
    case "restore":
      return restore(jobs[asked.job]!, backend, model, asked);
    case "endJob":
      return removeFolder(jobs[asked.job]!.folders.temp);
    case "forget":
      if (!model.saves.some((each) => each.key === asked.key)) return;
      await backend.index.remove(await refOf(backend, asked.key));
      model.saves = model.saves.filter((each) => each.key !== asked.key);
      return;
    case "damage": {
      const names = (await listNames(backend.store)).filter((name) => /packs|artifacts/.test(name));
      const name = names[asked.at % names.length];
      if (name === undefined) return;
      model.isDamaged = true;
      const { sizeBytes } = (await backend.store.head(name))!;
      if (asked.bit === null) await backend.store.delete(name);
      else await flipBit(backend.store, name, asked.bit % (8 * sizeBytes));
    }
  }
}

test("two jobs and one store do what a list of saves does", async () => {
  await checkAsync(
    fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 24 }), async (commands) => {
      const jobs = [createJob(), createJob()];
      for (const each of jobs) mkdirSync(each.path("tree"));
      // A second for each save: which is the newest is then never in doubt.
      let nowMs = Date.now();
      const backend = testBackend({ now: () => nowMs });
      const model: Model = { saves: [], isDamaged: false };
      for (const asked of commands) {
        nowMs += 1_000;
        await run(asked, jobs, backend, model);
      }
      for (const { folders } of jobs) removeFolder(dirname(folders.workspace));
    }),
    25,
  );
}, 180_000);
