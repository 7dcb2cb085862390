// openCache: the only place that sees the pipelines and the drivers. It opens store and index as the settings say, puts
// the decorators around both, and gives every call its deadline.

import type {
  Cache,
  CacheSettings,
  LookupResult,
  RestoreRequest,
  RestoreResult,
  SaveResult,
} from "./cache.ts";
import { type IndexTarget, openKeyIndex, parseIndexDsn } from "./indexes/open-key-index.ts";
import { withBreaker as withIndexBreaker } from "./indexes/with-breaker.ts";
import { withSignatures } from "./indexes/with-signatures.ts";
import type { Backend } from "./lib/backend.ts";
import { createBreaker } from "./lib/breaker.ts";
import { type Clock, createClock } from "./lib/clock.ts";
import { DEFAULT_COMPRESSION } from "./lib/codec.ts";
import { type Keyring, readKeyring } from "./lib/keyring.ts";
import { openOutageFile } from "./lib/outage-record.ts";
import type { Access } from "./model/access.ts";
import { AccessDeniedError, DeadlineError } from "./model/errors.ts";
import { REF_TTL_MS } from "./model/limits.ts";
import { STORE_IDENTITY_NAME } from "./model/names.ts";
import type { Ref } from "./model/ref.ts";
import type { RefusedRef } from "./model/ref-signature.ts";
import { type OpenedObjectStore, openObjectStore } from "./objects/open-object-store.ts";
import { type NearSettings, parseNearDsn } from "./objects/parse-near-dsn.ts";
import { withBreaker as withStoreBreaker } from "./objects/with-breaker.ts";
import { withCounting } from "./objects/with-counting.ts";
import { withNearCache } from "./objects/with-near-cache.ts";
import { withRetry } from "./objects/with-retry.ts";
import type { MaintainableIndex } from "./ports/key-index.ts";
import type { SwappableStore } from "./ports/object-store.ts";
import { lookup } from "./restore/lookup.ts";
import { restore } from "./restore/restore.ts";
import { save } from "./save/save.ts";

export interface OpenOptions {
  /** Where credentials and regions come from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `{repository}` in the store's prefix stands for. */
  readonly repository?: string | undefined;
  /** Entry of the worker threads in a bundle. */
  readonly workerUrl?: URL | undefined;
  readonly clock?: Clock;
}

/** How messages name the settings. */
export const STORE_SETTING = "store (CAIRN_STORE)";
export const INDEX_SETTING = "index (CAIRN_INDEX)";
const NEAR_SETTING = "near (CAIRN_NEAR)";

/** Deadline of one restore or save where neither the settings nor the request have one. */
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const LOOKUP_TIMEOUT_MS = 60_000;

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
    const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
    try {
      signal.throwIfAborted();
      return await run(signal);
    } finally {
      clearTimeout(timer);
    }
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
      const run = (signal: AbortSignal) => restoreThroughNear(signed.backend, near, { ...request, signal });
      return signed.tell(await withDeadline("restore", request, run));
    },
    save: async (request) => {
      if (!settings.mode.save) throw modeError("save");
      const signed = withSignedIndex(backend, request.access);
      const run = (signal: AbortSignal) => save(signed.backend, { ...request, signal });
      const saved = signed.tellSaved(await withDeadline("save", request, run));
      return saved.status === "saved" ? { ...saved, notices: [...saved.notices, ...backend.notices] } : saved;
    },
    close: () => backend.index.close(),
  };
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

interface SignedBackend {
  readonly backend: OpenedBackend;
  /** Adds what was refused to what a look-up or a restore found. */
  tell<T extends LookupResult | RestoreResult>(result: T): T;
  tellSaved(result: SaveResult): SaveResult;
}

