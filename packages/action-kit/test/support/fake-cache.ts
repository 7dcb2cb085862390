// A Cache whose answers a test decides, and the step around it: what a flow needs to run without a store.

import type {
  Environment,
  LookupResult,
  RestoreRequest,
  RestoreResult,
  SaveRequest,
  SaveResult,
} from "@cairn/core";
import { type Cache, type CacheSettings, parseDigest, type Ref, resolveSettings } from "@cairn/core";
import type { Deps } from "../../src/deps.ts";
import { runStep, type StepName } from "../../src/run-action.ts";
import type { RunContext } from "../../src/run-context.ts";
import { readActionYml } from "./action-yml.ts";
import { createRecordingRunner, type RecordingRunner } from "./recording-runner.ts";

export const HASH = parseDigest("ab".repeat(32));
export const VERSION = "v".repeat(64);

export function refOf(key: string): Ref {
  return {
    scope: { repository: "acme/api", ref: "refs/heads/main" },
    version: VERSION,
    key,
    domain: "trusted",
    contentHash: HASH,
    createdAtMs: Date.UTC(2026, 0, 5, 10),
    lastAccessedAtMs: Date.UTC(2026, 0, 5, 10),
    accessCount: 0,
    expiresAtMs: Date.UTC(2027, 0, 5),
    notAfterMs: Date.UTC(2027, 0, 5),
    treeBytes: 2_000_000,
    storedBytes: 500_000,
    entryCount: 3,
  };
}

export function hit(key: string, exact = true): Extract<RestoreResult, { status: "hit" }> {
  return {
    status: "hit",
    ref: refOf(key),
    exact,
    version: VERSION,
    restoredBytes: 2_000_000,
    downloadedBytes: 500_000,
    keptBytes: 500_000,
    entryCount: 3,
    durationMs: 1234,
    notices: [],
  };
}

export const MISS: Extract<RestoreResult, { status: "miss" }> = {
  status: "miss",
  version: VERSION,
  explanation: ["searched refs/heads/main", "closest: the same key under other paths"],
};

export function saved(key: string): Extract<SaveResult, { status: "saved" }> {
  return {
    status: "saved",
    ref: refOf(key),
    replaced: false,
    uploadedBytes: 100_000,
    reusedBytes: 1_900_000,
    durationMs: 900,
    notices: [],
  };
}

type Answer<T> = T | Error | ((request: never) => Promise<T>);

export interface Answers {
  readonly lookup?: Answer<LookupResult>;
  readonly restore?: Answer<RestoreResult>;
  readonly save?: Answer<SaveResult>;
  readonly open?: Error;
}

export interface Step {
  readonly runner: RecordingRunner;
  readonly restores: RestoreRequest[];
  readonly lookups: RestoreRequest[];
  readonly saves: SaveRequest[];
  readonly settings: CacheSettings[];
  readonly closed: number;
  /** What the flow rejected with: the failure policy of the process turns it into a failed step. */
  readonly thrown: unknown;
}

export interface StepOptions extends Answers {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly state?: Record<string, string>;
  readonly event?: unknown;
  readonly cancel?: AbortSignal;
  readonly graceMs?: number;
  readonly jobStatus?: string;
  readonly gitHubCache?: Deps["gitHubCache"];
}

export const ENV: Readonly<Record<string, string>> = {
  GITHUB_ACTIONS: "true",
  GITHUB_EVENT_NAME: "push",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REPOSITORY: "acme/api",
  GITHUB_WORKSPACE: "/work space",
  RUNNER_TEMP: "/temp",
  CAIRN_STORE: "memory://test",
};

/** Runs a step with the defaults of its action.yml, as the runner fills them in. */
export async function step(name: StepName, options: StepOptions = {}): Promise<Step> {
  const yml = readActionYml(name === "cache-post" ? "cache" : name);
  const defaults = [...yml.inputs].map(([input, { default: text }]) => {
    return [input, text.includes("job.status") ? (options.jobStatus ?? "success") : text] as const;
  });
  const inputs = { ...Object.fromEntries(defaults), path: "node_modules", key: "deps-1", ...options.inputs };
  const runner = createRecordingRunner(inputs, { ...options.state });
  const calls = {
    restores: [] as RestoreRequest[],
    lookups: [] as RestoreRequest[],
    saves: [] as SaveRequest[],
  };
  const settings: CacheSettings[] = [];
  let closed = 0;
  let thrown: unknown;
  const env: Environment = { ...ENV, ...options.env };
  const deps: Deps = {
    gitHubCache: options.gitHubCache ?? (() => Promise.reject(new TypeError("no test cache of GitHub's"))),
    env,
    runner,
    readInput: runner.getInput,
    context: contextOf(env, options.event),
    resolveSettings,
    cancel: options.cancel ?? new AbortController().signal,
    graceMs: options.graceMs ?? 20,
    async openCache(given) {
      settings.push(given);
      if (options.open) throw options.open;
      return {
        storeDescription: "memory",
        indexDescription: "memory",
        lookup: (request) => answer(calls.lookups, request, options.lookup),
        restore: (request) => answer(calls.restores, request, options.restore),
        save: (request) => answer(calls.saves, request, options.save),
        async close() {
          closed++;
        },
      } satisfies Cache;
    },
  };
  await runStep(name, deps).catch((error) => {
    thrown = error;
  });
  return { runner, ...calls, settings, closed, thrown };
}

/** As the runner's variables say it. */
function contextOf(env: Environment, payload: unknown): RunContext {
  return {
    eventName: env["GITHUB_EVENT_NAME"],
    ref: env["GITHUB_REF"],
    job: env["GITHUB_JOB"],
    runId: Number(env["GITHUB_RUN_ID"]),
    runAttempt: Number(env["GITHUB_RUN_ATTEMPT"]),
    payload,
  };
}

async function answer<Request, T>(
  calls: Request[],
  request: Request,
  given: Answer<T> | undefined,
): Promise<T> {
  calls.push(request);
  if (given === undefined) throw new TypeError("the test gave no answer for this call");
  if (Error.isError(given)) throw given;
  return typeof given === "function" ? (given as (request: Request) => Promise<T>)(request) : (given as T);
}
