// openCache: puts the two pipelines on the opened backend, with the decorators of a restore and a save, and gives every
// call its deadline.

import type {
  Cache,
  CacheSettings,
  RestoreRequest,
  RestoreResult,
  SaveRequest,
  SaveResult,
} from "./cache.ts";
import { withCommitCheck } from "./indexes/with-commit-check.ts";
import { countUses } from "./lib/count-uses.ts";
import { recordEvictions, recordStep } from "./lib/record-step.ts";
import { eitherSignal } from "./lib/signals.ts";
import { countersOfRestore, countersOfSave, FAILED_RESTORE } from "./lib/step-counters.ts";
import { keepWithin } from "./maintain/keep-within.ts";
import type { PruneReport } from "./maintenance.ts";
import { openMetrics } from "./metrics/open-metrics.ts";
import type { Access } from "./model/access.ts";
import type { Counters } from "./model/counters.ts";
import { AccessDeniedError, DeadlineError } from "./model/errors.ts";
import { SAVE_MAX_AGE_MS } from "./model/limits.ts";
import { storeDimension } from "./model/metric-names.ts";
import type { Ref } from "./model/ref.ts";
import { type NearSettings, parseNearDsn } from "./objects/parse-near-dsn.ts";
import { parseStoreDsn } from "./objects/parse-store-dsn.ts";
import { withCondemned } from "./objects/with-condemned.ts";
import { withCounting } from "./objects/with-counting.ts";
import { withNearCache } from "./objects/with-near-cache.ts";
import { type OpenedBackend, type OpenOptions, openBackend, STORE_SETTING } from "./open-backend.ts";
import type { StoreSessions } from "./ports/store-sessions.ts";
import { lookup } from "./restore/lookup.ts";
import { restore } from "./restore/restore.ts";
import { save } from "./save/save.ts";
import { withSignedIndex } from "./signed-backend.ts";

const NEAR_SETTING = "near (CAIRN_NEAR)";
const METRICS_SETTING = "metrics (CAIRN_METRICS)";

/** Deadline of one restore or save where neither the settings nor the request have one. */
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const LOOKUP_TIMEOUT_MS = 60_000;
/** Of making room after a save; what is left the next save goes on with. */
const EVICT_TIMEOUT_MS = 60_000;

/** Makes no request: a store that is away is noticed by the first call. Reads the keys. @throws SettingsError */
export async function openCache(settings: CacheSettings, options: OpenOptions): Promise<Cache> {
  const backend = openBackend(settings, options);
  const near = settings.near === undefined ? undefined : parseNearDsn(settings.near, NEAR_SETTING);
  const withDeadline = async <T>(
    what: string,
    request: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined },
    run: (signal: AbortSignal) => Promise<T>,
    defaultMs: number = DEFAULT_TIMEOUT_MS,
  ): Promise<T> => {
    const timeoutMs = request.timeoutMs ?? settings.timeoutMs ?? defaultMs;
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(
        new DeadlineError(`the ${what} was not done after ${timeoutMs / 1000} s`, {
          hint: "give it more with `timeout` (CAIRN_TIMEOUT), or look for what is slow: the store, the disk, the network",
        }),
      );
    }, timeoutMs);
    const signal = eitherSignal(deadline.signal, request.signal);
    try {
      signal.throwIfAborted();
      return await run(signal);
    } finally {
      clearTimeout(timer);
    }
  };
  const metrics = openMetrics(settings.metrics, {
    env: backend.env,
    aws: backend.aws,
    setting: METRICS_SETTING,
    store: storeNameOf(settings.store, options),
  });
  /** Goes on while the caller reports what it got; close() waits for it. */
  const counting = new Set<Promise<void>>();
  const count = ({ access }: { access: Access }, used: Ref | undefined): void => {
    counting.add(countUses(backend, access, used));
  };
  const record = ({ access }: { access: Access }, counters: Counters): void => {
    if (metrics.counts) counting.add(recordStep(backend, metrics.sinks, access, counters));
  };
  return {
    storeDescription: backend.store.description,
    indexDescription: backend.index.description,
    lookup: async (request) => {
      const signed = withSignedIndex(backend, request.access);
      const run = (signal: AbortSignal) => lookup(signed.backend, { ...request, signal });
      return signed.tell(await withDeadline("lookup", request, run, LOOKUP_TIMEOUT_MS));
    },
    restore: async (request) => {
      if (!settings.mode.restore) throw modeError("restore");
      const signed = withSignedIndex(backend, request.access);
      const run = (signal: AbortSignal) =>
        inSession(backend.sessions, () => restoreThroughNear(signed.backend, near, { ...request, signal }));
      const restored = await withDeadline("restore", request, run).catch((error: unknown) => {
        if (!request.signal?.aborted) record(request, FAILED_RESTORE);
        throw error;
      });
      record(request, countersOfRestore(restored));
      if (restored.status === "hit") count(request, restored.ref);
      return signed.tell(restored);
    },
    save: async (request) => {
      if (!settings.mode.save) throw modeError("save");
      const signed = withSignedIndex(backend, request.access);
      const run = (signal: AbortSignal) => saveInSession(signed.backend, { ...request, signal });
      const saved = signed.tellSaved(await withDeadline("save", request, run));
      if (saved.status !== "saved") return saved;
      record(request, countersOfSave(saved));
      count(request, undefined);
      const signal = AbortSignal.timeout(EVICT_TIMEOUT_MS);
      const onPruned = async ({ removed }: PruneReport) => {
        if (metrics.counts) await recordEvictions(backend, removed, { signal });
      };
      const kept = backend.limit
        ? await keepWithin(backend, backend.limit, saved.ref, { signal, onPruned })
        : [];
      return { ...saved, notices: [...saved.notices, ...backend.notices, ...kept] };
    },
    async close() {
      await Promise.all(counting);
      await Promise.all([backend.index.close(), ...metrics.sinks.map((sink) => sink.close())]);
    },
  };
}