/** The backend as a job with this access sees it; where there are no keys, as it is. */
function withSignedIndex(backend: OpenedBackend, access: Access): SignedBackend {
  const { keyring, index } = backend;
  if (!keyring) return { backend, tell: (result) => result, tellSaved: (result) => result };
  const refused: RefusedRef[] = [];
  const signed = withSignatures(index, { keyring, access, onRefused: (one) => refused.push(one) });
  return {
    backend: { ...backend, index: signed },
    tell: (result) => {
      if (refused.length === 0) return result;
      if (result.status !== "miss") return { ...result, refused };
      const [searched, ...rest] = result.explanation;
      const lines = refused.slice(0, REFUSED_TOLD).map(({ message }) => `${message}: it was not used`);
      return { ...result, refused, explanation: [...(searched ? [searched] : []), ...lines, ...rest] };
    },
    tellSaved: (result) => {
      if (result.status !== "saved") return result;
      const wasRefused = refused.some(({ ref }) => isSameId(ref, result.ref));
      return {
        ...result,
        ref: signed.sign(result.ref),
        replaced: result.replaced || wasRefused,
        notices: [
          ...result.notices,
          ...refused
            .slice(0, REFUSED_TOLD)
            .map(
              ({ ref, message }) =>
                `${message}: it was ${isSameId(ref, result.ref) ? "replaced" : "not used"}`,
            ),
        ],
      };
    },
  };
}

/** Of many, the rest says nothing new. */
const REFUSED_TOLD = 3;

function isSameId(a: Ref, b: Ref): boolean {
  return (
    a.scope.repository === b.scope.repository &&
    a.scope.ref === b.scope.ref &&
    a.version === b.version &&
    a.key === b.key
  );
}

function modeError(what: string): AccessDeniedError {
  return new AccessDeniedError(`the mode of this job does not allow a ${what}`, {
    hint: "see `mode` (CAIRN_MODE)",
  });
}

/** A store behind a network is given up when it is away. It is known by its address, which the description leaves out. */
function guardStore(
  store: SwappableStore,
  { store: bare, target }: OpenedObjectStore,
  outagesFolder: string | undefined,
): SwappableStore {
  if (outagesFolder === undefined || target.kind !== "s3") return store;
  const { bucket, region, endpoint } = target;
  return withStoreBreaker(
    store,
    createBreaker({
      description: store.description,
      ask: (signal) => bare.head(STORE_IDENTITY_NAME, { signal }),
      outages: openOutageFile(outagesFolder, JSON.stringify(["s3", bucket, region, endpoint])),
    }),
  );
}

/** The index in the bucket asks the store, which has its own. */
function guardIndex(
  index: MaintainableIndex,
  target: IndexTarget,
  outagesFolder: string | undefined,
): MaintainableIndex {
  if (outagesFolder === undefined || target.kind !== "dynamodb") return index;
  const { table, region, endpoint } = target.place;
  return withIndexBreaker(
    index,
    createBreaker({
      description: index.description,
      ask: (signal) => index.identity({ signal }),
      outages: openOutageFile(outagesFolder, JSON.stringify(["dynamodb", table, region, endpoint])),
    }),
  );
}

/** What both the Cache and maintenance stand on. */
export interface OpenedBackend extends Backend {
  readonly store: SwappableStore;
  readonly index: MaintainableIndex;
  /** Undefined: nothing is signed, and no signature asked for. */
  readonly keyring: Keyring | undefined;
  /** What a save should tell about its store, one line each. */
  readonly notices: readonly string[];
}

export function openBackend(settings: CacheSettings, options: OpenOptions): OpenedBackend {
  const { env, repository, workerUrl } = options;
  const clock = options.clock ?? createClock();
  const keyring = readKeyring(env);
  const opened = openObjectStore(settings.store, {
    env,
    clock,
    setting: STORE_SETTING,
    repository,
  });
  const indexOptions = { env, setting: INDEX_SETTING };
  const store = guardStore(withRetry(opened.store), opened, settings.outagesFolder);
  return {
    store,
    index: guardIndex(
      openKeyIndex(settings.index, { ...indexOptions, store, clock }),
      parseIndexDsn(settings.index, indexOptions),
      settings.outagesFolder,
    ),
    keyring,
    clock,
    compression: opened.settings.compression ?? DEFAULT_COMPRESSION,
    refTtlMs: opened.settings.ttlMs ?? REF_TTL_MS,
    stampsFolder: settings.stampsFolder,
    workerUrl,
    notices:
      opened.settings.maxSizeBytes === undefined
        ? []
        : ["max-size of the store has no effect yet: nothing is evicted, so watch the folder's size"],
  };
}
