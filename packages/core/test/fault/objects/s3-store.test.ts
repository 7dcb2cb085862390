// The S3 driver against a server that breaks its answers: resets, cuts, stalls, refusals. Nothing short or wrong is ever
// taken for the object, every failure has its class, and no message shows what signs a request.

import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import type { CacheError } from "../../../src/model/errors.ts";
import { translateS3Error } from "../../../src/objects/s3-errors.ts";
import { createS3Store, type S3StoreOptions } from "../../../src/objects/s3-store.ts";
import { withRetry } from "../../../src/objects/with-retry.ts";
import {
  httpAnswer,
  type RawRequest,
  type RawServer,
  s3Error,
  startRawServer,
} from "../../support/raw-server.ts";

const IDLE_MS = 300;
const bytes = Buffer.from("0123456789".repeat(100));
const digest = sha256(bytes);
const range = { offset: 0, length: 1000 };
const object = (body: Uint8Array | string = bytes) =>
  httpAnswer(206, { "content-range": "bytes 0-999/1000", etag: '"tag"' }, body);
const created = httpAnswer(200, { etag: '"tag"' });

let server: RawServer;
afterEach(() => server.close());

async function storeOn(
  answer: (request: RawRequest) => void,
  options: Partial<S3StoreOptions> = {},
  serverOptions?: { ignoreBodies: boolean },
) {
  server = await startRawServer(answer, serverOptions);
  return createS3Store({
    bucket: "bucket",
    prefix: "cache",
    region: "us-east-1",
    endpoint: server.url,
    pathStyle: true,
    credentials: { accessKeyId: "the-key-id", secretAccessKey: "the-secret" },
    idleTimeoutMs: IDLE_MS,
    ...options,
  });
}

async function failureOf(call: Promise<unknown>): Promise<CacheError> {
  return call.then(
    (result) => {
      throw new Error(`did not fail: ${String(result)}`);
    },
    (error: CacheError) => error,
  );
}