/** What another process evicts meanwhile waits for this restore to end. */
async function inSession<T>(sessions: StoreSessions | undefined, work: () => Promise<T>): Promise<T> {
  // A store that may only be read can still be restored from: then an eviction makes it a miss at worst.
  const session = await sessions?.begin().catch(() => undefined);
  try {
    return await work();
  } finally {
    await session?.end();
  }
}

/** Relies on nothing that is condemned, and commits nothing once a prune may no longer wait for it. */
async function saveInSession(backend: OpenedBackend, request: SaveRequest): Promise<SaveResult> {
  const { store, index } = backend;
  const session = await backend.sessions?.begin();
  const startedAtMs = Date.now();
  const check = async (): Promise<void> => {
    // By the wall clock too: the monotonic one, which save() looks at, stands still while the machine sleeps.
    const isOld = Date.now() - startedAtMs > SAVE_MAX_AGE_MS;
    if (!isOld && (session === undefined || (await session.isCurrent()))) return;
    throw new DeadlineError("this save was stopped for so long that what it relies on may be gone", {
      hint: "save again",
    });
  };
  try {
    return await save(
      { ...backend, store: withCondemned(store), index: withCommitCheck(index, check) },
      request,
    );
  } finally {
    await session?.end();
  }
}

/** Only what passes the near cache by is counted as downloaded. */
async function restoreThroughNear(
  backend: OpenedBackend,
  near: NearSettings | undefined,
  request: RestoreRequest,
): Promise<RestoreResult> {
  const { store: far, counts } = withCounting(backend.store);
  const notices: string[] = [];
  const store = near ? withNearCache(far, { ...near, onNotice: (line) => notices.push(line) }) : far;
  const result = await restore({ ...backend, store }, request);
  if (result.status === "miss") return result;
  return { ...result, downloadedBytes: counts.downloadedBytes, notices: [...result.notices, ...notices] };
}

/** How metrics call the store: as the dashboard of `cairn setup` does. */
function storeNameOf(store: string, { env, repository }: OpenOptions): string {
  const { target } = parseStoreDsn(store, { env, repository, setting: STORE_SETTING });
  if (target.kind === "s3") return storeDimension(target.bucket, target.prefix);
  return target.kind === "file" ? target.root : target.name;
}

function modeError(what: string): AccessDeniedError {
  return new AccessDeniedError(`the mode of this job does not allow a ${what}`, {
    hint: "see `mode` (CAIRN_MODE)",
  });
}
