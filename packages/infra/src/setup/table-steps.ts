// The table of an index: exists with its keys and indexes, lets rows go that have ended, and can be brought back to any
// moment. A table with other keys is told and left alone: nothing is deleted on doubt.

import type {
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import {
  createTableInput,
  type DynamoConnection,
  type IndexPlace,
  indexInput,
  keyAttributes,
  StoreUnavailableError,
  TABLE_SHAPE,
  type TableIndex,
  type TableKey,
} from "@cairn/core";
import {
  denied,
  ensureSetting,
  failureOf,
  isDenied,
  type Setting,
  type SetupOptions,
  type SetupStep,
} from "./setting.ts";

type DynamoPlace = IndexPlace & { readonly kind: "dynamodb" };

const POLL_MS = 500;
/** A new index on a table with many rows takes minutes. */
const PATIENCE_MS = 15 * 60_000;

/** @throws CacheError */
export async function tableSteps({ place, call }: DynamoPlace, options: SetupOptions): Promise<SetupStep[]> {
  return call(options, async (connection, abort) => {
    const table = await tableStep(connection, place.table, options);
    if (["missing", "differs", "denied"].includes(table.state)) return [table];
    const context = { connection, table: place.table, abort };
    return [
      table,
      await ensureSetting(timeToLiveSetting(context), options),
      await ensureSetting(recoverySetting(context), options),
    ];
  });
}

async function tableStep(
  { sdk, client }: DynamoConnection,
  TableName: string,
  { apply, signal }: SetupOptions,
): Promise<SetupStep> {
  const resource = `dynamodb://${TableName}`;
  const abort = signal === undefined ? {} : { abortSignal: signal };
  let action = "dynamodb:DescribeTable";
  try {
    const found = await describe();
    if (!found && !apply) return { resource, state: "missing", detail: "the table does not exist" };
    if (!found) {
      action = "dynamodb:CreateTable";
      await create();
      await untilReady();
      return { resource, state: "created", detail: "created, billed by request" };
    }
    const difference = differenceOf(found);
    if (difference) {
      return {
        resource,
        state: "differs",
        detail: difference,
        hint: "name another table in the index, and setup makes it; this one is left as it is",
      };
    }
    const missing = TABLE_SHAPE.global.filter(({ name }) => !indexOf(found, name));
    if (missing.length === 0)
      return { resource, state: "present", detail: "the table and its indexes exist" };
    const names = missing.map(({ name }) => name).join(", ");
    if (!apply) return { resource, state: "outdated", detail: `it lacks the index ${names}` };
    action = "dynamodb:UpdateTable";
    // DynamoDB makes one index at a time.
    for (const index of missing) {
      await untilReady();
      await addIndex(index);
    }
    await untilReady();
    return { resource, state: "changed", detail: `made the index ${names}` };
  } catch (error) {
    if (isDenied(failureOf(error))) return denied(resource, action);
    throw error;
  }

  async function describe(): Promise<TableDescription | undefined> {
    try {
      return (await client.send(new sdk.DescribeTableCommand({ TableName }), abort)).Table;
    } catch (error) {
      if (failureOf(error).code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  }

  async function create(): Promise<void> {
    try {
      await client.send(new sdk.CreateTableCommand(createTableInput(TableName)), abort);
    } catch (error) {
      // Another setup was faster.
      if (failureOf(error).code !== "ResourceInUseException") throw error;
    }
  }

  async function addIndex(index: TableIndex): Promise<void> {
    const input = new sdk.UpdateTableCommand({
      TableName,
      AttributeDefinitions: keyAttributes().map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexUpdates: [{ Create: indexInput(index) }],
    });
    await client.send(input, abort);
  }

  async function untilReady(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const table = await describe();
      const indexes = table?.GlobalSecondaryIndexes ?? [];
      const isReady =
        table?.TableStatus === "ACTIVE" && indexes.every(({ IndexStatus }) => IndexStatus === "ACTIVE");
      if (isReady) return;
      if (Date.now() > deadline) {
        throw new StoreUnavailableError(`the table ${TableName} is not ready after 15 minutes`, {
          hint: "run setup again later: what is being made goes on by itself",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      signal?.throwIfAborted();
    }
  }
}

/** What can't be changed in a table that exists. Also for doctor. */
export function differenceOf(table: TableDescription): string | undefined {
  const keys = spell(table.KeySchema);
  if (keys !== spell(TABLE_SHAPE)) return `its key is (${keys}) instead of (${spell(TABLE_SHAPE)})`;
  for (const wanted of [...TABLE_SHAPE.local, ...TABLE_SHAPE.global]) {
    const found = indexOf(table, wanted.name);
    if (found && spell(found.KeySchema) !== spell(wanted))
      return `its index ${wanted.name} is on (${spell(found.KeySchema)}) instead of (${spell(wanted)})`;
  }
  const local = TABLE_SHAPE.local.find(({ name }) => !indexOf(table, name));
  return local && `it lacks the local index ${local.name}, which can only be made with the table`;
}

export function indexOf(table: TableDescription, name: string): GlobalSecondaryIndexDescription | undefined {
  const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  return indexes.find(({ IndexName }) => IndexName === name);
}

/** `pk, sk`, the partition first. */
function spell(key: TableKey | KeySchemaElement[] | undefined): string {
  if (!Array.isArray(key))
    return key === undefined ? "" : [key.partition, key.sort].filter(Boolean).join(", ");
  const sorted = key.toSorted((a) => (a.KeyType === "HASH" ? -1 : 1));
  return sorted.map(({ AttributeName }) => AttributeName).join(", ");
}

interface TableContext {
  readonly connection: DynamoConnection;
  readonly table: string;
  readonly abort: { readonly abortSignal?: AbortSignal };
}

function timeToLiveSetting({ connection: { sdk, client }, table: TableName, abort }: TableContext): Setting<{
  readonly status: string | undefined;
  readonly attribute: string | undefined;
}> {
  return {
    resource: `dynamodb://${TableName} time to live`,
    actions: { read: "dynamodb:DescribeTimeToLive", write: "dynamodb:UpdateTimeToLive" },
    absentCodes: [],
    async read() {
      const answer = await client.send(new sdk.DescribeTimeToLiveCommand({ TableName }), abort);
      const { TimeToLiveStatus: status, AttributeName: attribute } = answer.TimeToLiveDescription ?? {};
      return { status, attribute };
    },
    judge(found) {
      const isOn = found?.status === "ENABLED" || found?.status === "ENABLING";
      if (isOn && found.attribute !== undefined && found.attribute !== TABLE_SHAPE.ttlAttribute) {
        return {
          state: "differs",
          detail: `it is on the attribute ${found.attribute}, which no row of Cairn's has`,
          hint: `turn it off there; an hour later it can be on ${TABLE_SHAPE.ttlAttribute}`,
        };
      }
      return {
        state: isOn ? "present" : "missing",
        detail: "rows that have ended are removed by themselves",
      };
    },
    async write() {
      const TimeToLiveSpecification = { AttributeName: TABLE_SHAPE.ttlAttribute, Enabled: true };
      try {
        await client.send(new sdk.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }), abort);
      } catch (error) {
        // Another setup was faster.
        const isOn =
          (error as Error).name === "ValidationException" && /already enabled/.test((error as Error).message);
        if (!isOn) throw error;
      }
      return undefined;
    },
  };
}

function recoverySetting({
  connection: { sdk, client },
  table: TableName,
  abort,
}: TableContext): Setting<string | undefined> {
  return {
    resource: `dynamodb://${TableName} recovery`,
    actions: { read: "dynamodb:DescribeContinuousBackups", write: "dynamodb:UpdateContinuousBackups" },
    absentCodes: [],
    async read() {
      const answer = await client.send(new sdk.DescribeContinuousBackupsCommand({ TableName }), abort);
      return answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    },
    judge: (status) => ({
      state: status === "ENABLED" ? "present" : "missing",
      detail: "the table can be brought back to any moment of its last weeks",
    }),
    async write() {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
      await client.send(
        new sdk.UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }),
        abort,
      );
      return undefined;
    },
  };
}
