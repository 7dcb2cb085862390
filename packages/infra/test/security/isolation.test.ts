// The very policies that packages/infra ships, enforced in front of versitygw and DynamoDB Local: with a pull request's
// credentials the normal work succeeds and every hostile request fails; with a reader's the cache is read-only.

import { createHash } from "node:crypto";
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AccessDeniedError, partitionKey } from "@cairn/core";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { service } from "../../../core/test/support/services.ts";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";
import type { Names } from "../../src/blueprint/names.ts";
import { bucketIndexPolicy, ROLES, type Role, rolePolicy } from "../../src/blueprint/policies.ts";
import { ACCOUNT, type IamProxy, startIamProxy } from "../support/iam-proxy.ts";
import { newNames, REGION, withInfra } from "../support/infra.ts";
import {
  ACCESS,
  createJob,
  type Job,
  MAIN,
  type Place,
  PULL,
  REPOSITORY,
  writeTree,
} from "../support/jobs.ts";
import { saveSoftly } from "../support/save-softly.ts";

const named = newNames("versitygw");
const names: Names = {
  partition: "aws",
  region: REGION,
  account: ACCOUNT,
  bucket: named.bucket,
  prefix: "team/",
  table: named.table,
  repository: REPOSITORY,
  kmsKey: "",
};
const ADMIN: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" }],
};

let proxy: IamProxy;
let place: Place;
const env = { ...process.env };
const clients = new Map<string, { s3: S3Client; dynamo: DynamoDBClient }>();

type Who = Role | "admin";

/** DynamoDB Local takes letters and digits only. */
const keyIdOf = (who: Who) => who.replaceAll("-", "");

/** Everything that asks for credentials from now on gets those of a role. */
function actAs(who: Who): void {
  process.env["AWS_ACCESS_KEY_ID"] = keyIdOf(who);
  process.env["AWS_SECRET_ACCESS_KEY"] = "any";
}

function clientsOf(who: Who): { s3: S3Client; dynamo: DynamoDBClient } {
  const credentials = { accessKeyId: keyIdOf(who), secretAccessKey: "any" };
  const made = clients.get(who) ?? {
    s3: new S3Client({
      endpoint: proxy.s3,
      region: REGION,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    }),
    dynamo: new DynamoDBClient({ endpoint: proxy.dynamodb, region: REGION, credentials, maxAttempts: 1 }),
  };
  clients.set(who, made);
  return made;
}

const main = createJob(ACCESS.main);

beforeAll(async () => {
  proxy = await startIamProxy({
    s3: service("versitygw"),
    dynamodb: service("dynamodb"),
    principals: {
      admin: [ADMIN],
      ...Object.fromEntries(
        ROLES.map((role) => [keyIdOf(role), [rolePolicy(role, names), bucketIndexPolicy(role, names)]]),
      ),
    },
  });
  place = {
    store: `s3://${named.bucket}/team?region=${REGION}&endpoint=${proxy.s3}`,
    index: `dynamodb://${named.table}?region=${REGION}&endpoint=${proxy.dynamodb}`,
  };
  actAs("admin");
  const steps = await withInfra(place, (infra) => infra.setup({ apply: true }));
  // This door knows the conditions of AWS, so the policy stays.
  expect(steps.find(({ resource }) => resource.endsWith(" policy"))?.state).toBe("created");
  actAs("trusted-writer");
  writeTree(main, "of main");
  expect((await main.save(place, "deps-1")).status).toBe("saved");
});

afterAll(async () => {
  for (const { s3, dynamo } of clients.values()) {
    s3.destroy();
    dynamo.destroy();
  }
  await proxy.close();
  process.env = env;
});

test("a second setup finds everything as it is", async () => {
  actAs("admin");
  const steps = await withInfra(place, (infra) => infra.setup({ apply: true }));
  expect(steps.find(({ resource }) => resource.endsWith(" policy"))?.state).toBe("present");
});

