// openBackend: opens store and index as the settings say, with what concerns every job around them. The Cache and
// maintenance both stand on it.

import { dirname, resolve } from "node:path";
import { type AwsSession, createAwsSession } from "./aws/aws-session.ts";
import type { FetchIdentityToken } from "./aws/role-credentials.ts";
import type { CacheSettings } from "./cache.ts";
import { openKeyIndex, sqliteFileOf } from "./indexes/open-key-index.ts";
import type { Backend } from "./lib/backend.ts";
import { type Clock, createClock } from "./lib/clock.ts";
import { DEFAULT_COMPRESSION } from "./lib/codec.ts";
import { type Keyring, readKeyring } from "./lib/keyring.ts";
import type { SizeLimit } from "./maintain/keep-within.ts";
import { SettingsError } from "./model/errors.ts";
import { REF_TTL_MS } from "./model/limits.ts";
import { createDirectorySessions } from "./objects/directory-sessions.ts";
import { openObjectStore } from "./objects/open-object-store.ts";
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
  const store = withRetry(folder === undefined ? withRacing(opened.store) : opened.store);
  const { compression, ttlMs, maxSizeBytes, evict = "lru" } = opened.settings;
  const file = sqliteFileOf(settings.index, { env, setting: INDEX_SETTING });
  const isEmbedded = folder !== undefined && file !== undefined && dirname(file) === resolve(folder);
  return {
    store,
    index: openKeyIndex(settings.index, { store, env, clock, aws, setting: INDEX_SETTING }),
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
