/**
 * Indexes for the look-up benchmark: the core's own drivers on servers of their own, DynamoDB Local and versitygw. Each
 * is opened twice, straight for the clock and through a proxy that counts requests.
 */
import { hash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  type FilledIndex,
  type IndexKind,
  keyOfRef,
  startCountingProxy,
} from "../packages/bench/src/index.ts";
import { createTableInput } from "../packages/core/src/indexes/create-table-input.ts";
import { openKeyIndex } from "../packages/core/src/indexes/open-key-index.ts";
import { createClock } from "../packages/core/src/lib/clock.ts";
import { parseDigest } from "../packages/core/src/model/digest.ts";
import type { Ref } from "../packages/core/src/model/ref.ts";
import { openObjectStore } from "../packages/core/src/objects/open-object-store.ts";
import type { MaintainableIndex } from "../packages/core/src/ports/key-index.ts";
import { findRef } from "../packages/core/src/restore/find-ref.ts";
import { startServer } from "./bench-servers.ts";
import { credentials, parts } from "./lib/services/parts.ts";

const TABLE = "bench";
const BUCKET = "bench";
const DAY_MS = 24 * 60 * 60_000;
/** Commits at once: the servers share the machine. */
const CONCURRENT_COMMITS = 16;
/** The refs are this much apart, the newest one being of now. */
const REF_AGE_STEP_MS = 10;

const scope = { repository: "acme/widgets", ref: "refs/heads/main" };
const version = hash("sha256", "node_modules");

/** What stands on `url`, the server or the proxy before it. */
type Open = (url: string) => MaintainableIndex;

export async function openFilledIndex(
  kind: IndexKind,
  folder: string,
  signal: AbortSignal,
): Promise<FilledIndex> {
  if (kind === "sqlite") return openSqlite(folder);
  // The SDK takes credentials from the environment of its process; nothing else runs in this one.
  Object.assign(process.env, credentials);
  const part = kind === "dynamodb" ? "dynamodb" : "versitygw";
  const data = join(folder, "data");
  mkdirSync(kind === "bucket" ? join(data, BUCKET) : data, { recursive: true });
  const server = await startServer(part, { data, log: join(folder, "log"), signal });
  const open: Open = kind === "dynamodb" ? openDynamo : openBucket;
  try {
    if (kind === "dynamodb") {
      await makeTable(server.url, signal);
    }
    const proxy = await startCountingProxy(server.url);
    const counted = open(proxy.url);
    const direct = filled(open(server.url), signal);
    return {
      ...direct,
      server: `${part} ${parts[part].version}`,
      async countRequests(key) {
        proxy.take();
        await find(counted, key);
        return proxy.take().requests;
      },
      async close() {
        await direct.close();
        await counted.close();
        await proxy.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openSqlite(folder: string): Promise<FilledIndex> {
  const { store } = openObjectStore("memory://bench", { env: {}, setting: "store" });
  const index = openKeyIndex(`sqlite://${join(folder, "index.db")}`, {
    store,
    clock: createClock(),
    env: {},
    setting: "index",
  });
  return {
    ...filled(index, undefined),
    server: `SQLite ${process.versions["sqlite"]}`,
    countRequests: async () => undefined,
  };
}

async function makeTable(endpoint: string, signal: AbortSignal): Promise<void> {
  const client = new DynamoDBClient({ region: "us-east-1", endpoint });
  await client.send(new CreateTableCommand(createTableInput(TABLE)), { abortSignal: signal });
  client.destroy();
}

const dynamoDsn = (url: string): string =>
  `dynamodb://${TABLE}?region=us-east-1&endpoint=${encodeURIComponent(url)}`;

function openDynamo(url: string): MaintainableIndex {
  const { store } = openObjectStore("memory://bench", { env: {}, setting: "store" });
  return openKeyIndex(dynamoDsn(url), { store, clock: createClock(), env: credentials, setting: "index" });
}

function openBucket(url: string): MaintainableIndex {
  const clock = createClock();
  const dsn = `s3://${BUCKET}?region=us-east-1&path-style=true&endpoint=${encodeURIComponent(url)}`;
  const { store } = openObjectStore(dsn, { env: credentials, setting: "store", clock });
  return openKeyIndex("bucket", { store, clock, env: credentials, setting: "index" });
}

function filled(
  index: MaintainableIndex,
  signal: AbortSignal | undefined,
): Pick<FilledIndex, "fill" | "find" | "close"> {
  const startedAtMs = Date.now();
  let count = 0;
  const commitNext = async (wanted: number): Promise<void> => {
    while (count < wanted) {
      const { status } = await index.commit(refOf(count++, startedAtMs), { signal });
      if (status !== "committed") throw new Error(`ref ${count} was not committed: ${status}`);
    }
  };
  return {
    async fill(wanted) {
      await Promise.all(Array.from({ length: CONCURRENT_COMMITS }, () => commitNext(wanted)));
    },
    find: (key) => find(index, key),
    close: () => index.close(),
  };
}

async function find(index: MaintainableIndex, key: string): Promise<string | undefined> {
  const access = { reads: [scope], domain: "trusted" } as const;
  return (await findRef(index, { access, version, key, restoreKeys: [] }))?.ref.key;
}

function refOf(number: number, startedAtMs: number): Ref {
  const createdAtMs = startedAtMs - DAY_MS + number * REF_AGE_STEP_MS;
  const key = keyOfRef(number);
  return {
    scope,
    version,
    key,
    domain: "trusted",
    contentHash: parseDigest(hash("sha256", key)),
    createdAtMs,
    lastAccessedAtMs: createdAtMs,
    accessCount: 0,
    expiresAtMs: startedAtMs + 90 * DAY_MS,
    notAfterMs: startedAtMs + 365 * DAY_MS,
    treeBytes: 855e6,
    storedBytes: 160e6,
    entryCount: 94_000,
  };
}
