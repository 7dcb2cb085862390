// A backend in memory, and jobs that save and restore with it: each has a workspace, a home and a temporary folder.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RestoreRequest, SaveRequest } from "../../src/cache.ts";
import { createMemoryIndex } from "../../src/indexes/memory-index.ts";
import type { Backend } from "../../src/lib/backend.ts";
import { createClock } from "../../src/lib/clock.ts";
import { DEFAULT_COMPRESSION } from "../../src/lib/codec.ts";
import type { Access } from "../../src/model/access.ts";
import { REF_TTL_MS } from "../../src/model/limits.ts";
import type { Domain, Ref, Scope } from "../../src/model/ref.ts";
import type { Folders } from "../../src/model/root.ts";
import { createMemoryStore } from "../../src/objects/memory-store.ts";
import type { MaintainableIndex } from "../../src/ports/key-index.ts";
import type { SwappableStore } from "../../src/ports/object-store.ts";
import { restore } from "../../src/restore/restore.ts";
import { save } from "../../src/save/save.ts";
import { temporaryFolder } from "./temporary.ts";

export interface TestBackend extends Backend {
  readonly store: SwappableStore;
  readonly index: MaintainableIndex;
}

/** An empty store and an empty index on one clock. */
export function testBackend(given: Partial<Backend> & { readonly now?: () => number } = {}): TestBackend {
  const { now = Date.now, ...others } = given;
  const clock = createClock(now);
  return {
    store: createMemoryStore("test", now),
    index: createMemoryIndex({ clock }),
    clock,
    compression: DEFAULT_COMPRESSION,
    refTtlMs: REF_TTL_MS,
    stampsFolder: undefined,
    workerUrl: undefined,
    ...others,
  } as TestBackend;
}

/** The row of a key, live or not. */
export async function refOf({ index }: TestBackend, key = "key"): Promise<Ref> {
  for await (const ref of index.list({})) if (ref.key === key) return ref;
  throw new Error(`no Ref has the key ${key}`);
}

export const MAIN: Scope = { repository: "octo/app", ref: "refs/heads/main" };
export const PULL: Scope = { repository: "octo/app", ref: "refs/pull/7/merge" };

export function accessOf(scope: Scope = MAIN, domain: Domain = "trusted", reads = [scope]): Access {
  return { reads, writes: scope, domain, note: undefined };
}

export interface TestJob {
  readonly folders: Folders;
  /** Absolute path below the workspace. */
  path(relative: string): string;
  saveRequest(given?: Partial<SaveRequest>): SaveRequest;
  restoreRequest(given?: Partial<RestoreRequest>): RestoreRequest;
  save(backend: Backend, given?: Partial<SaveRequest>): ReturnType<typeof save>;
  restore(backend: Backend, given?: Partial<RestoreRequest>): ReturnType<typeof restore>;
}

/** A job with empty folders. Its requests name the path `tree` and the key `key` unless told otherwise. */
export function createJob(given: Partial<Folders> = {}): TestJob {
  const base = temporaryFolder();
  const folders = {
    workspace: join(base, "workspace"),
    home: join(base, "home"),
    temp: join(base, "temp"),
    ...given,
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const common = { paths: ["tree"], key: "key", access: accessOf(), folders };
  const job: TestJob = {
    folders,
    path: (relative) => join(folders.workspace, relative),
    saveRequest: (request) => ({ ...common, ...request }),
    restoreRequest: (request) => ({ ...common, restoreKeys: [], ...request }),
    save: (backend, request) => save(backend, job.saveRequest(request)),
    restore: (backend, request) => restore(backend, job.restoreRequest(request)),
  };
  return job;
}
