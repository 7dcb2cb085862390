// The table of a DynamoDB index: looks whether it is as Cairn needs it, and makes it. Only `cairn setup` does so.

import type { CreateTableCommandInput, TableDescription } from "@aws-sdk/client-dynamodb";
import { StoreMissingError } from "../model/errors.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { createDynamoSession, type DynamoConnection, type DynamoPlace } from "./dynamo-client.ts";
import { CACHE_KEY_INDEX, CREATED_AT_INDEX } from "./dynamo-index.ts";

export interface TableState {
  /** `dynamodb://table`, or a part of it. */
  readonly resource: string;
  readonly state: "present" | "missing" | "created" | "differs";
  /** One sentence for a person. */
  readonly detail: string;
}

const ACTIVE_POLL_MS = 500;
const ACTIVE_ATTEMPTS = 240;

/**
 * Idempotent. A table with other keys is told ("differs") and left alone.
 * @throws AccessDeniedError, StoreUnavailableError
 */
export async function ensureTable(
  place: DynamoPlace,
  options: CallOptions & { readonly apply: boolean },
): Promise<TableState[]> {
  const session = createDynamoSession(place, undefined);
  const { table } = place;
  const resource = `dynamodb://${table}`;
  try {
    const found = await describeTable();
    if (!found && !options.apply) return [{ resource, state: "missing", detail: "the table does not exist" }];
    if (!found) {
      await session.call(options, ({ sdk, client }) =>
        client.send(new sdk.CreateTableCommand(definition(table))),
      );
      await untilActive();
    } else {
      const difference = differenceOf(found);
      if (difference)
        return [{ resource, state: "differs", detail: `${difference}: use a new table, or delete this one` }];
    }
    const state: TableState = {
      resource,
      state: found ? "present" : "created",
      detail: found ? "the table exists" : "created, billed by request",
    };
    return [state, await ensureTimeToLive()];
  } finally {
    await session.close();
  }

  async function describeTable(): Promise<TableDescription | undefined> {
    try {
      return await session.call(
        options,
        async ({ sdk, client }) =>
          (await client.send(new sdk.DescribeTableCommand({ TableName: table }))).Table,
      );
    } catch (error) {
      if (error instanceof StoreMissingError) return undefined;
      throw error;
    }
  }

  async function untilActive(): Promise<void> {
    for (let attempt = 0; attempt < ACTIVE_ATTEMPTS; attempt++) {
      if ((await describeTable())?.TableStatus === "ACTIVE") return;
      await new Promise((resolve) => setTimeout(resolve, ACTIVE_POLL_MS));
      options.signal?.throwIfAborted();
    }
  }

  async function ensureTimeToLive(): Promise<TableState> {
    const ttl = {
      resource: `${resource} time to live`,
      detail: "rows that have ended are removed by themselves",
    };
    const isOn = await session.call(options, async ({ sdk, client }: DynamoConnection) => {
      const { TimeToLiveDescription: now } = await client.send(
        new sdk.DescribeTimeToLiveCommand({ TableName: table }),
      );
      return now?.TimeToLiveStatus === "ENABLED" || now?.TimeToLiveStatus === "ENABLING";
    });
    if (isOn) return { ...ttl, state: "present" };
    if (!options.apply) return { ...ttl, state: "missing", detail: "it is off: rows that have ended stay" };
    await session.call(options, ({ sdk, client }) =>
      client.send(
        new sdk.UpdateTimeToLiveCommand({
          TableName: table,
          TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
        }),
      ),
    );
    return { ...ttl, state: "created" };
  }
}

function differenceOf({
  KeySchema = [],
  LocalSecondaryIndexes = [],
  GlobalSecondaryIndexes = [],
}: TableDescription): string | undefined {
  const spell = (schema: typeof KeySchema): string => schema.map((key) => key.AttributeName).join(", ");
  if (spell(KeySchema) !== "pk, sk") return `its key is (${spell(KeySchema)}) instead of (pk, sk)`;
  const names = new Set(
    [...LocalSecondaryIndexes, ...GlobalSecondaryIndexes].map((index) => index.IndexName),
  );
  const wanted = [CREATED_AT_INDEX, CACHE_KEY_INDEX, "repository-toolchain-index", "lockfileHash-index"];
  const missing = wanted.filter((name) => !names.has(name));
  return missing.length > 0 ? `it lacks the index ${missing.join(", ")}` : undefined;
}

function definition(table: string): CreateTableCommandInput {
  const attributes = ["pk", "sk", "createdAt", "cacheKey", "repository", "toolchain", "lockfileHash"];
  const keys = (partition: string, sort?: string): CreateTableCommandInput["KeySchema"] => [
    { AttributeName: partition, KeyType: "HASH" },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: "RANGE" as const }]),
  ];
  const few = { ProjectionType: "INCLUDE" as const, NonKeyAttributes: ["contentHash", "ref", "createdAt"] };
  return {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keys("pk", "sk"),
    LocalSecondaryIndexes: [
      {
        IndexName: CREATED_AT_INDEX,
        KeySchema: keys("pk", "createdAt"),
        Projection: { ProjectionType: "ALL" },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "repository-toolchain-index",
        KeySchema: keys("repository", "toolchain"),
        Projection: { ...few, NonKeyAttributes: [...few.NonKeyAttributes, "cacheKey"] },
      },
      {
        IndexName: "lockfileHash-index",
        KeySchema: keys("lockfileHash"),
        Projection: { ...few, NonKeyAttributes: [...few.NonKeyAttributes, "cacheKey", "repository"] },
      },
      {
        IndexName: CACHE_KEY_INDEX,
        KeySchema: keys("cacheKey", "repository"),
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  };
}
