// What the bucket index asks of its store, request by request.

import { expect, test } from "@jest/globals";
import { createBucketIndex } from "../../../src/indexes/bucket-index.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { withFaults } from "../../../src/testing/with-faults.ts";
import { createTestClock, DAY_MS, makeRef, START_MS } from "../../support/refs.ts";

function open() {
  const store = createMemoryStore();
  const requests: string[] = [];
  const told = withFaults(store, ({ method }) => {
    requests.push(method);
    return undefined;
  });
  const clock = createTestClock();
  const another = createBucketIndex({ store, clock });
  return { index: createBucketIndex({ store: told, clock }), another, requests };
}

const use = (day: number) => ({ atMs: START_MS + day * DAY_MS, expiresAtMs: START_MS + (day + 90) * DAY_MS });

test("the use of what was just looked up is one write; another writer in between costs a read, and no count", async () => {
  const { index, another, requests } = open();
  const ref = makeRef();
  await another.commit(ref);
  const query = { ...ref, match: "exact" } as const;
  await index.lookup(query);
  await index.touch(ref, use(1));
  expect(requests).toEqual(["read", "swap"]);

  await index.lookup(query);
  await another.touch(ref, use(2));
  requests.length = 0;
  await index.touch(ref, use(3));
  expect(requests).toEqual(["swap", "read", "swap"]);
  expect(await index.lookup(query)).toMatchObject({ accessCount: 3 });
});
