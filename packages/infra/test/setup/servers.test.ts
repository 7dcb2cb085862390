// `cairn setup` on every server of the tests: what is missing is told, made, and found the next time. What a server has
// no API for is named and is no error.

import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, test } from "@jest/globals";
import { service } from "../../../core/test/support/services.ts";
import type { SetupState, SetupStep } from "../../src/setup/setting.ts";
import { newNames, REGION, withInfra } from "../support/infra.ts";

/** By the part of the name that differs. */
function statesOf(steps: readonly SetupStep[]): Record<string, SetupState> {
  return Object.fromEntries(
    steps.map(({ resource, state }) => [resource.replace(/^(\w+):\/\/[\w-]+/, "$1"), state]),
  );
}

const SERVERS = {
  versitygw: {
    made: {
      versioning: "unsupported",
      encryption: "unsupported",
      access: "unsupported",
      lifecycle: "unsupported",
    },
    found: {
      versioning: "missing",
      encryption: "unsupported",
      access: "unsupported",
      lifecycle: "unsupported",
    },
  },
  minio: {
    made: { versioning: "created", encryption: "present", access: "unsupported", lifecycle: "created" },
    found: { versioning: "present", encryption: "present", access: "unsupported", lifecycle: "present" },
  },
  moto: {
    made: { versioning: "created", encryption: "present", access: "created", lifecycle: "created" },
    found: { versioning: "present", encryption: "present", access: "present", lifecycle: "present" },
  },
} as const;

describe.each(Object.entries(SERVERS))("on %s and DynamoDB Local", (server, { made, found }) => {
  const run = (apply: boolean, named: ReturnType<typeof newNames>) =>
    withInfra(named, (infra) => infra.setup({ apply }));
  const bucketStates = (states: Readonly<Record<string, SetupState>>) => ({
    "s3 versioning": states["versioning"],
    "s3 encryption": states["encryption"],
    "s3 public access": states["access"],
    "s3 lifecycle": states["lifecycle"],
  });

  test("is missing, then made, then there", async () => {
    const named = newNames(server as keyof typeof SERVERS);
    const missing = { s3: "missing", dynamodb: "missing", cloudwatch: "unsupported" };
    expect(statesOf(await run(false, named))).toEqual(missing);
    expect(statesOf(await run(false, named))).toEqual(missing);
    expect(statesOf(await run(true, named))).toEqual({
      s3: "created",
      ...bucketStates(made),
      "s3 policy": "unsupported",
      dynamodb: "created",
      "dynamodb time to live": "created",
      "dynamodb recovery": "unsupported",
      cloudwatch: "unsupported",
    });
    const there = {
      s3: "present",
      ...bucketStates(found),
      "s3 policy": "missing",
      dynamodb: "present",
      "dynamodb time to live": "present",
      "dynamodb recovery": "unsupported",
      cloudwatch: "unsupported",
    };
    const steps = await run(false, named);
    expect(statesOf(steps)).toEqual(there);
    // Only trying shows what such a server can keep, so it is no fault that it is missing.
    for (const step of steps) if (step.state === "missing") expect(step.optional).toBe(true);
    expect(statesOf(await run(false, named))).toEqual(there);
  });

  test("several at once make one, and the store takes objects then", async () => {
    const named = newNames(server as keyof typeof SERVERS);
    const all = await Promise.all(Array.from({ length: 4 }, () => run(true, named)));
    for (const steps of all) {
      expect(
        steps.filter(({ state }) => !["present", "created", "changed", "unsupported"].includes(state)),
      ).toEqual([]);
    }
    const client = new S3Client({
      endpoint: service(server as "minio"),
      region: REGION,
      forcePathStyle: true,
    });
    await client.send(
      new PutObjectCommand({
        Bucket: named.bucket,
        Key: "team/v1/trusted/packs/x",
        Body: "x",
        IfNoneMatch: "*",
      }),
    );
    client.destroy();
  });
});

test("a wrong secret is told as such", async () => {
  const saved = process.env["AWS_SECRET_ACCESS_KEY"];
  process.env["AWS_SECRET_ACCESS_KEY"] = "not-the-secret";
  try {
    const made = withInfra(newNames("minio"), (infra) => infra.setup({ apply: true }));
    // A HEAD is answered without a word on what is wrong, so it is told as a right that lacks.
    expect(statesOf(await made)).toMatchObject({ s3: "denied" });
  } finally {
    process.env["AWS_SECRET_ACCESS_KEY"] = saved;
  }
});

test("a folder is missing, then made, then there", async () => {
  const parent = await mkdtemp(join(tmpdir(), "cairn-setup-"));
  const folder = join(parent, "a", "b");
  const ensure = (apply: boolean, at = folder) =>
    withInfra({ store: `file://${at}`, index: `sqlite://${at}/index.sqlite` }, (infra) =>
      infra.setup({ apply }),
    );
  expect((await ensure(false))[0]).toMatchObject({ resource: folder, state: "missing" });
  await expect(stat(folder)).rejects.toThrow();
  expect((await ensure(true))[0]).toMatchObject({ state: "created" });
  expect(await ensure(true)).toMatchObject([{ state: "present" }, { state: "present" }]);
  await writeFile(join(folder, "file"), "");
  for (const inTheWay of ["file", "file/below"]) {
    await expect(ensure(true, join(folder, inTheWay))).rejects.toMatchObject({ code: "STORE_MISSING" });
  }
  await rm(parent, { recursive: true });
});
