// `cairn doctor` on real servers: a healthy store is told so, each fault is named with its remedy, and nothing stays
// behind in the store or in the table.

import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ServiceName, service } from "../../../core/test/support/services.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { faultsOf, type Named, newNames, REGION, withInfra } from "../support/infra.ts";
import { ACCESS, createJob, writeTree } from "../support/jobs.ts";

const dynamo = new DynamoDBClient({ endpoint: service("dynamodb"), region: REGION });
afterAll(() => dynamo.destroy());

const setUp = (named: Named) => withInfra(named, (infra) => infra.setup({ apply: true }));
const examine = (
  named: Pick<Named, "store" | "index">,
  given: { access?: typeof ACCESS.main; mayWrite?: boolean } = {},
) => withInfra(named, (infra) => infra.diagnose({ access: ACCESS.main, mayWrite: true, ...given }));
const of = (findings: readonly Finding[], check: string) =>
  findings.find((finding) => finding.check === check);

async function contents(server: ServiceName, { bucket, table }: Named): Promise<unknown> {
  const s3 = new S3Client({ endpoint: service(server), region: REGION, forcePathStyle: true });
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket }),
  );
  s3.destroy();
  const { Items } = await dynamo.send(new ScanCommand({ TableName: table }));
  return { versions: [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => [Key, VersionId]), Items };
}

describe.each(["versitygw", "minio"] as const)("on %s", (server) => {
  const named = newNames(server);
  beforeAll(async () => {
    await setUp(named);
  });

  test("a new store is healthy, and stays empty", async () => {
    const before = await contents(server, named);
    const findings = await examine(named);
    expect(faultsOf(findings)).toEqual([]);
    for (const check of [
      "credentials",
      "clock",
      "listing",
      "region",
      "reading",
      "writing",
      "conditional writes",
    ]) {
      expect([check, of(findings, check)?.state]).toEqual([check, "ok"]);
    }
    for (const check of ["table", "reading rows", "writing rows"])
      expect([check, of(findings, check)?.state]).toEqual([check, "ok"]);
    for (const check of ["latency of the index", "latency of the store"])
      expect(of(findings, check)?.found).toMatch(/^\d+\.\d ms a request/);
    expect(of(findings, "upload")?.found).toMatch(/^\d+ MB\/s/);
    expect(of(findings, "download")?.state).toBe("unknown");
    expect(await contents(server, named)).toEqual(before);
  });

  test("a store in use is healthy, its speed is measured, and it holds the same afterwards", async () => {
    const job = createJob(ACCESS.main);
    writeTree(job, "doctor");
    await job.save(named, "key");
    const before = await contents(server, named);
    const findings = await examine(named);
    expect(faultsOf(findings)).toEqual([]);
    expect(of(findings, "download")?.found).toMatch(/^\d+ MB\/s/);
    expect(of(findings, "reading")?.found).toBe("s3:GetObject is allowed");
    expect(await contents(server, named)).toEqual(before);
  });

  test("with credentials that may do anything, a pull request is told that isolation is only advice", async () => {
    const findings = await examine(named, { access: ACCESS.pull });
    expect(faultsOf(findings).map(({ check, state }) => [check, state])).toEqual([
      ["isolation of objects", "warning"],
      ["isolation of rows", "warning"],
    ]);
    for (const { remedy } of faultsOf(findings)) expect(remedy).toContain("docs/guides/iam.md");
  });

  test("where the mode allows no save nothing is written, not even for a moment", async () => {
    const findings = await examine(named, { mayWrite: false });
    expect(faultsOf(findings)).toEqual([]);
    for (const check of ["writing", "writing rows", "upload"])
      expect(of(findings, check)?.state).toBe("unknown");
    expect(of(findings, "conditional writes")).toBeUndefined();
  });

  test.each([-3_600_000, 3_600_000])(
    "a clock that is off by %i ms is told with its remedy",
    async (skewMs) => {
      const { code, document } = await cli(["doctor", ...placeOf(named)], skewMs);
      expect(code).toBe(4);
      const clock = of(document.findings, "clock")!;
      expect(clock).toMatchObject({ state: "problem", remedy: expect.stringContaining("set-ntp") });
      expect(clock.found).toContain(skewMs < 0 ? "60 min behind" : "60 min ahead of");
      // The rest could be examined all the same.
      expect(faultsOf(document.findings)).toEqual([clock]);
    },
  );
});

const placeOf = ({ store, index }: Named) => ["--store", store, "--index", index];

/** The built command line in a process whose clock is off. */
async function cli(
  args: string[],
  skewMs: number,
): Promise<{ code: number; document: { findings: Finding[] } }> {
  const preload = join(mkdtempSync(join(tmpdir(), "cairn-clock-")), "clock.mjs");
  writeFileSync(
    preload,
    `const Real = Date;
     globalThis.Date = class extends Real {
       constructor(...given) { if (given.length === 0) super(Real.now() + ${skewMs}); else super(...given); }
       static now() { return Real.now() + ${skewMs}; }
     };`,
  );
  const bin = join(import.meta.dirname, "../../../cli/dist/bin.js");
  const more = ["--scope", "refs/heads/main", "--repository", "acme/api", "--json"];
  const run = promisify(execFile)(process.execPath, ["--import", preload, bin, ...args, ...more]);
  const done = await run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code: done.code, document: JSON.parse(done.stdout) };
}