describe("a branch", () => {
  test("restores what it saved, replaces it, and saves more", async () => {
    actAs("trusted-writer");
    const other = createJob(ACCESS.main);
    expect(await other.restore(place, "deps-1")).toMatchObject({ status: "hit", exact: true });
    writeTree(main, "of main, changed");
    expect(await main.save(place, "deps-2")).toMatchObject({ status: "saved" });
    writeTree(main, "of main");
    expect(await main.save(place, "deps-2", { overwrite: true })).toMatchObject({
      status: "saved",
      replaced: true,
    });
    expect(await main.save(place, "deps-1")).toMatchObject({ status: "exists" });
  });
});

describe("a pull request", () => {
  const pull = createJob(ACCESS.pull);

  test("restores what main saved, saves its own on top of it, and restores that", async () => {
    actAs("pull-request-writer");
    expect(await pull.restore(place, "deps-1")).toMatchObject({ status: "hit" });
    writeTree(pull, "of the pull request", 3);
    const saved = await pull.save(place, "deps-7");
    expect(saved).toMatchObject({ status: "saved", ref: { domain: "pr", scope: PULL } });
    const again = createJob(ACCESS.pull);
    expect(await again.restore(place, "deps-7")).toMatchObject({ status: "hit", exact: true });
  });

  test("never reaches what main restores", async () => {
    actAs("trusted-writer");
    const other = createJob(ACCESS.main);
    expect(await other.restore(place, "deps-7")).toMatchObject({ status: "miss" });
  });

  test("that says it were main is denied, and what main has stays", async () => {
    actAs("pull-request-writer");
    const liar = createJob(ACCESS.main);
    writeTree(liar, "hostile");
    const before = await stateOfMain();
    for (const [key, overwrite] of [
      ["deps-1", true],
      ["deps-new", false],
    ] as const) {
      await expect(liar.save(place, key, { overwrite })).rejects.toBeInstanceOf(AccessDeniedError);
    }
    expect(await stateOfMain()).toEqual(before);
    actAs("trusted-writer");
    const other = createJob(ACCESS.main);
    expect(await other.restore(place, "deps-1")).toMatchObject({ status: "hit", exact: true });
  });
});

/** Every object that branches read, with its bytes, and every row. */
async function stateOfMain(): Promise<unknown> {
  const { s3, dynamo } = clientsOf("admin");
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: named.bucket, Prefix: "team/v1/" }),
  );
  const kept = Contents.filter(({ Key }) => !Key!.includes("/pr/"));
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: named.table, ConsistentRead: true }));
  return {
    objects: kept.map(({ Key, ETag, Size }) => [Key, ETag, Size]),
    rows: Items.filter(({ pk }) => !pk!.S!.includes("refs/pull/")),
  };
}

