// What DynamoDB answers when it refuses, is throttled, fails or hangs, and what the index makes of it: the class decides
// what a step does, and no message shows a credential.

import { afterEach, expect, test } from "@jest/globals";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { createClock } from "../../../src/lib/clock.ts";
import { httpAnswer, type RawServer, startRawServer } from "../../support/raw-server.ts";
import { makeRef } from "../../support/refs.ts";

const query = { ...makeRef(), match: "exact" as const };
let server: RawServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

function refuse(status: number, name: string, headers: Record<string, string> = {}): Buffer {
  const body = JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${name}`,
    message: `The request of AKIAEXAMPLE with Signature=0123abcd is no good.`,
  });
  return httpAnswer(status, { "content-type": "application/x-amz-json-1.0", ...headers }, body);
}

async function lookupAt(answer: Buffer, clock = createClock()) {
  server = await startRawServer(({ socket }) => socket.end(answer));
  const index = createDynamoIndex({ table: "names", region: "us-east-1", endpoint: server.url, clock });
  try {
    return await index.lookup(query).catch((error: unknown) => error);
  } finally {
    await index.close();
  }
}

test.each<[string, number, Record<string, unknown>, number]>([
  ["ResourceNotFoundException", 400, { code: "STORE_MISSING" }, 1],
  ["AccessDeniedException", 400, { code: "ACCESS_DENIED" }, 1],
  ["UnrecognizedClientException", 400, { code: "ACCESS_DENIED" }, 1],
  ["InvalidSignatureException", 400, { code: "ACCESS_DENIED" }, 1],
  ["MissingAuthenticationTokenException", 400, { code: "ACCESS_DENIED" }, 1],
  ["ItemCollectionSizeLimitExceededException", 400, { code: "STORE_FULL" }, 1],
  ["ProvisionedThroughputExceededException", 400, { code: "STORE_UNAVAILABLE", throttled: true }, 3],
  ["ThrottlingException", 400, { code: "STORE_UNAVAILABLE", throttled: true }, 3],
  ["RequestLimitExceeded", 400, { code: "STORE_UNAVAILABLE", throttled: true }, 3],
  ["InternalServerError", 500, { code: "STORE_UNAVAILABLE", throttled: false }, 3],
  ["ServiceUnavailable", 503, { code: "STORE_UNAVAILABLE" }, 3],
])("%s (%d)", async (name, status, expected, attempts) => {
  const error = (await lookupAt(refuse(status, name))) as Error & { hint?: string };
  expect(error).toMatchObject(expected);
  expect(error.message).toContain("names");
  expect(server?.requests).toHaveLength(attempts);
  expect(`${error.message} ${error.hint}`).not.toMatch(/AKIAEXAMPLE|Signature=/);
});

test("an expired token is denied", async () => {
  const error = await lookupAt(refuse(400, "ExpiredTokenException"));
  expect(error).toMatchObject({ code: "ACCESS_DENIED" });
  expect((error as Error).message).toContain("ExpiredTokenException");
});

test("an answer that is cut is asked for again, and then unavailable", async () => {
  const whole = httpAnswer(200, { "content-type": "application/x-amz-json-1.0" }, '{"Item":{}}');
  const error = await lookupAt(whole.subarray(0, whole.length - 4));
  expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(server?.requests).toHaveLength(3);
});

test("a server that never answers ends after the time for one request, three times", async () => {
  server = await startRawServer(() => undefined);
  const index = createDynamoIndex({
    table: "names",
    region: "us-east-1",
    endpoint: server.url,
    clock: createClock(),
  });
  const startedMs = performance.now();
  await expect(index.lookup(query)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(server.requests).toHaveLength(3);
  await index.close();
}, 30_000);

test("an abort ends a request that hangs, with the signal's reason", async () => {
  server = await startRawServer(() => undefined);
  const index = createDynamoIndex({
    table: "names",
    region: "us-east-1",
    endpoint: server.url,
    clock: createClock(),
  });
  const controller = new AbortController();
  const reason = new Error("stopped by the test");
  setTimeout(() => controller.abort(reason), 200);
  await expect(index.lookup(query, { signal: controller.signal })).rejects.toBe(reason);
  await index.close();
});

test("the clock learns the server's time, from a refusal too", async () => {
  const clock = createClock(() => Date.now() - 3_600_000);
  await lookupAt(refuse(400, "AccessDeniedException", { date: new Date().toUTCString() }), clock);
  expect(Math.abs(clock.skewMs - 3_600_000)).toBeLessThan(5_000);
});
