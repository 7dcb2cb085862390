// A row of the DynamoDB index, as the SDK hands it over.

import { type Item, itemOf, refOf } from "../../../src/indexes/dynamo-items.ts";
import { REF, REF_WORDS } from "../samples.ts";
import { bytesOf, type FuzzTarget, jsonOf } from "../target.ts";
import { checkRef } from "../use-ref.ts";

export const target: FuzzTarget = {
  seeds: () => [
    bytesOf(itemOf(REF)),
    bytesOf(itemOf({ ...REF, signature: "v1:x", invalidatedAtMs: 5, buildSeconds: 2 })),
  ],
  dictionary: [
    ...REF_WORDS,
    "createdAt",
    "lastAccessed",
    "cacheKey",
    "pk",
    "sk",
    '"S":',
    '"N":',
    "275760-09-13",
  ],
  run(input) {
    const item = jsonOf(input);
    if (typeof item !== "object" || item === null) return;
    // The SDK gives an object for each attribute.
    const whole = Object.entries(item).filter(([, value]) => typeof value === "object" && value !== null);
    const texts = whole.every(([, { S = "" }]) => typeof S === "string");
    const ref = texts ? refOf(Object.fromEntries(whole) as Item) : undefined;
    if (ref) checkRef(ref);
  },
};
