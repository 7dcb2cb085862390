// A role taken with an identity token, at moto's STS: who signs the requests, how often a session is opened, and what is
// said where AWS refuses. And the SDK's own way, by AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.

import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAwsSession } from "../../src/aws/aws-session.ts";
import { createDynamoIndex } from "../../src/indexes/dynamo-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import { createS3Store } from "../../src/objects/s3-store.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { service } from "../support/services.ts";
import { makeTable } from "../support/table.ts";
import { temporaryFolder } from "../support/temporary.ts";

const REGION = "eu-west-1";
const role = {
  // moto's own account, whose tables the session sees.
  arn: "arn:aws:iam::123456789012:role/cairn-trusted",
  sessionName: "cairn-1000",
  audience: "sts.amazonaws.com",
};
const place = { table: `role-${randomUUID()}`, region: REGION, endpoint: service("moto") };
const bucket = `role-${randomUUID()}`;
let proxy: TestProxy;

beforeAll(async () => {
  const client = new S3Client({ endpoint: service("moto"), region: REGION, forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
  client.destroy();
  await makeTable(place);
});
beforeEach(async () => {
  proxy = await startProxy();
});
afterEach(() => proxy.close());

/** Which key signed each request, by the service that was asked. */
const signers = () =>
  proxy.asked.map(({ headers }) => {
    const [, keyId, service] =
      /Credential=([^/]+)\/\d+\/[^/]+\/(\w+)\//.exec(headers.authorization ?? "") ?? [];
    return { service: service ?? "unsigned", keyId };
  });

describe("a session", () => {
  test("signs the requests of store and index, and is opened once for both", async () => {
    const audiences: string[] = [];
    const aws = createAwsSession({
      env: { AWS_REGION: REGION, AWS_ENDPOINT_URL_STS: service("moto"), HTTP_PROXY: proxy.url },
      role,
      fetchIdentityToken: async (audience) => {
        audiences.push(audience);
        return "a.b.c";
      },
    });
    const common = { region: REGION, endpoint: service("moto"), aws };
    const store = createS3Store({ ...common, bucket, pathStyle: true });
    const index = createDynamoIndex({ ...common, table: place.table, clock: createClock() });
    const rows = async () => {
      for await (const ref of index.list({})) return ref;
      return undefined;
    };
    expect(await Promise.all([store.head("v1/a"), store.head("v1/b"), rows()])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await index.close();
    expect(audiences).toEqual(["sts.amazonaws.com"]);
    const asked = signers();
    expect([...new Set(asked.map(({ service }) => service))].sort()).toEqual(["dynamodb", "s3", "unsigned"]);
    expect(asked.filter(({ service }) => service === "unsigned")).toHaveLength(1);
    const keys = new Set(asked.filter(({ service }) => service !== "unsigned").map(({ keyId }) => keyId));
    // moto gives sessions keys of their own, whatever AWS_ACCESS_KEY_ID says.
    expect([...keys]).toEqual([expect.stringMatching(/^ASIA/)]);
  });

  test("is renewed before it ends, once for all who ask, with a token of its own", async () => {
    const sts = await startSts((n) => session(n, n === 1 ? 5 * 60_000 : 3_600_000));
    let tokens = 0;
    const credentials = credentialsOf(sts.url, async () => `token-${++tokens}`);
    expect((await credentials()).accessKeyId).toBe("ASIA1");
    const again = await Promise.all([credentials(), credentials(), credentials()]);
    expect(again.map(({ accessKeyId }) => accessKeyId)).toEqual(["ASIA2", "ASIA2", "ASIA2"]);
    expect((await credentials()).accessKeyId).toBe("ASIA2");
    expect(sts.asked.map((form) => form.get("WebIdentityToken"))).toEqual(["token-1", "token-2"]);
    expect(sts.asked[0]!.get("RoleSessionName")).toBe("cairn-1000");
    await sts.close();
  });

  test("that could not be opened is tried again by the next request", async () => {
    const sts = await startSts((n) => session(n, 3_600_000));
    let asked = 0;
    const credentials = credentialsOf(sts.url, async () => {
      if (++asked === 1) throw new Error("no token this time");
      return "token";
    });
    await expect(credentials()).rejects.toThrow("no token this time");
    expect((await credentials()).accessKeyId).toBe("ASIA1");
    await sts.close();
  });
});

describe("a refusal", () => {
  test.each([
    [
      "AccessDenied",
      "Not authorized to perform sts:AssumeRoleWithWebIdentity",
      /trust policy must allow .*sub.*sts\.amazonaws\.com \(aud\)/,
    ],
    [
      "InvalidIdentityToken",
      "No OpenIDConnect provider found in your account",
      /identity provider for this issuer/,
    ],
    ["ExpiredTokenException", "Token expired", /clock of this machine/],
  ])("%s", async (code, message, hint) => {
    const sts = await startSts(() => ({
      status: code === "AccessDenied" ? 403 : 400,
      body: failure(code, message),
    }));
    await expect(credentialsOf(sts.url, async () => "secret.token")()).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      message: expect.stringMatching(
        /^AWS does not lend the role arn:aws:iam::123456789012:role\/cairn-trusted to this job/,
      ),
      hint: expect.stringMatching(hint),
    });
    await sts.close();
  });

  test("STS can't be reached", async () => {
    const sts = await startSts(() => ({ status: 200, body: "" }));
    await sts.close();
    await expect(credentialsOf(sts.url, async () => "t")()).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("STS, which lends the role"),
    });
  });
});

