import { randomUUID } from "node:crypto";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { service } from "../../support/services.ts";
import { makeTable } from "../../support/table.ts";
import { keyIndexSuite } from "./key-index-suite.ts";

keyIndexSuite("DynamoDB", {
  async fresh() {
    const place = { table: `cairn-${randomUUID()}`, region: "us-east-1", endpoint: service("dynamodb") };
    await makeTable(place);
    return { open: (clock) => createDynamoIndex({ ...place, clock }) };
  },
});
