// openBackend: opens store and index as the settings say, with what concerns every job around them. The Cache and
// maintenance both stand on it.

import { dirname, resolve } from "node:path";
import { type AwsSession, createAwsSession } from "./aws/aws-session.ts";
import type { FetchIdentityToken } from "./aws/role-credentials.ts";
import type { CacheSettings } from "./cache.ts";
import { type IndexTarget, openKeyIndex, parseIndexDsn } from "./indexes/open-key-index.ts";
import { withBreaker as withIndexBreaker } from "./indexes/with-breaker.ts";
import type { Backend } from "./lib/backend.ts";
import { createBreaker } from "./lib/breaker.ts";
import { type Clock, createClock } from "./lib/clock.ts";
import { DEFAULT_COMPRESSION } from "./lib/codec.ts";
import { type Keyring, readKeyring } from "./lib/keyring.ts";
import { openOutageFile } from "./lib/outage-record.ts";
import type { SizeLimit } from "./maintain/keep-within.ts";
import { SettingsError } from "./model/errors.ts";
import { REF_TTL_MS } from "./model/limits.ts";
import { STORE_IDENTITY_NAME } from "./model/names.ts";
import { createDirectorySessions } from "./objects/directory-sessions.ts";
import { type OpenedObjectStore, openObjectStore } from "./objects/open-object-store.ts";
import { withBreaker as withStoreBreaker } from "./objects/with-breaker.ts";
import { withRacing } from "./objects/with-racing.ts";
import { withRetry } from "./objects/with-retry.ts";
import type { MaintainableIndex } from "./ports/key-index.ts";
import type { SwappableStore } from "./ports/object-store.ts";
import type { StoreSessions } from "./ports/store-sessions.ts";

export interface OpenOptions {
  /** Where credentials and regions come from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `{repository}` in the store's prefix stands for. */
  readonly repository?: string | undefined;
  /** Entry of the worker threads in a bundle. */
  readonly workerUrl?: URL | undefined;
  readonly clock?: Clock;
  /** Asks the CI system for a token of this job, to take the role of the settings with. */
  readonly fetchIdentityToken?: FetchIdentityToken | undefined;
}

/** How messages name the settings. */
export const STORE_SETTING = "store (CAIRN_STORE)";
export const INDEX_SETTING = "index (CAIRN_INDEX)";

/** What both the Cache and maintenance stand on. */
export interface OpenedBackend extends Backend {
  readonly store: SwappableStore;
  readonly index: MaintainableIndex;
  /** Variables as the settings have them. */
  readonly env: OpenOptions["env"];
  /** What clients of other services go by, too. */
  readonly aws: AwsSession;
  /** Undefined: nothing is signed, and no signature asked for. */
  readonly keyring: Keyring | undefined;
  /** Where the index is a file in the store's own folder, so that one machine uses both. */
  readonly sessions: StoreSessions | undefined;
  /** What the store keeps itself below. */
  readonly limit: SizeLimit | undefined;
  /** What a save should tell about its store, one line each. */
  readonly notices: readonly string[];
}

/** How the settings reach AWS, and the environment as they change it. @throws SettingsError */
export function openAws(
  { role, region }: Pick<CacheSettings, "role" | "region">,
  { env: given, fetchIdentityToken }: OpenOptions,
): { env: OpenOptions["env"]; aws: AwsSession } {
  if (role && !fetchIdentityToken) {
    throw new SettingsError(
      "role-to-assume",
      `there is no identity token here to take the role ${role.arn} with`,
      {
        hint: "only the actions get one; elsewhere set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or a profile",
      },
    );
  }
  const env = region === undefined ? given : { ...given, AWS_REGION: region };
  return { env, aws: createAwsSession({ env, role, fetchIdentityToken }) };
}

export function openBackend(settings: CacheSettings, options: OpenOptions): OpenedBackend {
  const { repository, workerUrl } = options;
  const { env, aws } = openAws(settings, options);
  const clock = options.clock ?? createClock();
  const keyring = readKeyring(env);
  const opened = openObjectStore(settings.store, {
    env,
    clock,
    setting: STORE_SETTING,
    repository,
    aws,
  });
  const { folder } = opened;
  const retrying = withRetry(folder === undefined ? withRacing(opened.store) : opened.store);
  const store = guardStore(retrying, opened, settings.outagesFolder);
  const indexOptions = { env, setting: INDEX_SETTING };
  const { compression, ttlMs, maxSizeBytes, evict = "lru" } = opened.settings;
  const indexTarget = parseIndexDsn(settings.index, indexOptions);
  const isEmbedded =
    folder !== undefined && indexTarget.kind === "sqlite" && dirname(indexTarget.file) === resolve(folder);
  return {
    store,
    index: guardIndex(
      openKeyIndex(settings.index, { ...indexOptions, store, clock, aws }),
      indexTarget,
      settings.outagesFolder,
    ),
    env,
    aws,
    keyring,
    clock,
    compression: compression ?? DEFAULT_COMPRESSION,
    refTtlMs: ttlMs ?? REF_TTL_MS,
    stampsFolder: settings.stampsFolder,
    workerUrl,
    sessions: isEmbedded ? createDirectorySessions({ root: folder }) : undefined,
    limit: isEmbedded && maxSizeBytes !== undefined ? { maxSizeBytes, evict } : undefined,
    notices:
      isEmbedded || maxSizeBytes === undefined
        ? []
        : [
            "max-size is not kept by itself where the index is not a file in the store's folder: run cairn prune",
          ],
  };
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
