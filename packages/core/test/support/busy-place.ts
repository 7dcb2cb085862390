// A script that tests start several times at once on one store and one index, in a world where two hours pass in each
// second: it does one kind of work until a prune has deleted something and its time is over, and prints what it saw.
// Arguments: both DSNs, the work, a number for this job, when the world began, a file that says that something was deleted,
// and for how many seconds.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

const [store, index, work, number, beganAt, flag, lastsSeconds] = process.argv.slice(2) as string[];
const leastMs = Number(lastsSeconds) * 1000;
/** For a prune to get round to deleting something. */
const LONGER_MS = 90_000;
const FASTER = 2 * 3_600;
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
  prunes: 0,
  deleted: 0,
  wrong: [] as string[],
};

/** What a key holds, by a seed that is in the tree: some chunks in common with others, some that no other save has. */
function treeOf(seed: string): TreeSpec {
  const [key, once] = seed.split("/").map(Number) as [number, number];
  const part = (n: number) => file(noise(n % KEYS, 600_000));
  return {
    "tree/seed": file(seed),
    "tree/a": part(key),
    "tree/b": part(key + 1),
    "tree/c": file(noise(once, 50_000)),
  };
}

async function job(round: number): Promise<void> {
  // Where one machine has it all, a prune waits for those who are at work instead of for a day.
  const session = await backend.sessions?.begin();
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
      const seed = readFileSync(join(folders.workspace, "tree/seed"), "utf8");
      if (`key-${seed.split("/")[0]}` !== restored.ref.key)
        result.wrong.push(`${restored.ref.key} holds ${seed}`);
      makeTree(wanted, treeOf(seed));
      const [there, expected] = [folders.workspace, wanted].map((path) => snapshotTree(join(path, "tree")));
      result.wrong.push(...differences(there!, expected!));
      removeFolder(join(folders.workspace, "tree"));
      if (restored.exact) return;
    } else result.misses++;
    makeTree(folders.workspace, treeOf(`${key}/${100 + round * 10 + Number(number)}`));
    await saveWithin(request);
  } finally {
    await session?.end();
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
    result.prunes++;
    result.deleted += report.deleted.objects;
    if (report.deleted.objects > 0) writeFileSync(flag!, "");
    result.wrong.push(...report.broken.map(({ key }) => `${key} is broken`));
  },
};

function isOver(): boolean {
  const ageMs = Date.now() - beganMs;
  return ageMs > leastMs + LONGER_MS || (ageMs > leastMs && existsSync(flag!));
}

for (let round = 0; !isOver(); round++) {
  try {
    await WORK[work!]!(round);
  } catch (error) {
    result.wrong.push(`${work}: ${error instanceof CacheError ? `${error.code} ${error.message}` : error}`);
  }
}
await backend.index.close();
console.log(JSON.stringify(result));
