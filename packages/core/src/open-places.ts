// openPlaces: what a store and an index stand on, for who sets it up or examines it (packages/infra): the bucket and the
// table behind the settings, with the drivers' own connections. Who only uses a cache wants openCache().

import type { CacheSettings } from "./cache.ts";
import { createDynamoSession, type DynamoPlace, type DynamoSession } from "./indexes/dynamo-client.ts";
import { parseIndexDsn } from "./indexes/open-key-index.ts";
import { type Clock, createClock } from "./lib/clock.ts";
import { LIFETIME_MS, REF_TTL_MS } from "./model/limits.ts";
import { parseStoreDsn, type StoreTarget } from "./objects/parse-store-dsn.ts";
import { createS3Session, type S3Session } from "./objects/s3-session.ts";
import { INDEX_SETTING, type OpenOptions, STORE_SETTING } from "./open-backend.ts";

export type S3Target = StoreTarget & { readonly kind: "s3" };

export type StorePlace =
  | { readonly kind: "s3"; readonly target: S3Target; readonly call: S3Session["call"] }
  | { readonly kind: "file"; readonly root: string }
  | { readonly kind: "memory"; readonly name: string };

export type IndexPlace =
  | { readonly kind: "dynamodb"; readonly place: DynamoPlace; readonly call: DynamoSession["call"] }
  | { readonly kind: "bucket" }
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "memory"; readonly name: string };

export interface Places {
  readonly store: StorePlace;
  readonly index: IndexPlace;
  /** How long a Ref of this store lives after its last use. */
  readonly refTtlMs: number;
  readonly lifetimeMs: typeof LIFETIME_MS;
  /** Has learnt the server's time from every answer so far. */
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Makes no request. @throws SettingsError */
export function openPlaces(settings: Pick<CacheSettings, "store" | "index">, options: OpenOptions): Places {
  const { env, repository, clock = createClock() } = options;
  const store = parseStoreDsn(settings.store, { env, repository, setting: STORE_SETTING });
  const index = parseIndexDsn(settings.index, { env, setting: INDEX_SETTING });
  const table = index.kind === "dynamodb" ? createDynamoSession(index.place, clock) : undefined;
  return {
    store: openStorePlace(store.target, clock),
    index: index.kind === "dynamodb" ? { ...index, call: table!.call } : index,
    refTtlMs: store.settings.ttlMs ?? REF_TTL_MS,
    lifetimeMs: LIFETIME_MS,
    clock,
    close: async () => table?.close(),
  };
}

function openStorePlace(target: StoreTarget, clock: Clock): StorePlace {
  if (target.kind !== "s3") return target;
  return { kind: "s3", target, call: createS3Session({ ...target, clock }).call };
}
