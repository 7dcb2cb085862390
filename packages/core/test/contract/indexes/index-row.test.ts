// The row that other people's dashboards read, as it stands in a real table: its attribute names, both secondary indexes,
// and a time to live that moves on when the Ref is used.

import { randomUUID } from "node:crypto";
import { DynamoDBClient, GetItemCommand, QueryCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { keyOf } from "../../../src/indexes/dynamo-items.ts";
import { createTestClock, DAY_MS, makeRef, START_MS, scopeOf } from "../../support/refs.ts";
import { service } from "../../support/services.ts";
import { makeTable } from "../../support/table.ts";

const place = { table: `row-${randomUUID()}`, region: "us-east-1", endpoint: service("dynamodb") };
const client = new DynamoDBClient(place);
const index = createDynamoIndex({ ...place, clock: createTestClock() });
const full = makeRef({ key: "deps:acme/api", toolchain: "node-20", lockfileHash: "sha256:def" });
const bare = makeRef({ key: "bare" });

beforeAll(async () => {
  await makeTable(place);
  await index.commit(full);
  await index.commit(bare);
  await index.recordUse(full, { by: scopeOf("refs/pull/7/merge"), atMs: START_MS });
  await index.acquireLease({ id: bare, owner: "run-1", expiresAtMs: START_MS + 60_000 });
});
afterAll(async () => {
  await index.close();
  client.destroy();
});

test("it has the attributes of the contract by name, and leaves out what is unknown", async () => {
  const { Item } = await client.send(new GetItemCommand({ TableName: place.table, Key: keyOf(full) }));
  expect(Item).toMatchObject({
    cacheKey: { S: "deps:acme/api" },
    contentHash: { S: `sha256:${full.contentHash}` },
    s3Key: { S: `v1/trusted/artifacts/${full.contentHash}` },
    repository: { S: "acme/api" },
    toolchain: { S: "node-20" },
    lockfileHash: { S: "sha256:def" },
    createdAt: { S: "2026-01-01T00:00:00.000Z" },
    lastAccessed: { S: "2026-01-01T00:00:00.000Z" },
    accessCount: { N: "0" },
    ttl: { N: String((START_MS + 90 * DAY_MS) / 1000) },
  });
  const other = await client.send(new GetItemCommand({ TableName: place.table, Key: keyOf(bare) }));
  expect(Object.keys(other.Item!)).not.toEqual(expect.arrayContaining(["toolchain"]));
  expect(Object.keys(other.Item!)).not.toEqual(expect.arrayContaining(["lockfileHash"]));
});

test.each([
  ["repository-toolchain-index", "repository = :a AND toolchain = :b", ["acme/api", "node-20"]],
  ["lockfileHash-index", "lockfileHash = :a", ["sha256:def"]],
])("%s finds it, without counters, and nothing that is no Ref", async (IndexName, condition, values) => {
  const { Items } = await client.send(
    new QueryCommand({
      TableName: place.table,
      IndexName,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: Object.fromEntries(
        values.map((value, n) => [[":a", ":b"][n]!, { S: value }]),
      ),
    }),
  );
  expect(Items).toHaveLength(1);
  expect(Items![0]).toMatchObject({
    cacheKey: { S: full.key },
    contentHash: { S: `sha256:${full.contentHash}` },
    repository: { S: "acme/api" },
    createdAt: { S: "2026-01-01T00:00:00.000Z" },
  });
  expect(Object.keys(Items![0]!)).not.toEqual(expect.arrayContaining(["accessCount"]));
  const whole = await client.send(new ScanCommand({ TableName: place.table, IndexName }));
  expect(whole.Items!.map(({ cacheKey }) => cacheKey!.S)).toEqual([full.key]);
});

test("its time to live moves on with a use, never past notAfter; leases and uses end by themselves, too", async () => {
  const ttlOf = async () => {
    const { Item } = await client.send(new GetItemCommand({ TableName: place.table, Key: keyOf(full) }));
    return Number(Item!["ttl"]!.N);
  };
  const atMs = START_MS + 10 * DAY_MS;
  await index.touch(full, { atMs, expiresAtMs: atMs + 90 * DAY_MS });
  expect(await ttlOf()).toBe((START_MS + 100 * DAY_MS) / 1000);
  const late = START_MS + 99 * DAY_MS;
  const seen = (await index.lookup({ ...full, match: "exact" }))!;
  await index.touch(seen, { atMs: late, expiresAtMs: late + 400 * DAY_MS });
  expect(await ttlOf()).toBe(full.notAfterMs / 1000);
  const { Items } = await client.send(new ScanCommand({ TableName: place.table }));
  const others = Items!.filter((item) => item["s3Key"] === undefined);
  expect(others).toHaveLength(2);
  for (const item of others)
    expect(Number(item["ttl"]!.N)).toBeLessThanOrEqual((START_MS + 90 * DAY_MS) / 1000);
});
