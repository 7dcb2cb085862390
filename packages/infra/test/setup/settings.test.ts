// What `cairn setup` writes, read back by other clients from moto, which has the APIs of AWS; and what it leaves alone.

import { randomUUID } from "node:crypto";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createTableInput } from "@cairn/core";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { service } from "../../../core/test/support/services.ts";
import { dashboard } from "../../src/blueprint/monitoring.ts";
import type { SetupStep } from "../../src/setup/setting.ts";
import type { SetupRequest } from "../../src/setup/setup.ts";
import { type Named, newNames, REGION, withInfra } from "../support/infra.ts";

const moto = { endpoint: service("moto"), region: REGION };
const s3 = new S3Client({ ...moto, forcePathStyle: true });
const dynamo = new DynamoDBClient(moto);
const dynamoLocal = new DynamoDBClient({ endpoint: service("dynamodb"), region: REGION });
const cloudwatch = new CloudWatchClient(moto);

beforeAll(() => {
  process.env["AWS_ENDPOINT_URL_CLOUDWATCH"] = moto.endpoint;
});
afterAll(() => {
  delete process.env["AWS_ENDPOINT_URL_CLOUDWATCH"];
  for (const client of [s3, dynamo, dynamoLocal, cloudwatch]) client.destroy();
});

const names = (given: Parameters<typeof newNames>[1] = {}) => newNames("moto", { tables: "moto", ...given });
const setup = (named: Named, request: SetupRequest) => withInfra(named, (infra) => infra.setup(request));
const step = (steps: readonly SetupStep[], what: string) =>
  steps.find(({ resource }) => resource.endsWith(what))!;
const rulesOf = async (Bucket: string) =>
  (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules!;

describe("a store that setup made", () => {
  const named = names({ parameters: "&sse=AES256" });
  beforeAll(async () => {
    await setup(named, { apply: true, alarmTopic: "arn:aws:sns:us-east-1:123456789012:cache" });
  });
  const Bucket = named.bucket;
  const TableName = named.table;

  test("keeps versions, encrypts, and is private", async () => {
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
    ]);
    const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(block.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
  });

  test("lets objects go by their domain, and what is left over", async () => {
    expect(await rulesOf(Bucket)).toMatchObject([
      { ID: "cairn-trusted:team/", Filter: { Prefix: "team/v1/trusted/" }, Expiration: { Days: 370 } },
      { ID: "cairn-pr:team/", Filter: { Prefix: "team/v1/pr/" }, Expiration: { Days: 35 } },
      {
        ID: "cairn-leftovers:team/",
        Filter: { Prefix: "team/v1/" },
        Expiration: { ExpiredObjectDeleteMarker: true },
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ]);
  });

  test("has the table of the contract, which lets rows go and can be brought back", async () => {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const { KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes, BillingModeSummary } = Table!;
    expect(KeySchema?.map((key) => key.AttributeName)).toEqual(["pk", "sk"]);
    expect(BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
    expect(LocalSecondaryIndexes?.map((index) => index.IndexName)).toEqual(["createdAt-index"]);
    const keys = Object.fromEntries(
      GlobalSecondaryIndexes!.map((index) => [
        index.IndexName,
        index.KeySchema!.map((key) => key.AttributeName),
      ]),
    );
    expect(keys).toMatchObject({
      "repository-toolchain-index": ["repository", "toolchain"],
      "lockfileHash-index": ["lockfileHash"],
    });
    const ttl = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(ttl.TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: "ENABLED", AttributeName: "ttl" });
    const backups = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
    expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      PointInTimeRecoveryStatus: "ENABLED",
    });
  });

  test("has a dashboard and two alarms, which tell the topic", async () => {
    const DashboardName = `${Bucket}-team-cairn`;
    const { DashboardBody } = await cloudwatch.send(new GetDashboardCommand({ DashboardName }));
    expect(JSON.parse(DashboardBody!)).toEqual(
      dashboard({ bucket: Bucket, prefix: "team/", region: REGION }),
    );
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: Bucket }));
    expect(MetricAlarms).toHaveLength(2);
    for (const alarm of MetricAlarms!) {
      expect(alarm.AlarmActions).toEqual(["arn:aws:sns:us-east-1:123456789012:cache"]);
      const dimensions = alarm.Metrics!.flatMap(({ MetricStat }) => MetricStat?.Metric?.Dimensions ?? []);
      expect(new Set(dimensions.map(({ Value }) => Value))).toEqual(new Set([`${Bucket}/team/`]));
    }
  });

  test("is left as it is by a second setup", async () => {
    const read = async () => ({
      rules: await rulesOf(Bucket),
      table: (await dynamo.send(new DescribeTableCommand({ TableName }))).Table,
    });
    const before = await read();
    const steps = await setup(named, { apply: true });
    expect(steps.filter(({ state }) => state !== "present").map(({ resource }) => resource)).toEqual([
      // moto has bucket policies, but takes a condition that it does not know for one that holds.
      `s3://${Bucket} policy`,
    ]);
    expect(await read()).toEqual(before);
  });

  test("keeps an alarm's threshold that somebody moved", async () => {
    const AlarmNames = [`${Bucket}-team-cairn-low-hit-rate`];
    const read = async () =>
      (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames }))).MetricAlarms![0]!;
    const { AlarmName, ComparisonOperator, EvaluationPeriods, Metrics } = await read();
    const moved = { AlarmName, ComparisonOperator, EvaluationPeriods, Metrics, Threshold: 40 };
    await cloudwatch.send(new PutMetricAlarmCommand(moved));
    await setup(named, { apply: true, alarmTopic: "arn:aws:sns:us-east-1:123456789012:other" });
    expect(await read()).toMatchObject({
      Threshold: 40,
      AlarmActions: ["arn:aws:sns:us-east-1:123456789012:other"],
    });
  });
});

