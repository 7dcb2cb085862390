// A script that tests start several times at once: saves and restores trees in turn, each of its own content by key, and
// prints how often a restore hit, missed, or was wrong. Arguments: the store's DSN, a number for this job, how many rounds.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openCache } from "../../src/open-cache.ts";
import { noise } from "./arbitraries.ts";
import { accessOf } from "./job.ts";
import { removeFolder, temporaryFolder } from "./temporary.ts";
import { differences, file, makeTree, snapshotTree } from "./tree.ts";

const [store, number, rounds] = process.argv.slice(2) as [string, string, string];
const folder = fileURLToPath(store.split("?")[0]!);
const settings = {
  store,
  index: `sqlite://${folder}/index.sqlite`,
  near: undefined,
  mode: { restore: true, save: true },
  timeoutMs: undefined,
  stampsFolder: undefined,
  notices: [],
};
const KEYS = 6;
const result = { hits: 0, misses: 0, wrong: [] as string[] };

function treeOf(key: number) {
  return { "tree/a": file(noise(key, 700_000)), "tree/b": file(noise(key + 50, 500_000)) };
}

for (let round = 0; round < Number(rounds); round++) {
  const base = temporaryFolder();
  const folders = { workspace: join(base, "workspace"), home: join(base, "home"), temp: join(base, "temp") };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  const key = (Number(number) * 3 + round * 5) % KEYS;
  const request = { paths: ["tree"], key: `key-${key}`, access: accessOf(), folders };
  const cache = await openCache(settings, { env: {} });
  try {
    const restored = await cache.restore({ ...request, restoreKeys: [] });
    const wanted = join(base, "wanted");
    makeTree(wanted, treeOf(key));
    if (restored.status === "hit") {
      result.hits++;
      const [found, expected] = [folders.workspace, wanted].map((path) => snapshotTree(join(path, "tree")));
      result.wrong.push(...differences(found!, expected!));
    } else {
      result.misses++;
      makeTree(folders.workspace, treeOf(key));
      await cache.save(request);
    }
  } catch (error) {
    result.wrong.push(`${key}: ${String(error)}`);
  } finally {
    await cache.close();
  }
  removeFolder(base);
}
console.log(JSON.stringify(result));
