// What a failure does to the step: the one place that decides. A cache never breaks a build and never lies. Inputs of
// the contract behave as the contract says; Cairn's own settings fail a main step; a store that is away is a warning
// and a miss, once a job (later steps only say it in their log); damage is an error annotation and a miss; our own bugs surface.

import {
  CacheError,
  NothingToSaveError,
  type RefusedRef,
  type SaveResult,
  StoreAwayError,
} from "@cairn/core";

/** `info` is upstream's quiet warning: a log line that begins with `[warning]`, without an annotation. */
export type Level = "fail" | "error" | "warning" | "info" | "debug";

/** What a step does; `post` is the save at the end of the combined action. */
export type StepKind = "restore" | "save" | "post" | "key" | "setup";

export interface Reaction {
  readonly level: Level;
  readonly message: string;
}

const NOTHING_TO_SAVE =
  "Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.";

/** Damage and attacks: someone has to look at the store. */
const DAMAGE: ReadonlySet<string> = new Set(["CORRUPT", "UNSAFE_PATH", "OBJECT_MISSING", "UNTRUSTED_REF"]);

/** Whatever is not `fail` is a miss: the step goes on, unless fail-on-cache-miss is set. */
export function reactToRestore(error: unknown): Reaction {
  if (isCode(error, "INPUT", "SETTINGS")) return { level: "fail", message: explain(error) };
  if (isCode(error, "CANCELLED")) return { level: "info", message: explain(error) };
  const message = `Failed to restore: ${explain(error)}`;
  if (error instanceof StoreAwayError) return { level: "info", message };
  if (error instanceof CacheError) return { level: DAMAGE.has(error.code) ? "error" : "warning", message };
  return { level: isSystemError(error) ? "warning" : "fail", message };
}

/** Annotations that one step makes of Refs that it refused: more say nothing new. */
const REFUSED_TOLD = 3;

/** What was refused counts as not there, so the step goes on as after a miss, or with what else was found. */
export function reactToRefused(refused: readonly RefusedRef[] = []): Reaction[] {
  const reactions = refused
    .slice(0, REFUSED_TOLD)
    .map(
      ({ message, hint }): Reaction => ({ level: "error", message: `Refused a cache: ${message}; ${hint}` }),
    );
  const rest = refused.length - reactions.length;
  return rest > 0
    ? [...reactions, { level: "error", message: `Refused ${rest} more caches for their signatures` }]
    : reactions;
}

/** @param step `save`: a step of its own; `post`: the end of the combined action, whose settings main has checked. */
export function reactToSave(error: unknown, step: "save" | "post"): Reaction {
  if (error instanceof NothingToSaveError) return { level: "info", message: NOTHING_TO_SAVE };
  if (isCode(error, "INPUT", "CANCELLED")) return { level: "info", message: explain(error) };
  if (isCode(error, "SETTINGS"))
    return { level: step === "save" ? "fail" : "warning", message: explain(error) };
  const message = `Failed to save: ${explain(error)}`;
  if (error instanceof StoreAwayError) return { level: "info", message };
  if (error instanceof CacheError) return { level: DAMAGE.has(error.code) ? "error" : "warning", message };
  return { level: isSystemError(error) ? "warning" : "fail", message };
}

/** What upstream's library throws; of what it does not throw it has told itself. */
export function reactToGitHubCache(error: unknown, step: "restore" | "save"): Reaction {
  if (error instanceof CacheError)
    return step === "restore" ? reactToRestore(error) : reactToSave(error, "post");
  const message = Error.isError(error) ? error.message : String(error);
  return step === "restore"
    ? { level: "warning", message: `Failed to restore: ${message}` }
    : { level: "info", message };
}

/** Without its key, or without the program, no later step can do its work; a wrong key would restore the wrong files. */
export function reactToKey(error: unknown): Reaction {
  return { level: isCode(error, "CANCELLED") ? "info" : "fail", message: explain(error) };
}

/** An event that escaped every promise: a late socket error must not undo a step's work. */
export function reactToUncaught(error: unknown, step: StepKind): Reaction {
  if (step === "key" || step === "setup") return reactToKey(error);
  return step === "restore" ? reactToRestore(error) : { level: "info", message: explain(error) };
}

/** The log line, always without an annotation, of a save that was not needed or was another's to make. */
export function describeUnsaved(
  key: string,
  result: Exclude<SaveResult, { status: "saved" }>,
  overwrite: boolean,
): string {
  if (result.status === "exists" && overwrite) {
    return `Cache with key ${key} already holds this content, not saving cache.`;
  }
  const why =
    result.status === "busy"
      ? `${result.owner} is saving it now`
      : `it exists since ${new Date(result.ref.createdAtMs).toISOString()}, and only overwrite: true replaces a cache`;
  // Upstream's sentence, which scripts look for; its guess is put right by what follows.
  return `Failed to save: Unable to reserve cache with key ${key}, another job may be creating this cache. More details: ${why}`;
}

/** What happened and what to do next. Our own bugs come with their stack. */
function explain(error: unknown): string {
  if (error instanceof CacheError) return error.hint ? `${error.message}; ${error.hint}` : error.message;
  if (!Error.isError(error)) return String(error);
  return isSystemError(error) ? error.message : (error.stack ?? error.message);
}

function isCode(error: unknown, ...codes: string[]): error is CacheError {
  return error instanceof CacheError && codes.includes(error.code);
}

/** ENOSPC and its kin: the machine's fault, not a bug. */
function isSystemError(error: unknown): boolean {
  return Error.isError(error) && typeof (error as NodeJS.ErrnoException).syscall === "string";
}