describe("what others have set", () => {
  async function foreignBucket(named: Named, rules: LifecycleRule[] = []): Promise<string> {
    const Bucket = named.bucket;
    await s3.send(new CreateBucketCommand({ Bucket }));
    if (rules.length > 0) {
      const input = { Bucket, LifecycleConfiguration: { Rules: rules } };
      await s3.send(new PutBucketLifecycleConfigurationCommand(input));
    }
    return Bucket;
  }

  test("lifecycle rules of other prefixes stay", async () => {
    const named = names();
    const foreign = {
      ID: "logs",
      Status: "Enabled" as const,
      Filter: { Prefix: "logs/" },
      Expiration: { Days: 3 },
    };
    const Bucket = await foreignBucket(named, [foreign]);
    const steps = await setup(named, { apply: true, monitoring: false });
    expect(step(steps, " lifecycle")).toMatchObject({
      state: "created",
      detail: expect.stringContaining("1 rule of others"),
    });
    const rules = await rulesOf(Bucket);
    expect(rules).toHaveLength(4);
    expect(rules[0]).toMatchObject(foreign);
  });

  test("two stores of one bucket have rules of their own", async () => {
    const named = names();
    await setup(named, { apply: true, monitoring: false });
    const other = { ...named, store: named.store.replace("/team?", "/other?") };
    await setup(other, { apply: true, monitoring: false });
    expect(await rulesOf(named.bucket)).toHaveLength(6);
    expect(step(await setup(named, { apply: false, monitoring: false }), " lifecycle").state).toBe("present");
  });

  test("a lifecycle rule that would break live saves is told, and nothing is changed", async () => {
    const named = names();
    const foreign = {
      ID: "clean",
      Status: "Enabled" as const,
      Filter: { Prefix: "" },
      Expiration: { Days: 90 },
    };
    const Bucket = await foreignBucket(named, [foreign]);
    const lifecycle = step(await setup(named, { apply: true, monitoring: false }), " lifecycle");
    expect(lifecycle).toMatchObject({ state: "differs", detail: expect.stringContaining('"clean"') });
    expect(lifecycle.hint).toContain("remove that rule");
    expect(await rulesOf(Bucket)).toHaveLength(1);
  });

  test("a bucket that was made before gets what it lacks", async () => {
    const named = names({ parameters: "&sse=aws:kms&kms-key=key-1" });
    const Bucket = await foreignBucket(named);
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
    );
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } }];
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const look = await setup(named, { apply: false, monitoring: false });
    const changed = [" versioning", " encryption", " public access"];
    expect(changed.map((what) => step(look, what).state)).toEqual(["outdated", "outdated", "outdated"]);
    const done = await setup(named, { apply: true, monitoring: false });
    expect(changed.map((what) => step(done, what).state)).toEqual(["changed", "changed", "changed"]);
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "key-1" },
      BucketKeyEnabled: true,
    });
    const again = await setup(named, { apply: false, monitoring: false });
    expect(changed.map((what) => step(again, what).state)).toEqual(["present", "present", "present"]);
    const other = { ...named, store: named.store.replace("key-1", "key-2") };
    expect(step(await setup(other, { apply: true, monitoring: false }), " encryption")).toMatchObject({
      state: "differs",
      detail: expect.stringContaining("key-1"),
    });
  });

  test("a bucket in another region is told with what to write", async () => {
    const named = names();
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
    await s3.send(new CreateBucketCommand({ Bucket: named.bucket, CreateBucketConfiguration }));
    const [bucket] = await setup(named, { apply: false, monitoring: false });
    expect(bucket).toMatchObject({ state: "differs", hint: expect.stringContaining("region=eu-west-1") });
  });

  test("a policy that this server would refuse every write under is taken back", async () => {
    const named = names();
    const Bucket = await foreignBucket(named);
    const foreign = {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Logs",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:PutObject",
          Resource: `arn:aws:s3:::${Bucket}/logs/*`,
        },
      ],
    };
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(foreign) }));
    const steps = await setup(named, { apply: true, monitoring: false });
    expect(step(steps, " policy").state).toBe("unsupported");
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy!)).toEqual(foreign);
    await s3.send(
      new PutObjectCommand({ Bucket, Key: "team/v1/trusted/packs/x", Body: "x", IfNoneMatch: "*" }),
    );
  });
});

