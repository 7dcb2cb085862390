// A table for the tests of the DynamoDB driver, of the shape that `cairn setup` gives one.

import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createTableInput } from "../../src/indexes/create-table-input.ts";
import type { DynamoPlace } from "../../src/indexes/dynamo-client.ts";

export async function makeTable(place: DynamoPlace): Promise<void> {
  const client = new DynamoDBClient({ region: place.region!, endpoint: place.endpoint! });
  await client.send(new CreateTableCommand(createTableInput(place.table)));
  client.destroy();
}
