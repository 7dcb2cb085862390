// The stores and indexes that people run, as settings name them, each new and empty: what tests of maintenance go through
// from the front door, on real servers.

import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Cache, CacheSettings } from "../../src/cache.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Maintenance } from "../../src/maintenance.ts";
import { type OpenedBackend, type OpenOptions, openBackend } from "../../src/open-backend.ts";
import { openCache } from "../../src/open-cache.ts";
import { openMaintenance } from "../../src/open-maintenance.ts";
import { newBucket } from "./s3-bucket.ts";
import { service } from "./services.ts";
import { withClockAhead } from "./stores.ts";
import { makeTable } from "./table.ts";
import { temporaryFolder } from "./temporary.ts";

export interface Place {
  readonly settings: CacheSettings;
  readonly options: OpenOptions;
  /** Lets time pass. */
  setAheadMs(ms: number): void;
  withCache<T>(work: (cache: Cache) => Promise<T>): Promise<T>;
  withMaintenance<T>(work: (maintenance: Maintenance) => Promise<T>): Promise<T>;
  /** Its store's clock is ahead, too. */
  withBackend<T>(work: (backend: OpenedBackend) => Promise<T>): Promise<T>;
}

export const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  "a folder and SQLite": async () => {
    const folder = temporaryFolder();
    return placeOf(pathToFileURL(folder).href, `sqlite://${folder}/index.sqlite`);
  },
  "MinIO with the index in the bucket": async () => placeOf(await bucketOn("minio"), "bucket"),
  "versitygw and DynamoDB": async () =>
    placeOf(await bucketOn("versitygw"), await newIndex("versitygw and DynamoDB")),
};

/** One more index of the kind that a place has. */
export async function newIndex(place: string): Promise<string> {
  if (!place.includes("DynamoDB")) return `sqlite://${temporaryFolder()}/index.sqlite`;
  const table = `maintain-${randomUUID()}`;
  const endpoint = service("dynamodb");
  await makeTable({ table, region: "us-east-1", endpoint });
  return `dynamodb://${table}?endpoint=${endpoint}&region=us-east-1`;
}

async function bucketOn(name: "minio" | "versitygw"): Promise<string> {
  const { bucket, endpoint } = await newBucket(name);
  return `s3://${bucket}/team?endpoint=${endpoint}&path-style=true`;
}

export function placeOf(store: string, index: string): Place {
  let aheadMs = 0;
  const written = new Map<string, number>();
  const settings: CacheSettings = {
    store,
    index,
    near: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    stampsFolder: undefined,
    notices: [],
  };
  // Not corrected by what servers say: they don't know that time has passed.
  const clock: Clock = { now: () => Date.now() + aheadMs, skewMs: 0, observe() {} };
  const options = { env: process.env, clock };
  const using = async <Open extends { close(): Promise<void> }, T>(
    opening: Promise<Open>,
    work: (open: Open) => Promise<T>,
  ): Promise<T> => {
    const open = await opening;
    try {
      return await work(open);
    } finally {
      await open.close();
    }
  };
  return {
    settings,
    options,
    setAheadMs(ms) {
      aheadMs = ms;
    },
    withCache: (work) => using(openCache(settings, options), work),
    withMaintenance: (work) => using(openMaintenance(settings, options), work),
    async withBackend(work) {
      const backend = openBackend(settings, options);
      try {
        return await work({ ...backend, store: withClockAhead(backend.store, () => aheadMs, written) });
      } finally {
        await backend.index.close();
      }
    },
  };
}
