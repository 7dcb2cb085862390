// Setting up the place of a store: looks, creates once, and the store works there then.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { openObjectStore } from "../../../src/objects/open-object-store.ts";
import { ensureBucket } from "../../../src/objects/setup-bucket.ts";
import { service } from "../../support/services.ts";

const options = { env: process.env, setting: "CAIRN_STORE" };
const bytes = Buffer.from("bytes");

for (const server of ["versitygw", "minio", "moto"] as const) {
  describe(`a bucket on ${server}`, () => {
    const dsnOf = (bucket: string) => `s3://${bucket}/cache?endpoint=${service(server)}`;

    test("is missing, then created, then there", async () => {
      const bucket = `setup-${randomUUID()}`;
      const ensure = (apply: boolean) => ensureBucket(dsnOf(bucket), { ...options, apply });
      const resource = `s3://${bucket}`;
      expect(await ensure(false)).toMatchObject({ resource, state: "missing" });
      expect(await ensure(false)).toMatchObject({ resource, state: "missing" });
      expect(await ensure(true)).toMatchObject({ resource, state: "created" });
      expect(await ensure(true)).toMatchObject({ resource, state: "present" });
      expect(await ensure(false)).toMatchObject({ resource, state: "present" });
      const { store } = openObjectStore(dsnOf(bucket), options);
      expect(await store.put("name", bytes, sha256(bytes))).toBe("created");
    });

    test("several at once make one", async () => {
      const dsn = dsnOf(`setup-${randomUUID()}`);
      const states = await Promise.all(
        Array.from({ length: 5 }, () => ensureBucket(dsn, { ...options, apply: true })),
      );
      expect(states.every(({ state }) => state === "created" || state === "present")).toBe(true);
    });
  });
}

test("a wrong secret is told as such", async () => {
  const saved = process.env["AWS_SECRET_ACCESS_KEY"];
  process.env["AWS_SECRET_ACCESS_KEY"] = "not-the-secret";
  try {
    const dsn = `s3://setup-${randomUUID()}?endpoint=${service("minio")}`;
    await expect(ensureBucket(dsn, { ...options, apply: true })).rejects.toMatchObject({
      code: "ACCESS_DENIED",
    });
  } finally {
    process.env["AWS_SECRET_ACCESS_KEY"] = saved;
  }
});

test("a folder is missing, then created, then there", async () => {
  const parent = await mkdtemp(join(tmpdir(), "cairn-setup-"));
  const folder = join(parent, "a", "b");
  const ensure = (apply: boolean) => ensureBucket(`file://${folder}`, { ...options, apply });
  expect(await ensure(false)).toMatchObject({ resource: folder, state: "missing" });
  await expect(stat(folder)).rejects.toThrow();
  expect(await ensure(true)).toMatchObject({ state: "created" });
  expect(await ensure(true)).toMatchObject({ state: "present" });
  await writeFile(join(folder, "file"), "");
  await expect(ensureBucket(`file://${folder}/file`, { ...options, apply: true })).rejects.toMatchObject({
    code: "STORE_MISSING",
  });
  await rm(parent, { recursive: true });
});