describe("a body that breaks", () => {
  const cuts: Record<string, (request: RawRequest) => void> = {
    "reset in the middle": ({ socket }) =>
      socket.write(object().subarray(0, -600), () => setTimeout(() => socket.resetAndDestroy(), 20)),
    "closed in the middle": ({ socket }) => socket.end(object().subarray(0, -600)),
    "closed before the first byte": ({ socket }) => socket.end(object().subarray(0, -1000)),
    "reset before the answer": ({ socket }) => socket.resetAndDestroy(),
    "closed in the headers": ({ socket }) => socket.end("HTTP/1.1 206 Partial\r\ncontent-le"),
    "no HTTP at all": ({ socket }) => socket.end("220 smtp.example.com ESMTP\r\n"),
    "stalls in the middle": ({ socket }) => socket.write(object().subarray(0, -600)),
    "stalls before the answer": () => undefined,
  };

  test.each(Object.keys(cuts))("%s: unavailable, and the next attempt gets the object", async (cut) => {
    const store = await storeOn((request) => {
      if (request.index === 0) cuts[cut]!(request);
      else request.socket.write(object());
    });
    expect(await failureOf(store.get("name", range))).toMatchObject({
      code: "STORE_UNAVAILABLE",
      retryable: true,
    });
    expect(Buffer.compare(await store.get("name", range), bytes)).toBe(0);
    expect(server.requests).toHaveLength(2);
  });

  test("a retrying store hides it", async () => {
    const names = Object.keys(cuts).slice(0, 3);
    const inner = await storeOn((request) => {
      const cut = cuts[names[request.index] ?? ""];
      if (cut) cut(request);
      else request.socket.write(object());
    });
    const store = withRetry(inner, { sleep: async () => undefined });
    const into = Buffer.alloc(1000);
    expect(Buffer.compare(await store.get("name", range, { into }), bytes)).toBe(0);
    expect(Buffer.compare(into, bytes)).toBe(0);
    expect(server.requests).toHaveLength(4);
  });

  test("bytes that trickle in are no stall", async () => {
    // In all longer than the idle time; each gap far below it, since the machine may be busy.
    const idleTimeoutMs = 1_500;
    const answerSlowly = ({ socket }: RawRequest) => {
      const answer = object();
      socket.write(answer.subarray(0, -4));
      for (let left = 4; left > 0; left--) {
        const next = answer.subarray(answer.length - left, answer.length - left + 1);
        setTimeout(() => socket.write(next), (5 - left) * idleTimeoutMs * 0.3);
      }
    };
    const store = await storeOn(answerSlowly, { idleTimeoutMs });
    expect(Buffer.compare(await store.get("name", range), bytes)).toBe(0);
  });

  test("an abort in the middle: the reason, the connection ends, the buffer is left alone", async () => {
    const reason = new Error("stopped by the test");
    const controller = new AbortController();
    let finish = () => {};
    const store = await storeOn(({ socket }) => {
      const answer = object();
      socket.write(answer.subarray(0, -600));
      finish = () => socket.write(answer.subarray(-600));
    });
    const into = Buffer.alloc(1000);
    const pending = store.get("name", range, { into, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 100);
    await expect(pending).rejects.toBe(reason);
    finish();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(into.subarray(400).every((byte) => byte === 0)).toBe(true);
    expect(server.sockets.size).toBe(0);
  });

  test("an upload that the server does not read", async () => {
    const large = Buffer.alloc(64 * 2 ** 20);
    const store = await storeOn(() => undefined, {}, { ignoreBodies: true });
    const error = await failureOf(store.put("name", large, sha256(large)));
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});

describe("an answer that is not what was asked for", () => {
  test("a range that the object does not have", async () => {
    const short = httpAnswer(206, { "content-range": "bytes 0-499/500" }, bytes.subarray(0, 500));
    const store = await storeOn(({ socket }) => socket.write(short));
    expect(await failureOf(store.get("name", range))).toMatchObject({ code: "CORRUPT", objectName: "name" });
  });

  test("the whole object instead of a range", async () => {
    const store = await storeOn(({ socket }) => socket.write(httpAnswer(200, {}, bytes)));
    const error = await failureOf(store.get("name", { offset: 10, length: 20 }));
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE", hint: expect.stringContaining("range") });
  });

  test("another range", async () => {
    const other = httpAnswer(206, { "content-range": "bytes 100-119/1000" }, bytes.subarray(0, 20));
    const store = await storeOn(({ socket }) => socket.write(other));
    const error = await failureOf(store.get("name", { offset: 10, length: 20 }));
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  test("an object in place of a page of a listing", async () => {
    const store = await storeOn(({ socket }) => socket.write(httpAnswer(200, {}, "not XML at all")));
    const listing = async () => {
      for await (const _ of store.list("")) throw new Error("listed something");
    };
    expect(await failureOf(listing())).toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
});

describe("what a put sends", () => {
  test("the condition, its digest twice, nothing else that hashes, and no wait for 100 Continue", async () => {
    const store = await storeOn(({ socket }) => socket.write(created));
    const large = Buffer.alloc(3 * 2 ** 20, 1);
    expect(await store.put("v1/pack", large, sha256(large))).toBe("created");
    const { method, path, headers } = server.requests[0]!;
    expect(`${method} ${path}`).toBe("PUT /bucket/cache/v1/pack?x-id=PutObject");
    expect(headers.get("if-none-match")).toBe("*");
    expect(headers.get("x-amz-checksum-sha256")).toBe(Buffer.from(sha256(large), "hex").toString("base64"));
    expect(headers.get("x-amz-content-sha256")).toBe(sha256(large));
    expect(headers.get("content-length")).toBe(String(large.byteLength));
    const others = [
      "expect",
      "x-amz-trailer",
      "x-amz-checksum-crc32",
      "content-encoding",
      "x-amz-storage-class",
    ];
    expect(others.filter((name) => headers.has(name))).toEqual([]);
  });

  test("one connection serves many requests, large ones too", async () => {
    const store = await storeOn(({ socket }) => socket.write(created));
    const large = Buffer.alloc(3 * 2 ** 20, 1);
    for (let index = 0; index < 5; index++) await store.put(`pack-${index}`, large, sha256(large));
    expect(new Set(server.requests.map(({ socket }) => socket)).size).toBe(1);
  });

  test("never more than 64 requests at once", async () => {
    const store = await storeOn(({ socket }) => setTimeout(() => socket.write(created), 50), {
      idleTimeoutMs: 30_000,
    });
    const puts = Array.from({ length: 200 }, (_, index) => store.put(`name-${index}`, bytes, digest));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, server.sockets.size);
    }, 5);
    await Promise.all(puts);
    clearInterval(watch);
    expect(most).toBe(64);
    expect(new Set(server.requests.map(({ socket }) => socket)).size).toBe(64);
  });

  test("again after a conflict, until it is decided", async () => {
    const answers = [
      s3Error(409, "ConditionalRequestConflict"),
      s3Error(409, "OperationAborted"),
      s3Error(412, "PreconditionFailed"),
    ];
    const store = await storeOn(({ socket, index }) => socket.write(answers[index]!));
    expect(await store.put("name", bytes, digest)).toBe("exists");
    expect(server.requests).toHaveLength(3);
  });

  test("a swap of what is gone does not hold", async () => {
    const store = await storeOn(({ socket }) => socket.write(s3Error(404, "NoSuchKey")));
    expect(await store.swap("name", bytes, '"tag"')).toBeUndefined();
    expect(server.requests[0]?.headers.get("if-match")).toBe('"tag"');
  });
});

describe("refusals", () => {
  const refusals: readonly [string, Buffer, Record<string, unknown>][] = [
    [
      "503 SlowDown",
      s3Error(503, "SlowDown"),
      { code: "STORE_UNAVAILABLE", throttled: true, retryable: true },
    ],
    ["429", httpAnswer(429), { code: "STORE_UNAVAILABLE", throttled: true, retryable: true }],
    ["500", s3Error(500, "InternalError"), { code: "STORE_UNAVAILABLE", throttled: false, retryable: true }],
    [
      "502 of a proxy",
      httpAnswer(502, {}, "<html>Bad gateway"),
      { code: "STORE_UNAVAILABLE", retryable: true },
    ],
    [
      "403",
      s3Error(403, "AccessDenied"),
      { code: "ACCESS_DENIED", hint: expect.stringContaining("s3:GetObject") },
    ],
    ["403 without a word", httpAnswer(403), { code: "ACCESS_DENIED" }],
    [
      "expired",
      s3Error(400, "ExpiredToken"),
      { code: "ACCESS_DENIED", message: expect.stringContaining("expired") },
    ],
    ["an unknown key id", s3Error(403, "InvalidAccessKeyId"), { code: "ACCESS_DENIED" }],
    ["a wrong clock", s3Error(403, "RequestTimeTooSkewed"), { code: "STORE_UNAVAILABLE", retryable: true }],
    ["no such object", s3Error(404, "NoSuchKey"), { code: "OBJECT_MISSING", objectName: "name" }],
    [
      "no such bucket",
      s3Error(404, "NoSuchBucket"),
      { code: "STORE_MISSING", hint: expect.stringContaining("cairn setup") },
    ],
    ["a 404 of something else", httpAnswer(404, {}, "<html>Not found"), { code: "ACCESS_DENIED" }],
    [
      "another region",
      s3Error(301, "PermanentRedirect", "", { "x-amz-bucket-region": "eu-west-1" }),
      { code: "STORE_MISSING", hint: expect.stringContaining("region=eu-west-1") },
    ],
    ["not implemented", s3Error(501, "NotImplemented"), { code: "ACCESS_DENIED", retryable: false }],
    ["full", s3Error(507, "XMinioStorageFull"), { code: "STORE_FULL" }],
  ];

  test.each(refusals)("%s", async (_, answer, expected) => {
    const store = await storeOn(({ socket }) => socket.write(answer));
    expect(await failureOf(store.get("name", range))).toMatchObject(expected);
  });

  test("the answer to a bad signature is not shown", async () => {
    const fields =
      "<AWSAccessKeyId>the-key-id</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256 x</StringToSign>" +
      "<SignatureProvided>f00d</SignatureProvided><CanonicalRequest>GET\n/bucket</CanonicalRequest>";
    const store = await storeOn(({ socket }) => socket.write(s3Error(403, "SignatureDoesNotMatch", fields)));
    const error = await failureOf(store.get("name", range));
    expect(error).toMatchObject({ code: "ACCESS_DENIED" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(
      /the-key-id|the-secret|AWS4-HMAC|f00d|CanonicalRequest/,
    );
  });

  test("nobody listens", async () => {
    const store = await storeOn(() => undefined);
    await server.close();
    expect(await failureOf(store.head("name"))).toMatchObject({ code: "STORE_UNAVAILABLE", retryable: true });
  });

  // A test runner's realm hides the codes of Node's own errors from the SDK, so they are made here.
  test.each([
    ["ECONNREFUSED", { pathStyle: true, endpoint: "http://store.example" }, "its server runs"],
    ["ENOTFOUND", { pathStyle: false, endpoint: "http://store.example" }, "path-style=true"],
    ["ENOTFOUND", { pathStyle: false, endpoint: undefined }, "the region of the store"],
  ])("%s with %j", (code, place, hint) => {
    const thrown = Object.assign(new Error(`connect ${code}`), { code, errno: -111 });
    const where = { bucket: "bucket", region: "us-east-1", description: "s3://bucket", ...place };
    expect(translateS3Error(thrown, where, "GetObject", "name")).toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: `s3://bucket could not be reached (${code})`,
      hint: expect.stringContaining(hint),
    });
  });

  test("no credentials anywhere", async () => {
    const store = await storeOn(() => undefined, {
      credentials: async () => {
        throw Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
      },
    });
    expect(await failureOf(store.get("name"))).toMatchObject({
      code: "ACCESS_DENIED",
      hint: expect.stringContaining("AWS_ACCESS_KEY_ID"),
    });
  });
});
