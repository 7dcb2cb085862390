// The very policies that packages/infra ships, enforced in front of versitygw and DynamoDB Local: with a pull request's
// credentials the normal work succeeds and every hostile request fails; with a reader's the cache is read-only.

import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AccessDeniedError } from "@cairn/core";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { prune } from "../../../core/src/maintain/prune.ts";
import { placeOf } from "../../../core/test/support/backends.ts";
import { service } from "../../../core/test/support/services.ts";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";
import type { Names } from "../../src/blueprint/names.ts";
import { bucketIndexPolicy, ROLES, type Role, rolePolicy } from "../../src/blueprint/policies.ts";
import { type HostileTarget, OBJECT_REQUESTS, ROW_REQUESTS, refusalOf } from "../support/hostile-requests.ts";
import { ACCOUNT, type IamProxy, startIamProxy } from "../support/iam-proxy.ts";
import { faultsOf, newNames, REGION, withInfra } from "../support/infra.ts";
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
/** A second store in the bucket, whose index is the bucket. */
const second: Names = { ...names, prefix: "second/" };
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

const secondKeyIdOf = (who: Who) => `${keyIdOf(who)}ofsecond`;

/** Everything that asks for credentials from now on gets those of a role. */
function actAs(who: Who, keyId: (who: Who) => string = keyIdOf): void {
  process.env["AWS_ACCESS_KEY_ID"] = keyId(who);
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
        ROLES.flatMap((role) => [
          [keyIdOf(role), [rolePolicy(role, names), bucketIndexPolicy(role, names)]],
          [secondKeyIdOf(role), [rolePolicy(role, second), bucketIndexPolicy(role, second)]],
        ]),
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
  let trustedObject = "";
  let ownObject = "";

  beforeAll(async () => {
    const { s3, dynamo } = clientsOf("admin");
    const { Items } = await dynamo.send(new ScanCommand({ TableName: named.table }));
    version = Items!.find(({ ref, cacheKey }) => ref?.S === MAIN.ref && cacheKey)!["version"]!.S!;
    const first = async (prefix: string) => {
      const input = { Bucket: named.bucket, Prefix: `team/v1/${prefix}/`, MaxKeys: 1 };
      return (await s3.send(new ListObjectsV2Command(input))).Contents![0]!.Key!;
    };
    trustedObject = await first("trusted/packs");
    ownObject = await first("pr/packs").catch(() => first("pr/artifacts"));
  });

  const target = (): HostileTarget => ({
    bucket: named.bucket,
    prefix: names.prefix,
    table: named.table,
    repository: REPOSITORY,
    branch: MAIN.ref,
    pull: PULL.ref,
    key: "deps-1",
    version,
    trustedObject,
    ownObject,
  });

  test.each(ROW_REQUESTS.map(({ what }) => what))("it can't %s", async (what) => {
    const before = await stateOfMain();
    const { dynamo } = clientsOf("pull-request-writer");
    const request = ROW_REQUESTS.find((one) => one.what === what)!;
    expect(await refusalOf(dynamo, request, target())).toBe("AccessDeniedException");
    expect(await stateOfMain()).toEqual(before);
  });

  test.each(OBJECT_REQUESTS.map(({ what }) => what))("it can't %s in the bucket", async (what) => {
    const before = await stateOfMain();
    const { s3 } = clientsOf("pull-request-writer");
    const request = OBJECT_REQUESTS.find((one) => one.what === what)!;
    expect(await refusalOf(s3, request, target())).toBe("AccessDenied");
    expect(await stateOfMain()).toEqual(before);
  });

  test("doctor finds the isolation real", async () => {
    actAs("pull-request-writer");
    const findings = await withInfra(place, (infra) =>
      infra.diagnose({ access: ACCESS.pull, mayWrite: true }),
    );
    expect(faultsOf(findings)).toEqual([]);
    for (const check of ["isolation of objects", "isolation of rows"])
      expect(findings.find((finding) => finding.check === check)?.state).toBe("ok");
  });

  test("what doctor had to leave it names", async () => {
    const { s3 } = clientsOf("admin");
    const list = async () => {
      const input = { Bucket: named.bucket, Prefix: "team/v1/" };
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

describe("uses", () => {
  const rows = async () => {
    const { Items = [] } = await clientsOf("admin").dynamo.send(
      new ScanCommand({ TableName: named.table, ConsistentRead: true }),
    );
    const counts = Items.filter(({ cacheKey, ref }) => cacheKey?.S === "deps-1" && ref?.S === MAIN.ref);
    return {
      counted: Number(counts[0]!["accessCount"]!.N),
      usages: Items.filter(({ usedKey }) => usedKey?.S === "deps-1").map(({ pk }) => pk!.S!),
    };
  };

  test("a pull request counts what it uses of main in its own row, and main takes it in", async () => {
    actAs("trusted-writer");
    await main.save(place, "deps-fold-1");
    const before = await rows();
    expect(before.usages).toEqual([]);
    actAs("pull-request-writer");
    for (let n = 0; n < 2; n++)
      expect(await createJob(ACCESS.pull).restore(place, "deps-1")).toMatchObject({ status: "hit" });
    const [usage, ...others] = (await rows()).usages;
    expect(others).toEqual([]);
    expect(usage).toMatch(/^acme\/api:refs\/pull\/7\/merge:[0-9a-f]+:uses$/);
    actAs("trusted-writer");
    writeTree(main, "of main, once more", 2);
    expect(await main.save(place, "deps-fold-2")).toMatchObject({ status: "saved" });
    writeTree(main, "of main");
    expect(await rows()).toEqual({ counted: before.counted + 2, usages: [] });
  });
});

describe.each(["a table", "the bucket"])("a maintainer where %s is the index", (kind) => {
  const DAY_MS = 86_400_000;
  const isTable = kind === "a table";
  const actHere = (who: Who) => actAs(who, isTable ? keyIdOf : secondKeyIdOf);

  test("invalidates, takes it back, prunes and drops; no other role may, and it makes no content", async () => {
    const here = isTable ? place : { store: place.store.replace("/team?", "/second?"), index: "bucket" };
    const site = placeOf(here.store, here.index);
    let job = createJob(ACCESS.main);
    actHere("trusted-writer");
    for (const [key, files] of [
      ["kept", 40],
      ["doomed", 20],
    ] as const) {
      job = createJob(ACCESS.main);
      writeTree(job, `${key} in ${kind}`, files);
      expect(await job.save(here, key)).toMatchObject({ status: "saved" });
    }
    const invalidate = () =>
      site.withMaintenance((maintenance) =>
        maintenance.invalidate({ repository: REPOSITORY, key: "doomed" }, { dryRun: false }),
      );
    for (const who of ["reader", "pull-request-writer"] as const) {
      actHere(who);
      await expect(invalidate()).rejects.toBeInstanceOf(AccessDeniedError);
    }
    actHere("maintainer");
    expect((await invalidate()).done).toHaveLength(1);
    await site.withMaintenance(async (maintenance) => {
      const selection = { repository: REPOSITORY, key: "doomed" };
      expect((await maintenance.revalidate(selection, { dryRun: false })).done).toHaveLength(1);
    });
    expect((await invalidate()).done).toHaveLength(1);

    const pruned = (days: number) => {
      site.setAheadMs(days * DAY_MS);
      return site.withBackend((backend) => prune(backend, { dryRun: false }));
    };
    for (const who of ["reader", "pull-request-writer", "trusted-writer"] as const) {
      const before = await stateOfMain();
      actHere(who);
      await expect(pruned(3)).rejects.toBeInstanceOf(AccessDeniedError);
      expect(await stateOfMain()).toEqual(before);
    }
    actHere("maintainer");
    expect((await pruned(3)).condemned.objects).toBeGreaterThan(0);
    const report = await pruned(5);
    expect(report.deleted.objects).toBeGreaterThan(0);
    site.setAheadMs(0);
    actHere("trusted-writer");
    const other = createJob(ACCESS.main);
    expect(await other.restore(here, "kept")).toMatchObject({ status: "hit", exact: true });
    expect(await other.restore(here, "doomed")).toMatchObject({ status: "miss" });

    actHere("maintainer");
    writeTree(job, "by a maintainer", 3);
    await expect(job.save(here, "by-a-maintainer")).rejects.toBeInstanceOf(AccessDeniedError);
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
    expect(faultsOf(asReader)).toEqual([]);
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

  test("doctor finds the isolation real, and a reader without a right to write rows", async () => {
    const examine = (who: Role, access: typeof ACCESS.main) => {
      actAs(who);
      return withInfra(bucketIndex(), (infra) => infra.diagnose({ access, mayWrite: true }));
    };
    const pull = await examine("pull-request-writer", ACCESS.pull);
    expect(faultsOf(pull)).toEqual([]);
    expect(pull.find(({ check }) => check === "isolation of rows")?.state).toBe("ok");
    expect(faultsOf(await examine("trusted-writer", ACCESS.main))).toEqual([]);
    const reader = faultsOf(await examine("reader", ACCESS.main));
    expect(reader.map(({ check }) => check)).toEqual(["writing", "writing rows"]);
  });
});

describe("scripts/check-isolation, which repeats this on a real account", () => {
  test("passes with the roles", async () => {
    const { code, output } = await checkIsolation(place, "pull-request-writer");
    expect([code, output]).toEqual([0, expect.stringMatching(/^\d+ passed, 0 failed$/m)]);
    expect(output).toContain("a reader may not save");
    const { dynamo } = clientsOf("admin");
    const { Items } = await dynamo.send(new ScanCommand({ TableName: named.table }));
    expect(Items!.filter(({ sk }) => sk!.S!.startsWith("isolation-"))).toEqual([]);
  });

  test("fails where the pull request has other rights", async () => {
    const { code, output } = await checkIsolation(place, "admin");
    expect(code).toBe(1);
    expect(output).toContain("FAILED a pull request can't replace a branch's Ref: it was allowed");
  });
});

/** With an AWS configuration of profiles, one for each role. */
async function checkIsolation({ store, index }: Place, pull: Who): Promise<{ code: number; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), "cairn-profiles-"));
  const file = join(folder, "credentials");
  const profile = (role: Who) =>
    `[${role}]\naws_access_key_id = ${keyIdOf(role)}\naws_secret_access_key = any\n`;
  writeFileSync(file, [...ROLES, "admin" as const].map(profile).join("\n"));
  const script = join(import.meta.dirname, "../../../../scripts/check-isolation.ts");
  const roles = ["--trusted", "trusted-writer", "--pull", pull, "--reader", "reader"];
  const args = [script, "--store", store, "--index", index, "--repository", REPOSITORY, ...roles];
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = process.env;
  const environment = { ...rest, AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(folder, "none") };
  return promisify(execFile)(process.execPath, args, { env: environment }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, output: error.stdout }),
  );
}