describe("each fault is named with its remedy", () => {
  test("a table with another key", async () => {
    const named = { ...newNames("minio"), store: "memory://doctor" };
    const input = {
      TableName: named.table,
      BillingMode: "PAY_PER_REQUEST" as const,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
    };
    await dynamo.send(new CreateTableCommand(input));
    expect(of(await examine(named), "table")).toMatchObject({
      state: "problem",
      found: expect.stringContaining("(id) instead of (pk, sk)"),
      remedy: expect.stringContaining("another table"),
    });
  });

  test("a bucket and a table that do not exist", async () => {
    const findings = await examine(newNames("versitygw"));
    expect(findings.map(({ state }) => state)).toEqual(["problem", "problem"]);
    for (const { remedy } of findings) expect(remedy).toContain("cairn setup");
  });

  test("a bucket in another region", async () => {
    const named = newNames("moto", { tables: "dynamodb" });
    const s3 = new S3Client({ endpoint: service("moto"), region: REGION, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
    await s3.send(new CreateBucketCommand({ Bucket: named.bucket, CreateBucketConfiguration }));
    s3.destroy();
    expect(of(await examine(named), "region")).toMatchObject({
      state: "problem",
      found: "the bucket is in eu-west-1, the store says us-east-1",
      remedy: expect.stringContaining("region=eu-west-1"),
    });
  });

  test("a server that takes bytes with another digest", async () => {
    const named = newNames("moto");
    await setUp(named);
    expect(of(await examine(named), "writing")).toMatchObject({
      state: "problem",
      remedy: expect.stringContaining("x-amz-checksum-sha256"),
    });
    const s3 = new S3Client({ endpoint: service("moto"), region: REGION, forcePathStyle: true });
    const { Versions, DeleteMarkers } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: named.bucket }),
    );
    s3.destroy();
    expect([Versions ?? [], DeleteMarkers ?? []]).toEqual([[], []]);
  });

  test("a lifecycle rule that deletes too early, and one that is missing", async () => {
    const named = newNames("minio");
    const s3 = new S3Client({ endpoint: service("minio"), region: REGION, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: named.bucket }));
    expect(of(await examine(named), "lifecycle against lifetimes")).toMatchObject({
      state: "warning",
      found: "nothing ever goes under v1/trusted/ and v1/pr/",
    });
    const Rules = [
      { ID: "clean", Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration: { Days: 90 } },
    ];
    const input = { Bucket: named.bucket, LifecycleConfiguration: { Rules } };
    await s3.send(new PutBucketLifecycleConfigurationCommand(input));
    s3.destroy();
    const faults = (await examine(named)).filter(({ check }) => check === "lifecycle against lifetimes");
    expect(faults).toHaveLength(3);
    for (const fault of faults)
      expect(fault).toMatchObject({ state: "problem", remedy: "change or remove that rule" });
    expect(faults[0]!.found).toContain(
      '"clean" breaks live saves: it deletes after 90 days under v1/trusted/',
    );
  });

  test("a ttl longer than the lifetime of objects", async () => {
    const named = newNames("minio", { parameters: "&ttl=400d" });
    await setUp(named);
    expect(of(await examine(named), "ttl of the store")).toMatchObject({
      state: "warning",
      remedy: expect.stringContaining("ttl=365d"),
    });
  });

  test("credentials that are not valid, and none at all", async () => {
    const named = newNames("minio");
    await setUp(named);
    const saved = { ...process.env };
    try {
      process.env["AWS_SECRET_ACCESS_KEY"] = "wrong";
      expect(of(await examine(named), "store")).toMatchObject({
        state: "problem",
        found: expect.stringContaining("not valid"),
      });
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
      process.env["AWS_EC2_METADATA_DISABLED"] = "true";
      process.env["AWS_CONFIG_FILE"] = "/none";
      process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/none";
      const findings = await examine({ ...named, index: "bucket" });
      expect(of(findings, "credentials")).toMatchObject({
        state: "problem",
        remedy: expect.stringContaining("AWS_ACCESS_KEY_ID"),
      });
      expect(findings.filter(({ state }) => state === "problem")).toHaveLength(1);
    } finally {
      process.env = saved;
    }
  });

  test("servers that are away", async () => {
    const away = "endpoint=http://127.0.0.1:9";
    const findings = await examine({
      store: `s3://some-bucket?${away}`,
      index: `dynamodb://some-table?${away}`,
    });
    expect(findings.map(({ check, state }) => [check, state])).toEqual([
      ["store", "problem"],
      ["index", "problem"],
    ]);
    for (const { remedy } of findings) expect(remedy).toContain("endpoint");
  });

  test("folders: in use, missing, in the way", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cairn-doctor-"));
    const at = (path: string) => ({ store: `file://${path}`, index: `sqlite://${path}/index.sqlite` });
    const findings = await examine(at(folder));
    expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
    expect(of(findings, "writing")?.found).toMatch(/^\d+ MB\/s/);
    expect(of(await examine(at(join(folder, "none"))), "folder")?.state).toBe("warning");
    writeFileSync(join(folder, "file"), "");
    expect(of(await examine(at(join(folder, "file"))), "folder")?.state).toBe("problem");
  });
});