describe("with a pull request's credentials", () => {
  let version = "";
  let trustedPack = "";
  let ownPack = "";

  beforeAll(async () => {
    const { s3, dynamo } = clientsOf("admin");
    const { Items } = await dynamo.send(new ScanCommand({ TableName: named.table }));
    version = Items!.find(({ ref, cacheKey }) => ref?.S === MAIN.ref && cacheKey)!["version"]!.S!;
    const first = async (prefix: string) => {
      const input = { Bucket: named.bucket, Prefix: `team/v1/${prefix}/`, MaxKeys: 1 };
      return (await s3.send(new ListObjectsV2Command(input))).Contents![0]!.Key!;
    };
    trustedPack = await first("trusted/packs");
    ownPack = await first("pr/packs").catch(() => first("pr/artifacts"));
  });

  const TableName = named.table;
  const Bucket = named.bucket;
  const rowOf = (scope = MAIN, sk = "deps-1") => ({ pk: { S: partitionKey(scope, version) }, sk: { S: sk } });
  const otherRepository = { repository: "acme/web", ref: PULL.ref };
  const ttl = {
    UpdateExpression: "SET #ttl = :now, expiresAtMs = :now",
    ExpressionAttributeNames: { "#ttl": "ttl" },
    ExpressionAttributeValues: { ":now": { N: "0" } },
  };
  const digest = createHash("sha256").update("evil").digest("base64");
  const evil = { Bucket, Body: "evil", ChecksumSHA256: digest };

  const dynamoRequests: Readonly<Record<string, () => unknown>> = {
    "replace main's Ref": () =>
      new PutItemCommand({ TableName, Item: { ...rowOf(), contentHash: { S: "sha256:evil" } } }),
    "change main's Ref": () =>
      new UpdateItemCommand({
        TableName,
        Key: rowOf(),
        UpdateExpression: "SET contentHash = :evil",
        ExpressionAttributeValues: { ":evil": { S: "sha256:evil" } },
      }),
    "end main's Ref by its time to live": () => new UpdateItemCommand({ TableName, Key: rowOf(), ...ttl }),
    "delete main's Ref": () => new DeleteItemCommand({ TableName, Key: rowOf() }),
    "hold a lease on main's key": () =>
      new PutItemCommand({
        TableName,
        Item: { ...rowOf(), pk: { S: `${partitionKey(MAIN, version)}:lease` } },
      }),
    "make a Ref of main": () => new PutItemCommand({ TableName, Item: rowOf(MAIN, "deps-9") }),
    "make a Ref of a tag": () =>
      new PutItemCommand({ TableName, Item: rowOf({ repository: REPOSITORY, ref: "refs/tags/v1" }) }),
    "make a row of another repository": () => new PutItemCommand({ TableName, Item: rowOf(otherRepository) }),
    "end a row of another repository": () =>
      new UpdateItemCommand({ TableName, Key: rowOf(otherRepository), ...ttl }),
    "read a row of another repository": () => new GetItemCommand({ TableName, Key: rowOf(otherRepository) }),
    "list the rows of another repository": () =>
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": rowOf(otherRepository).pk },
      }),
    "query an index of dashboards": () =>
      new QueryCommand({
        TableName,
        IndexName: "repository-toolchain-index",
        KeyConditionExpression: "repository = :r",
        ExpressionAttributeValues: { ":r": { S: "acme/web" } },
      }),
    "give the store another identity": () =>
      new PutItemCommand({
        TableName,
        Item: { pk: { S: ":identity" }, sk: { S: "store" }, identity: { S: "evil" } },
      }),
    "hide main's row among its own in one transaction": () =>
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: rowOf(PULL, "deps-8") } },
          { Delete: { TableName, Key: rowOf() } },
        ],
      }),
    "write many rows at once": () =>
      new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: rowOf() } }] } }),
    "write by SQL": () =>
      new ExecuteStatementCommand({
        Statement: `DELETE FROM "${TableName}" WHERE pk='${rowOf().pk.S}' AND sk='deps-1'`,
      }),
    "read everything": () => new ScanCommand({ TableName }),
    "turn the time to live off": () =>
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: false },
      }),
    "delete the table": () => new DeleteTableCommand({ TableName }),
  };

  test.each(Object.keys(dynamoRequests))("it can't %s", async (what) => {
    const before = await stateOfMain();
    const { dynamo } = clientsOf("pull-request-writer");
    await expect(dynamo.send(dynamoRequests[what]!() as PutItemCommand)).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    expect(await stateOfMain()).toEqual(before);
  });

  const s3Requests: Readonly<Record<string, () => unknown>> = {
    "put a pack that main would read": () =>
      new PutObjectCommand({ ...evil, Key: "team/v1/trusted/packs/aa", IfNoneMatch: "*" }),
    "put an artifact that main would read": () =>
      new PutObjectCommand({ ...evil, Key: "team/v1/trusted/artifacts/aa", IfNoneMatch: "*" }),
    "overwrite a pack of main": () => new PutObjectCommand({ ...evil, Key: trustedPack }),
    "overwrite a pack of main under its ETag": () =>
      new PutObjectCommand({ ...evil, Key: trustedPack, IfMatch: '"0"' }),
    "overwrite an object of a pull request": () => new PutObjectCommand({ ...evil, Key: ownPack }),
    "overwrite an object of a pull request under its ETag": () =>
      new PutObjectCommand({ ...evil, Key: ownPack, IfMatch: '"0"' }),
    "copy over an object of a pull request": () =>
      new CopyObjectCommand({ Bucket, Key: ownPack, CopySource: `${Bucket}/${trustedPack}` }),
    "begin an upload in parts among main's": () =>
      new CreateMultipartUploadCommand({ Bucket, Key: "team/v1/trusted/packs/bb" }),
    "begin an upload in parts among its own": () =>
      new CreateMultipartUploadCommand({ Bucket, Key: "team/v1/pr/packs/bb" }),
    "delete a pack of main": () => new DeleteObjectCommand({ Bucket, Key: trustedPack }),
    "delete an object of a pull request": () => new DeleteObjectCommand({ Bucket, Key: ownPack }),
    "give the store another identity": () =>
      new PutObjectCommand({ ...evil, Key: "team/v1/store.json", IfNoneMatch: "*" }),
    "condemn what main needs": () =>
      new PutObjectCommand({ ...evil, Key: "team/v1/condemned/current.json", IfNoneMatch: "*" }),
    "make a row of main in a bucket that is the index": () =>
      new PutObjectCommand({ ...evil, Key: "team/v1/refs/r/key/k/heads-0", IfNoneMatch: "*" }),
    "write outside the store": () => new PutObjectCommand({ ...evil, Key: "other/x", IfNoneMatch: "*" }),
    "read outside the store": () => new GetObjectCommand({ Bucket, Key: "other/x" }),
    "replace the bucket's policy": () => new PutBucketPolicyCommand({ Bucket, Policy: "{}" }),
    "remove the bucket's policy": () => new DeleteBucketPolicyCommand({ Bucket }),
    "let objects go sooner": () =>
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [] } }),
  };

  test.each(Object.keys(s3Requests))("it can't %s in the bucket", async (what) => {
    const before = await stateOfMain();
    const { s3 } = clientsOf("pull-request-writer");
    await expect(s3.send(s3Requests[what]!() as PutObjectCommand)).rejects.toMatchObject({
      name: "AccessDenied",
    });
    expect(await stateOfMain()).toEqual(before);
  });

  test("doctor finds the isolation real", async () => {
    actAs("pull-request-writer");
    const findings = await withInfra(place, (infra) =>
      infra.diagnose({ access: ACCESS.pull, mayWrite: true }),
    );
    expect(findings.filter(({ state }) => state === "problem" || state === "warning")).toEqual([]);
    for (const check of ["isolation of objects", "isolation of rows"])
      expect(findings.find((finding) => finding.check === check)?.state).toBe("ok");
  });

  test("what doctor had to leave it names", async () => {
    const { s3 } = clientsOf("admin");
    const list = async () => {
      const input = { Bucket, Prefix: "team/v1/" };
      return ((await s3.send(new ListObjectsV2Command(input))).Contents ?? []).map(({ Key }) => Key!);
    };
    const before = await list();
    actAs("pull-request-writer");
    const findings = await withInfra(place, (infra) =>
      infra.diagnose({ access: ACCESS.pull, mayWrite: true }),
    );
    const left = (await list()).filter((key) => !before.includes(key));
    expect(left).toHaveLength(1);
    expect(findings.find(({ check }) => check === "conditional writes")?.found).toContain(left[0]);
  });
});

