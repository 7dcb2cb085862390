// A backend that outlives its process: a directory store, and SQLite beside it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RestoreRequest, SaveRequest } from "../../src/cache.ts";
import { createSqliteIndex } from "../../src/indexes/sqlite-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import { createDirectoryStore } from "../../src/objects/directory-store.ts";
import { accessOf, type TestBackend, testBackend } from "./job.ts";

export function diskBackend(folder: string): TestBackend {
  const clock = createClock();
  return testBackend({
    clock,
    store: createDirectoryStore({ root: join(folder, "objects") }),
    index: createSqliteIndex({ file: join(folder, "index.db"), clock }),
  });
}

/** Requests for `tree` in the workspace of a job whose folders lie in `base`. */
export function requestsIn(base: string, key: string): { save: SaveRequest; restore: RestoreRequest } {
  const folders = { workspace: join(base, "workspace"), home: join(base, "home"), temp: join(base, "temp") };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const common = { paths: ["tree"], key, access: accessOf(), folders };
  return { save: common, restore: { ...common, restoreKeys: [] } };
}
