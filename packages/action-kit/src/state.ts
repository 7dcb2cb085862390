// What the main step of the combined action hands to its post step. The runner evaluates `with:` anew before a post
// step, and contexts of nested composites are gone by then, so the post step saves what the main step has read.

import type { Access, CacheSettings, Folders, Version } from "@cairn/core";
import type { CacheInputs } from "./inputs.ts";
import type { Runner } from "./runner.ts";

/** Everything a save needs. */
export interface SaveJob
  extends Pick<
    CacheInputs,
    "key" | "paths" | "crossOs" | "overwrite" | "toolchain" | "lockfile" | "buildSeconds" | "summary"
  > {
  readonly access: Access;
  readonly settings: CacheSettings;
  /** Of the step that read the inputs. A key itself is never put into state, which is a plain file. */
  readonly signerId?: string | undefined;
  readonly folders: Folders;
}

export interface PostState {
  readonly job: SaveJob;
  readonly saveOn: CacheInputs["saveOn"];
  /** Key of what was restored. */
  readonly restoredKey: string | undefined;
  /** When the main step was done: what the job did from then on is what a save is made by. */
  readonly restoredAtMs: number | undefined;
}

const PRIMARY_KEY = "CACHE_KEY";
const MATCHED_KEY = "CACHE_RESULT";
const VERSION = "CACHE_VERSION";
const JOB = "CAIRN_JOB";
const RESTORED_AT = "CAIRN_RESTORED_AT";

export function savePrimaryKey(runner: Runner, key: string): void {
  runner.saveState(PRIMARY_KEY, key);
}

export function saveMatch(runner: Runner, matchedKey: string | undefined, version?: Version): void {
  if (matchedKey !== undefined) runner.saveState(MATCHED_KEY, matchedKey);
  if (version !== undefined) runner.saveState(VERSION, version);
}

export function saveJob(runner: Runner, job: SaveJob, saveOn: CacheInputs["saveOn"]): void {
  runner.saveState(JOB, JSON.stringify({ job, saveOn }));
}

export function saveRestoredAt(runner: Runner, nowMs: number): void {
  runner.saveState(RESTORED_AT, String(nowMs));
}

/** @returns undefined when the main step ended before it had read its inputs. */
export function loadPostState(runner: Runner): PostState | undefined {
  const text = runner.getState(JOB);
  if (!text) return undefined;
  const { job, saveOn } = JSON.parse(text) as Pick<PostState, "job" | "saveOn">;
  return {
    job,
    saveOn,
    restoredKey: runner.getState(MATCHED_KEY) || undefined,
    restoredAtMs: Number(runner.getState(RESTORED_AT)) || undefined,
  };
}
