// A prune of a bucket and a table on real servers, in processes that die by SIGKILL with requests under way, at calls that a
// seed chooses (CAIRN_TEST_SEED repeats them): every save that lives restores, and the next prune goes on.

import { expect, test } from "@jest/globals";
import { noise } from "../support/arbitraries.ts";
import { PLACES, type Place } from "../support/backends.ts";
import { createJob, MAIN } from "../support/job.ts";
import { all } from "../support/refs.ts";
import { runScript } from "../support/scripts.ts";
import { beginSave, needsOf } from "../support/step-save.ts";
import { listNames } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree } from "../support/tree.ts";

const script = new URL("../support/prune-place-step.ts", import.meta.url);
const seed = process.env["CAIRN_TEST_SEED"] ? Number(process.env["CAIRN_TEST_SEED"]) : Date.now() & 0xff;
/** A prune makes about 20 calls until it has written its list, and then one for each object that it deletes. */
const BEFORE_LIST = 20;
const [EARLY_KILLS, LATE_KILLS] = [4, 4];
const DOOMED = 24;
const PACKS = 8;
const TREE = Object.fromEntries(Array.from({ length: 3 }, (_, n) => [`tree/f${n}`, file(noise(n, 500_000))]));

async function saveAlive(place: Place): Promise<void> {
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  expect((await place.withCache((cache) => cache.save(job.saveRequest({ key: "alive" })))).status).toBe(
    "saved",
  );
}

/** Content that nothing names any more. @param first number of the first of them */
async function addDoomed(place: Place, first: number): Promise<void> {
  await place.withBackend(async (backend) => {
    for (let n = first; n < first + DOOMED; n++) {
      const doomed = await beginSave(backend, {
        ...{ scope: MAIN, domain: "trusted", key: `doomed-${n}`, overwrite: false, bases: [] },
        parts: Array.from({ length: PACKS }, (_, i) => n * PACKS + i),
        partsByPack: new Map(),
      });
      while (!(await doomed.step()));
      await doomed.commit();
    }
    for (const ref of await all(backend.index.list({ keyPrefix: "doomed-" })))
      await backend.index.remove(ref);
  });
}

/** @returns how many objects there are, and how many of them are needed. */
async function expectAlive(place: Place): Promise<{ there: number; needed: number }> {
  const job = createJob();
  const wanted = createJob();
  const restored = await place.withCache((cache) => cache.restore(job.restoreRequest({ key: "alive" })));
  expect(restored).toMatchObject({ status: "hit", exact: true });
  makeTree(wanted.folders.workspace, TREE);
  expect(differences(snapshotTree(job.path("tree")), snapshotTree(wanted.path("tree")))).toEqual([]);
  return place.withBackend(async (backend) => {
    const there = (await listNames(backend.store, "v1/trusted/")).filter((name) => !/metadata/.test(name));
    const needed = new Set<string>();
    for (const ref of await all(backend.index.list({})))
      for (const name of await needsOf(backend, ref)) needed.add(name);
    for (const name of needed) expect(there).toContain(name);
    return { there: there.length, needed: needed.size };
  });
}

test("versitygw and DynamoDB", async () => {
  const place = await PLACES["versitygw and DynamoDB"]!();
  await saveAlive(place);
  await addDoomed(place, 0);
  const moments = noise(seed, EARLY_KILLS + LATE_KILLS);
  const fraction = (n: number): number => moments[n]! / 256;
  const { store, index } = place.settings;
  /** Each run two days after the one before. */
  let days = 0;
  const run = (dieAtCall: number) => {
    days += 2;
    return runScript(script, [store, index, String(days), String(dieAtCall)]);
  };
  const killAt = async (dieAt: number): Promise<number> => {
    const { signal, stderr } = await run(dieAt);
    expect([seed, dieAt, signal, stderr]).toEqual([seed, dieAt, "SIGKILL", ""]);
    return (await expectAlive(place)).there;
  };
  for (let n = 0; n < EARLY_KILLS; n++) await killAt(1 + Math.floor(fraction(n) * BEFORE_LIST));

  // The second half begins with the list written, wherever the first half ended, and with more to delete than it can.
  await addDoomed(place, DOOMED);
  const all = await expectAlive(place);
  expect((await run(0)).code).toBe(0);
  const left: number[] = [];
  for (let n = EARLY_KILLS; n < EARLY_KILLS + LATE_KILLS; n++)
    left.push(await killAt(Math.floor((1.5 + fraction(n)) * BEFORE_LIST)));
  // Some died among the deletes.
  expect(left.some((count) => count < all.there && count > all.needed)).toBe(true);
  for (let n = 0; n < 3; n++) expect(await run(0)).toMatchObject({ code: 0, stderr: "" });
  const { there, needed } = await expectAlive(place);
  expect(there).toBe(needed);
}, 600_000);