test("not even a trusted writer replaces an object, and no administrator does by mistake", async () => {
  const { s3 } = clientsOf("admin");
  const input = { Bucket: named.bucket, Prefix: "team/v1/trusted/packs/", MaxKeys: 1 };
  const Key = (await s3.send(new ListObjectsV2Command(input))).Contents![0]!.Key!;
  for (const who of ["trusted-writer", "admin"] as const) {
    const put = clientsOf(who).s3.send(new PutObjectCommand({ Bucket: named.bucket, Key, Body: "evil" }));
    await expect(put).rejects.toMatchObject({ name: "AccessDenied" });
  }
});

describe("garbage under the names that main will write next", () => {
  test("leads to other names and a working cache", async () => {
    // What main will write is learnt from a store of its own: the same tree gives the same packs.
    actAs("admin");
    const twin = { store: "memory://twin-of-main", index: "memory://twin-of-main" };
    const job = createJob(ACCESS.main);
    writeTree(job, "to be foreseen");
    const foreseen = await job.save(twin, "foreseen");
    const own: Place = { store: place.store.replace("/team?", "/garbage?"), index: "bucket" };
    const { s3 } = clientsOf("admin");
    const hash = foreseen.status === "saved" ? foreseen.ref.contentHash : "";
    const Key = `garbage/v1/trusted/artifacts/${hash}`;
    await s3.send(new PutObjectCommand({ Bucket: named.bucket, Key, Body: "garbage", IfNoneMatch: "*" }));
    const saved = await job.save(own, "foreseen");
    expect(saved).toMatchObject({ status: "saved" });
    expect(saved.status === "saved" && saved.ref.contentHash).not.toBe(hash);
    const other = createJob(ACCESS.main);
    expect(await other.restore(own, "foreseen")).toMatchObject({ status: "hit", exact: true });
  });
});

