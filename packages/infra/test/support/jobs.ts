// Jobs that save and restore through openCache(), as an action or the command line does.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Access,
  type Cache,
  openCache,
  type RestoreResult,
  type SaveResult,
  type Scope,
} from "@cairn/core";
import { settingsOf } from "./infra.ts";

export const REPOSITORY = "acme/api";
export const MAIN: Scope = { repository: REPOSITORY, ref: "refs/heads/main" };
export const PULL: Scope = { repository: REPOSITORY, ref: "refs/pull/7/merge" };

export const ACCESS: Readonly<Record<"main" | "pull", Access>> = {
  main: { reads: [MAIN], writes: MAIN, domain: "trusted", note: undefined },
  pull: { reads: [PULL, MAIN], writes: PULL, domain: "pr", note: undefined },
};

export interface Place {
  readonly store: string;
  readonly index: string;
}

export interface Job {
  readonly workspace: string;
  save(place: Place, key: string, given?: { access?: Access; overwrite?: boolean }): Promise<SaveResult>;
  restore(place: Place, key: string, access?: Access): Promise<RestoreResult>;
}

/** A job with a workspace and a home of its own. @param access the rights that its event gives it. */
export function createJob(access: Access): Job {
  const root = mkdtempSync(join(tmpdir(), "cairn-job-"));
  const workspace = join(root, "workspace");
  const home = join(root, "home");
  mkdirSync(workspace);
  mkdirSync(home);
  const common = { paths: ["tree"], folders: { workspace, home, temp: root } };
  const using = async <T>(place: Place, use: (cache: Cache) => Promise<T>): Promise<T> => {
    const cache = await openCache(settingsOf(place), { env: process.env });
    try {
      return await use(cache);
    } finally {
      await cache.close();
    }
  };
  return {
    workspace,
    save: (place, key, given = {}) =>
      using(place, (cache) =>
        cache.save({ ...common, key, access: given.access ?? access, overwrite: given.overwrite ?? false }),
      ),
    restore: (place, key, mine = access) =>
      using(place, (cache) => cache.restore({ ...common, key, restoreKeys: [], access: mine })),
  };
}

/** Files of which none shrinks much; `seed` decides every byte. */
export function writeTree(job: Job, seed: string, files = 40, bytes = 100_000): void {
  mkdirSync(join(job.workspace, "tree"), { recursive: true });
  for (let file = 0; file < files; file++) {
    writeFileSync(join(job.workspace, "tree", `file-${file}`), noise(`${seed}/${file}`, bytes));
  }
}

/** The same for the same seed: a small generator (xorshift), since a hash for each block would be slow. */
function noise(seed: string, bytes: number): Buffer {
  let state = 2_166_136_261;
  for (const character of seed) state = Math.imul(state ^ character.charCodeAt(0), 16_777_619) >>> 0;
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    buffer.writeInt32LE(state | 0, at);
  }
  return buffer;
}
