// What a step asks of S3 and of DynamoDB, counted on their way to real servers. The table of docs/guides/costs.md is
// read and compared: a request more is a change of what people pay.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Cache } from "../../src/cache.ts";
import { openCache } from "../../src/open-cache.ts";
import { type CountingProxy, startCountingProxy } from "../support/counting-proxy.ts";
import { createJob } from "../support/job.ts";
import { newBucket } from "../support/s3-bucket.ts";
import { service } from "../support/services.ts";
import { makeTable } from "../support/table.ts";
import { file, makeTree } from "../support/tree.ts";

const guide = readFileSync(join(import.meta.dirname, "../../../../docs/guides/costs.md"), "utf8");
let s3: CountingProxy;
let dynamo: CountingProxy;
const opened: Record<"dynamodb" | "bucket", { store: string; index: string }> = {} as never;

beforeAll(async () => {
  const { bucket, endpoint } = await newBucket("versitygw");
  const table = `requests-${bucket}`;
  await makeTable({ table, region: "us-east-1", endpoint: service("dynamodb") });
  s3 = await startCountingProxy(endpoint);
  dynamo = await startCountingProxy(service("dynamodb"));
  const store = (prefix: string) => `s3://${bucket}/${prefix}?region=us-east-1&endpoint=${s3.url}`;
  opened.dynamodb = {
    store: store("a"),
    index: `dynamodb://${table}?region=us-east-1&endpoint=${dynamo.url}`,
  };
  opened.bucket = { store: store("b"), index: "bucket" };
});
afterAll(() => Promise.all([s3.close(), dynamo.close()]));

/** 3 MB that do not shrink: one pack, and one for the segment. */
const content = (seed: number) => {
  let state = seed;
  const bytes = Buffer.alloc(3_000_000);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeInt32LE(state | 0, at);
  }
  return bytes.toString("latin1");
};

interface Asked {
  readonly put: number;
  readonly get: number;
  readonly read: number;
  readonly write: number;
}

function taken(): Asked {
  // S3 bills no DELETE.
  const { PUT = 0, LIST = 0, POST = 0, GET = 0, HEAD = 0, DELETE: _, ...others } = s3.take();
  const { GetItem = 0, Query = 0, PutItem = 0, UpdateItem = 0, DeleteItem = 0, ...rest } = dynamo.take();
  expect([others, rest]).toEqual([{}, {}]);
  return {
    put: PUT + LIST + POST,
    get: GET + HEAD,
    read: GetItem + Query,
    write: PutItem + UpdateItem + DeleteItem,
  };
}

async function ask(index: "dynamodb" | "bucket", work: (cache: Cache) => Promise<unknown>): Promise<Asked> {
  const settings = {
    ...opened[index],
    near: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    stampsFolder: undefined,
    notices: [],
  };
  taken();
  const cache = await openCache(settings, { env: process.env });
  try {
    expect(await work(cache)).toMatchObject({ status: expect.any(String) });
  } finally {
    await cache.close();
  }
  return taken();
}

/** The rows of the guide's table: step, PUT and LIST, GET, reads, writes. */
function rowsOf(heading: string): string[][] {
  const table = guide.split(`<!-- ${heading} -->`)[1]?.split("\n\n")[0] ?? "";
  return table
    .split("\n")
    .filter((line) => /\| \d/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test.each(["dynamodb", "bucket"] as const)(
  "the requests of each step, with %s, are those of the guide",
  async (index) => {
    const job = createJob();
    const run = { system: "git", buildSeconds: 60 };
    const tree = (seed: number) => makeTree(job.folders.workspace, { "tree/a": file(content(seed)) });
    tree(1);
    // The very first save of a store also gives it its identity.
    await ask(index, (cache) => cache.save(job.saveRequest({ key: "deps-1", run })));
    const fresh = createJob();
    const found: [string, Asked][] = [];
    const measure = async (name: string, work: (cache: Cache) => Promise<unknown>) => {
      found.push([name, await ask(index, work)]);
    };
    await measure("a hit", (cache) => cache.restore(fresh.restoreRequest({ key: "deps-1" })));
    await measure("a hit by a restore-key", (cache) =>
      cache.restore(createJob().restoreRequest({ key: "deps-9", restoreKeys: ["deps-"] })),
    );
    await measure("a miss", (cache) => cache.restore(createJob().restoreRequest({ key: "other" })));
    tree(2);
    await measure("a save", (cache) => cache.save(job.saveRequest({ key: "deps-2", run })));
    await measure("a save whose key is there", (cache) =>
      cache.save(job.saveRequest({ key: "deps-2", run })),
    );
    const expected = rowsOf(index);
    expect(
      found.map(([name, { put, get, read, write }]) => [name, ...[put, get, read, write].map(String)]),
    ).toEqual(expected);
  },
);