describe("a reader", () => {
  test("restores, and its save is denied in words", async () => {
    actAs("reader");
    const reader: Job = createJob(ACCESS.main);
    expect(await reader.restore(place, "deps-1")).toMatchObject({ status: "hit", exact: true });
    writeTree(reader, "of a reader");
    await expect(reader.save(place, "deps-3")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  test("gets one warning from a save that must not break a build, and exit code 0", async () => {
    const { code, warnings } = await saveSoftly(place, keyIdOf("reader"));
    expect(code).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  test("is told by doctor what it lacks", async () => {
    actAs("reader");
    const findings = await withInfra(place, (infra) =>
      infra.diagnose({ access: ACCESS.main, mayWrite: true }),
    );
    const problems = findings.filter(({ state }) => state === "problem");
    expect(problems.map(({ check }) => check)).toEqual(["writing", "writing rows"]);
    for (const { remedy } of problems) expect(remedy).toContain("CAIRN_MODE=read");
    const asReader = await withInfra(place, (infra) =>
      infra.diagnose({ access: ACCESS.main, mayWrite: false }),
    );
    expect(asReader.filter(({ state }) => state === "problem" || state === "warning")).toEqual([]);
  });

  test("may set up nothing, which is told for each setting", async () => {
    actAs("reader");
    const steps = await withInfra(place, (infra) => infra.setup({ apply: true }));
    for (const step of steps.filter(({ state }) => state === "denied"))
      expect(step.hint).toMatch(/^allow \w+:/);
    expect(steps.filter(({ state }) => state === "created" || state === "changed")).toEqual([]);
    expect(steps.some(({ state }) => state === "denied")).toBe(true);
  });
});

describe("where the bucket is the index", () => {
  const bucketIndex = (): Place => ({ store: place.store, index: "bucket" });

  test("branches and pull requests work, and a pull request that says it were main is denied", async () => {
    actAs("trusted-writer");
    writeTree(main, "of main, in the bucket");
    expect(await main.save(bucketIndex(), "bucket-1")).toMatchObject({ status: "saved" });
    actAs("pull-request-writer");
    const pull = createJob(ACCESS.pull);
    expect(await pull.restore(bucketIndex(), "bucket-1")).toMatchObject({ status: "hit" });
    writeTree(pull, "of the pull request, in the bucket", 2);
    expect(await pull.save(bucketIndex(), "bucket-7")).toMatchObject({ status: "saved" });
    const liar = createJob(ACCESS.main);
    writeTree(liar, "hostile");
    await expect(liar.save(bucketIndex(), "bucket-1", { overwrite: true })).rejects.toBeInstanceOf(
      AccessDeniedError,
    );
    actAs("trusted-writer");
    const other = createJob(ACCESS.main);
    expect(await other.restore(bucketIndex(), "bucket-1")).toMatchObject({ status: "hit", exact: true });
    expect(await other.restore(bucketIndex(), "bucket-7")).toMatchObject({ status: "miss" });
  });
});
