// The shape of the table in the words of DynamoDB's API.

import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { keyAttributes, TABLE_SHAPE, type TableIndex, type TableKey } from "./table-shape.ts";

/** Billed by request. */
export function createTableInput(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: keyAttributes().map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keySchema(TABLE_SHAPE),
    LocalSecondaryIndexes: TABLE_SHAPE.local.map(indexInput),
    GlobalSecondaryIndexes: TABLE_SHAPE.global.map(indexInput),
  };
}

export function indexInput(index: TableIndex): {
  IndexName: string;
  KeySchema: NonNullable<CreateTableCommandInput["KeySchema"]>;
  Projection: { ProjectionType: "ALL" | "KEYS_ONLY" | "INCLUDE"; NonKeyAttributes?: string[] };
} {
  return { IndexName: index.name, KeySchema: keySchema(index), Projection: projection(index) };
}

function keySchema({ partition, sort }: TableKey): NonNullable<CreateTableCommandInput["KeySchema"]> {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: "RANGE" as const }]),
  ];
}

function projection({ projects }: TableIndex): ReturnType<typeof indexInput>["Projection"] {
  if (projects === "all") return { ProjectionType: "ALL" };
  if (projects === "none") return { ProjectionType: "KEYS_ONLY" };
  return { ProjectionType: "INCLUDE", NonKeyAttributes: [...projects] };
}