test("an archive, asked for once, stays without being asked for again", async () => {
  const named = names();
  await setup(named, { apply: true, archive: true, monitoring: false });
  const read = async () => (await rulesOf(named.bucket))[0]!.Transitions;
  expect(await read()).toEqual([{ Days: 90, StorageClass: "GLACIER_IR" }]);
  const steps = await setup(named, { apply: true, monitoring: false });
  expect(step(steps, " lifecycle")).toMatchObject({
    state: "present",
    detail: expect.stringContaining("archived"),
  });
  expect(await read()).toEqual([{ Days: 90, StorageClass: "GLACIER_IR" }]);
});

describe("a table that was made before", () => {
  const place = () => ({ ...newNames("minio"), store: "memory://none" });

  test("with another key is told and left alone", async () => {
    const named = place();
    await dynamoLocal.send(
      new CreateTableCommand({
        TableName: named.table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
    const steps = await setup(named, { apply: true });
    expect(steps.slice(1)).toMatchObject([
      {
        state: "differs",
        detail: expect.stringContaining("(id) instead of (pk, sk)"),
        hint: expect.any(String),
      },
    ]);
    const ttl = await dynamoLocal.send(new DescribeTimeToLiveCommand({ TableName: named.table }));
    expect(ttl.TimeToLiveDescription?.TimeToLiveStatus).toBe("DISABLED");
  });

  test("without its local index can't be helped", async () => {
    const named = place();
    const { LocalSecondaryIndexes: _, ...input } = createTableInput(named.table);
    const AttributeDefinitions = input.AttributeDefinitions!.filter(
      (each) => each.AttributeName !== "createdAt",
    );
    await dynamoLocal.send(new CreateTableCommand({ ...input, AttributeDefinitions }));
    expect((await setup(named, { apply: true }))[1]).toMatchObject({
      state: "differs",
      detail: expect.stringContaining("createdAt-index"),
    });
  });

  // On moto: DynamoDB Local takes seconds to make an index, and more the more tables it holds.
  test("without some of its global indexes gets them", async () => {
    const named = { ...names(), store: "memory://none" };
    const { GlobalSecondaryIndexes, ...input } = createTableInput(named.table);
    const AttributeDefinitions = input.AttributeDefinitions!.filter((each) =>
      ["pk", "sk", "createdAt", "lockfileHash"].includes(each.AttributeName!),
    );
    const kept = GlobalSecondaryIndexes!.filter((index) => index.IndexName === "lockfileHash-index");
    await dynamo.send(
      new CreateTableCommand({ ...input, AttributeDefinitions, GlobalSecondaryIndexes: kept }),
    );
    expect((await setup(named, { apply: false }))[1]).toMatchObject({
      state: "outdated",
      detail: "it lacks the index repository-toolchain-index, cacheKey-index",
    });
    expect((await setup(named, { apply: true }))[1]).toMatchObject({ state: "changed" });
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: named.table }));
    expect(Table!.GlobalSecondaryIndexes!.map((index) => index.IndexName).sort()).toEqual([
      "cacheKey-index",
      "lockfileHash-index",
      "repository-toolchain-index",
    ]);
    expect((await setup(named, { apply: true }))[1]).toMatchObject({ state: "present" });
  });

  test("whose time to live is on another attribute is told", async () => {
    const named = place();
    const TableName = named.table;
    await dynamoLocal.send(new CreateTableCommand(createTableInput(TableName)));
    const TimeToLiveSpecification = { AttributeName: "expires", Enabled: true };
    await dynamoLocal.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    expect((await setup(named, { apply: true }))[2]).toMatchObject({
      state: "differs",
      detail: expect.stringContaining("expires"),
    });
  });
});

test("a CloudWatch that is away is told with the way around it", async () => {
  process.env["AWS_ENDPOINT_URL_CLOUDWATCH"] = "http://127.0.0.1:9";
  try {
    const error = await setup(names(), { apply: false }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "STORE_UNAVAILABLE",
      hint: expect.stringContaining("--no-monitoring"),
    });
  } finally {
    process.env["AWS_ENDPOINT_URL_CLOUDWATCH"] = moto.endpoint;
  }
});

test("an aborted setup rejects with the reason", async () => {
  const reason = new Error(`stopped ${randomUUID()}`);
  const run = setup(names(), { apply: true, signal: AbortSignal.abort(reason) });
  await expect(run).rejects.toBe(reason);
});
