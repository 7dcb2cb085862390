import { randomUUID } from "node:crypto";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { ensureTable } from "../../../src/indexes/setup-table.ts";
import { service } from "../../support/services.ts";
import { keyIndexSuite } from "./key-index-suite.ts";

keyIndexSuite("DynamoDB", {
  async fresh() {
    const place = { table: `cairn-${randomUUID()}`, region: "us-east-1", endpoint: service("dynamodb") };
    await ensureTable(place, { apply: true });
    return { open: (clock) => createDynamoIndex({ ...place, clock }) };
  },
});
