// What a missing or a foreign table gives, and what the rows of a right one hold, against a real engine.

import { randomUUID } from "node:crypto";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "@jest/globals";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { itemOf } from "../../../src/indexes/dynamo-items.ts";
import { createClock } from "../../../src/lib/clock.ts";
import { StoreMissingError, StoreUnavailableError } from "../../../src/model/errors.ts";
import { makeRef, scopeOf, VERSION } from "../../support/refs.ts";
import { service } from "../../support/services.ts";
import { makeTable } from "../../support/table.ts";

const newPlace = () => ({
  table: `setup-${randomUUID()}`,
  region: "us-east-1",
  endpoint: service("dynamodb"),
});
const query = { scope: scopeOf(), version: VERSION, key: "k", match: "exact" } as const;

test("a table with another key schema is told", async () => {
  const place = newPlace();
  const client = new DynamoDBClient(place);
  await client.send(
    new CreateTableCommand({
      TableName: place.table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  const index = createDynamoIndex({ ...place, clock: createClock() });
  await expect(index.lookup(query)).rejects.toThrow("another key schema");
  await index.close();
  client.destroy();
});

test("a missing table is named with its remedy", async () => {
  const place = newPlace();
  const index = createDynamoIndex({ ...place, clock: createClock() });
  const error = await index.commit(makeRef()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreMissingError);
  expect((error as StoreMissingError).hint).toContain(
    `cairn setup --index dynamodb://${place.table} --apply`,
  );
  await index.close();
});

test("a service that is away is unavailable, and an abort ends the wait with its reason", async () => {
  const index = createDynamoIndex({
    table: "away",
    region: "us-east-1",
    endpoint: "http://127.0.0.1:9",
    clock: createClock(),
  });
  await expect(index.lookup(query)).rejects.toBeInstanceOf(StoreUnavailableError);
  const reason = new Error("stopped by the test");
  await expect(index.lookup(query, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await index.close();
});

test("the rows have the attributes that dashboards read, and both secondary indexes exist", async () => {
  const place = newPlace();
  await makeTable(place);
  const client = new DynamoDBClient(place);
  const { Table } = await client.send(new DescribeTableCommand({ TableName: place.table }));
  const names = Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName);
  expect(names).toEqual(expect.arrayContaining(["repository-toolchain-index", "lockfileHash-index"]));
  const index = createDynamoIndex({ ...place, clock: createClock() });
  const ref = makeRef({ toolchain: "node-20", lockfileHash: "sha256:def" });
  await index.commit(ref);
  expect(itemOf(ref)).toMatchObject({
    cacheKey: { S: ref.key },
    contentHash: { S: `sha256:${ref.contentHash}` },
    s3Key: { S: `v1/trusted/artifacts/${ref.contentHash}` },
    repository: { S: ref.scope.repository },
    toolchain: { S: "node-20" },
    lockfileHash: { S: "sha256:def" },
    createdAt: { S: "2026-01-01T00:00:00.000Z" },
    lastAccessed: { S: "2026-01-01T00:00:00.000Z" },
    accessCount: { N: "0" },
    ttl: { N: String(ref.expiresAtMs / 1000) },
  });
  expect(Object.keys(itemOf(makeRef()))).not.toContain("toolchain");
  await index.close();
  client.destroy();
});