test("AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE: the SDK takes the role, through the proxy", async () => {
  const file = join(temporaryFolder(), "token");
  writeFileSync(file, "a.b.c");
  const source = new URL("../../src/", import.meta.url).href;
  const code = `
    const { createS3Store } = await import("${source}objects/s3-store.ts");
    const { createAwsSession } = await import("${source}aws/aws-session.ts");
    const aws = createAwsSession({ env: process.env });
    const store = createS3Store({ bucket: ${JSON.stringify(bucket)}, region: "${REGION}", endpoint: "${service("moto")}", pathStyle: true, aws });
    process.stdout.write(String(await store.head("v1/a")));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
    env: {
      PATH: process.env["PATH"],
      HOME: temporaryFolder(),
      HTTP_PROXY: proxy.url,
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL_STS: service("moto"),
      AWS_ROLE_ARN: role.arn,
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
    },
  });
  expect(stdout).toBe("undefined");
  const [first, ...others] = signers();
  expect(first).toEqual({ service: "unsigned", keyId: undefined });
  expect(others.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual({ service: "s3", keyId: expect.stringMatching(/^ASIA/) });
});

function credentialsOf(endpoint: string, fetchIdentityToken: () => Promise<string>) {
  const env = { AWS_REGION: REGION, AWS_ENDPOINT_URL_STS: endpoint };
  return createAwsSession({ env, role, fetchIdentityToken }).credentials!;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Answers as STS does, which moto can't be made to: with refusals, and with sessions that end soon. */
async function startSts(answer: (n: number) => Answer) {
  const asked: URLSearchParams[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let form = "";
    for await (const text of incoming.setEncoding("utf8")) form += text;
    asked.push(new URLSearchParams(form));
    const { status, body } = answer(asked.length);
    outgoing.writeHead(status, { "content-type": "text/xml" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

const NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

function session(n: number, lifeMs: number): Answer {
  const end = new Date(Date.now() + lifeMs).toISOString();
  return {
    status: 200,
    body: `<AssumeRoleWithWebIdentityResponse ${NAMESPACE}><AssumeRoleWithWebIdentityResult><Credentials>
      <AccessKeyId>ASIA${n}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
      <Expiration>${end}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  };
}

function failure(code: string, message: string): string {
  return `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
