// S3 and DynamoDB through a real proxy and to a server with a private authority, as the variables say; and what is said
// where one of them stands in the way.

import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAwsSession } from "../../src/aws/aws-session.ts";
import { createDynamoIndex } from "../../src/indexes/dynamo-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { createS3Store } from "../../src/objects/s3-store.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { runSource } from "../support/run-source.ts";
import { newBucket, S3_REGION } from "../support/s3-bucket.ts";
import { service } from "../support/services.ts";
import { makeTable } from "../support/table.ts";
import { startTlsFront, type TlsFront } from "../support/tls-front.ts";

let proxy: TestProxy;
let front: TlsFront;
let bucket: string;

beforeAll(async () => {
  front = await startTlsFront(service("versitygw"));
  ({ bucket } = await newBucket("versitygw"));
});
afterAll(() => front.close());
beforeEach(async () => {
  proxy = await startProxy({ login: "ci:secret" });
});
afterEach(() => proxy.close());

const openStore = (endpoint: string, env: Readonly<Record<string, string>>) =>
  createS3Store({ bucket, region: S3_REGION, endpoint, pathStyle: true, aws: createAwsSession({ env }) });

/**
 * What a first request fails with, in a process of its own: in jest's realm the SDK takes Node's errors for no errors, and
 * puts others in their place.
 */
async function failure(endpoint: string, env: Readonly<Record<string, string>>) {
  const options = { bucket, region: S3_REGION, endpoint, pathStyle: true };
  const output = await runSource(`
    const { createAwsSession } = await import("SRC/aws/aws-session.ts");
    const { createS3Store } = await import("SRC/objects/s3-store.ts");
    const aws = createAwsSession({ env: ${JSON.stringify(env)} });
    const { code, message, hint } = await createS3Store({ ...${JSON.stringify(options)}, aws }).head("v1/a").catch((error) => error);
    process.stdout.write(JSON.stringify({ code, message, hint }));`);
  return JSON.parse(output) as { code: string; message: string; hint: string };
}

/** More than a socket gives at a time. */
const CONTENT = "content ".repeat(50_000);

/** Writes an object and reads it back. */
async function use(endpoint: string, env: Readonly<Record<string, string>>): Promise<string> {
  const store = openStore(endpoint, env);
  const name = `v1/${randomUUID()}`;
  const bytes = Buffer.from(CONTENT);
  await store.put(name, bytes, sha256(bytes));
  return Buffer.from(await store.get(name)).toString();
}

const hostOf = (url: string): string => new URL(url).host;

describe("a server behind TLS", () => {
  test("goes through a tunnel of HTTPS_PROXY, which is kept open", async () => {
    const store = openStore(front.url, { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: front.caFile });
    for (let i = 0; i < 3; i++) expect(await store.head(`v1/${i}`)).toBeUndefined();
    expect(new Set(proxy.asked.map(({ method, target }) => `${method} ${target}`))).toEqual(
      new Set([`CONNECT ${hostOf(front.url)}`]),
    );
    // The SDK opens a second connection once; from then on there are enough.
    const tunnels = proxy.asked.length;
    for (let i = 0; i < 5; i++) await store.head(`v1/${i}`);
    expect(proxy.asked.length).toBe(tunnels);
  });

  test.each(["localhost", "*", ".localhost,localhost:PORT"])("NO_PROXY=%s goes past it", async (hosts) => {
    const NO_PROXY = hosts.replace("PORT", new URL(front.url).port);
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY, AWS_CA_BUNDLE: front.caFile };
    expect(await use(front.url, env)).toBe(CONTENT);
    expect(proxy.asked).toEqual([]);
  });

  test("an authority that nobody named", async () => {
    expect(await failure(front.url, {})).toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(/could not be reached \([A-Z_]*(CERT|SIGNATURE)[A-Z_]*\)$/),
      hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });

  test("AWS_CA_BUNDLE is read once for both clients, and trusted", async () => {
    expect(await use(front.url, { AWS_CA_BUNDLE: front.caFile })).toBe(CONTENT);
  });

  test("a name that the certificate is not for", async () => {
    const url = front.url.replace("localhost", "127.0.0.1");
    expect(await failure(url, { AWS_CA_BUNDLE: front.caFile })).toMatchObject({
      hint: expect.stringContaining("for another name"),
    });
  });
});

describe("a server without TLS", () => {
  test("is asked through HTTP_PROXY", async () => {
    expect(await use(service("versitygw"), { HTTP_PROXY: proxy.url })).toBe(CONTENT);
    expect(proxy.asked.map(({ method, target }) => `${method} ${new URL(target).host}`)).toEqual([
      `PUT ${hostOf(service("versitygw"))}`,
      `GET ${hostOf(service("versitygw"))}`,
    ]);
  });

  test("HTTPS_PROXY is not for it", async () => {
    expect(await use(service("versitygw"), { HTTPS_PROXY: proxy.url })).toBe(CONTENT);
    expect(proxy.asked).toEqual([]);
  });
});

describe("a proxy that is in the way", () => {
  test("refuses: the user and password in it", async () => {
    const env = { HTTPS_PROXY: proxy.url.replace("secret", "wrong"), AWS_CA_BUNDLE: front.caFile };
    const { message, hint } = await failure(front.url, env);
    expect(message).toMatch(/could not be reached \(ERR_PROXY_TUNNEL\)$/);
    expect(hint).toContain("check HTTPS_PROXY and the user and password in it");
    expect(message + hint).not.toContain("wrong");
  });

  test("is of a kind that is not known", async () => {
    await expect(use(front.url, { HTTPS_PROXY: "socks5://127.0.0.1:1080" })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: "HTTPS_PROXY names a proxy that speaks socks5",
    });
  });
});

test("the index goes through it, too", async () => {
  const place = { table: `network-${randomUUID()}`, region: "us-east-1", endpoint: service("dynamodb") };
  await makeTable(place);
  const aws = createAwsSession({ env: { HTTP_PROXY: proxy.url } });
  const index = createDynamoIndex({ ...place, clock: createClock(), aws });
  for await (const ref of index.list({})) expect(ref).toBeUndefined();
  await index.close();
  expect(proxy.asked.map(({ method, target }) => `${method} ${new URL(target).host}`)).toEqual([
    `POST ${hostOf(place.endpoint)}`,
  ]);
});
