// A script that tests start several times at once on one store and one index on servers, in a world where six hours pass in
// each second: it does one kind of work until the time is up, and prints what it saw. Arguments: both DSNs, the work,
// a number for this job, when the world began, and how many seconds it lasts.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withCommitCheck } from "../../src/indexes/with-commit-check.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { invalidate, revalidate } from "../../src/maintain/invalidate.ts";
import { prune } from "../../src/maintain/prune.ts";
import { CacheError, DeadlineError } from "../../src/model/errors.ts";
import { SAVE_MAX_AGE_MS } from "../../src/model/limits.ts";
import { withCondemned } from "../../src/objects/with-condemned.ts";
import { openBackend } from "../../src/open-backend.ts";
import { restore } from "../../src/restore/restore.ts";
import { save } from "../../src/save/save.ts";
import { noise } from "./arbitraries.ts";
import { placeOf } from "./backends.ts";
import { accessOf } from "./job.ts";
import { withFastClock } from "./stores.ts";
import { removeFolder, temporaryFolder } from "./temporary.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "./tree.ts";

const [store, index, work, number, beganAt, seconds] = process.argv.slice(2) as string[];
const FASTER = 6 * 3_600;
const KEYS = 5;
const beganMs = Number(beganAt);
const now = (realMs = Date.now()): number => beganMs + (realMs - beganMs) * FASTER;
const clock: Clock = { now: () => now(), skewMs: 0, observe() {} };
const opened = openBackend(placeOf(store!, index!).settings, { env: process.env, clock });
const backend = { ...opened, store: withFastClock(opened.store, now) };
const result = {
  hits: 0,
  misses: 0,
  saves: 0,
  late: 0,
  invalidated: 0,
  revalidated: 0,
  deleted: 0,
  wrong: [] as string[],
};

function treeOf(key: number): TreeSpec {
  // Some chunks in common with the neighbours, so that saves build on each other.
  const part = (n: number) => file(noise(n % KEYS, 600_000));
  return { "tree/a": part(key), "tree/b": part(key + 1), "tree/c": file(noise(100 + key, 50_000)) };
}

async function job(round: number): Promise<void> {
  const base = temporaryFolder();
  const folders = { workspace: join(base, "workspace"), home: join(base, "home"), temp: join(base, "temp") };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  const key = (Number(number) * 2 + round * 3) % KEYS;
  const request = { paths: ["tree"], key: `key-${key}`, access: accessOf(), folders };
  try {
    // Restored first: what it holds is what the save builds on.
    const restored = await restore(backend, { ...request, restoreKeys: ["key-"] });
    if (restored.status === "hit") {
      result.hits++;
      const wanted = join(base, "wanted");
      const found = Number(restored.ref.key.slice(4));
      makeTree(wanted, treeOf(found));
      const [there, expected] = [folders.workspace, wanted].map((path) => snapshotTree(join(path, "tree")));
      result.wrong.push(...differences(there!, expected!));
      removeFolder(join(folders.workspace, "tree"));
      if (restored.exact) return;
    } else result.misses++;
    makeTree(folders.workspace, treeOf(key));
    await saveWithin(request);
  } finally {
    removeFolder(base);
  }
}

/** As openCache() saves, by the time of this world. */
async function saveWithin(request: Parameters<typeof save>[1]): Promise<void> {
  const startedMs = now();
  const check = async (): Promise<void> => {
    if (now() - startedMs > SAVE_MAX_AGE_MS) throw new DeadlineError("this save took longer than six hours");
  };
  try {
    const saved = await save(
      {
        ...backend,
        store: withCondemned(backend.store),
        index: withCommitCheck(backend.index, check),
      },
      request,
    );
    if (saved.status === "saved") result.saves++;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    result.late++;
  }
}

const WORK: Readonly<Record<string, (round: number) => Promise<unknown>>> = {
  jobs: job,
  async invalidate(round) {
    const selection = { key: `key-${(round * 2) % KEYS}` };
    result.invalidated += (await invalidate(backend, selection, { dryRun: false })).done.length;
    await sleep(100);
    if (round % 3 > 0) return;
    result.revalidated += (await revalidate(backend, selection, { dryRun: false })).done.length;
  },
  async prune() {
    const report = await prune(backend, { dryRun: false, confirmedBytes: Number.POSITIVE_INFINITY });
    result.deleted += report.deleted.objects;
    result.wrong.push(...report.broken.map(({ key }) => `${key} is broken`));
  },
};

for (let round = 0; Date.now() < beganMs + 1000 * Number(seconds); round++) {
  try {
    await WORK[work!]!(round);
  } catch (error) {
    result.wrong.push(`${work}: ${error instanceof CacheError ? `${error.code} ${error.message}` : error}`);
  }
}
await backend.index.close();
console.log(JSON.stringify(result));
