// What goes wrong in practice, with the committed bundle and real servers: what the step says, and whether the job
// goes on. A wrong setting fails the step; a store that can't be used is a warning and a miss.

import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { credentials } from "../../../../scripts/lib/services/parts.ts";
import { service } from "../../../core/test/support/services.ts";
import { newJob } from "./support/jobs.ts";
import {
  bucketStore,
  directoryStore,
  type StoreInputs,
  s3Dsn,
  tableDsn,
  tableStore,
} from "./support/stores.ts";

const inputs = { key: "deps-1", path: "file" };

describe("a wrong setting fails the step and says what to change", () => {
  test.each([
    ["a scheme that is not known", { store: "s4://bucket" }, /"s4".*did you mean "s3"/],
    ["a folder that is no URL", { store: "/var/cache" }, /file:\/\/\/absolute\/path/],
    [
      "a parameter that is not known",
      { store: "s3://bucket/p?regoin=eu-west-1" },
      /regoin.*did you mean "region"/,
    ],
    ["an index that is not known", { store: "s3://bucket", index: "buckte" }, /buckte.*bucket/],
    ["a mode that is not known", { store: "file:///tmp/x", mode: "readonly" }, /readonly.*read/],
    ["a duration that is none", { store: "file:///tmp/x", timeout: "soon" }, /timeout.*soon/],
  ])("%s", async (_, settings, message) => {
    const job = newJob();
    writeFileSync(join(job.workspace, "file"), "");
    for (const action of ["restore-cache", "save-cache", "cache"] as const) {
      const step = await job.run(action, { ...inputs, ...settings });
      expect(step).toMatchObject({ exitCode: 1, stderr: "", outputs: {} });
      expect(step.annotations).toEqual([{ level: "error", message: expect.stringMatching(message) }]);
    }
  });
});

describe("a store that can't be used is a warning and a miss", () => {
  const WRONG_KEY = { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "wrong-secret" };
  const cases: readonly Case[] = [
    {
      name: "a bucket that is not there",
      store: () => ({ store: s3Dsn(service("minio"), "no-such-bucket") }),
      message: /no-such-bucket/,
    },
    {
      name: "a table that is not there",
      store: () => ({ ...tableStore().inputs, index: tableDsn("no-such-table") }),
      message: /no-such-table/,
    },
    {
      name: "credentials that are wrong",
      store: () => bucketStore().inputs,
      env: { ...credentials, ...WRONG_KEY },
      message: /credential|denied/i,
    },
    {
      name: "no credentials at all",
      store: () => bucketStore().inputs,
      env: { AWS_EC2_METADATA_DISABLED: "true" },
      message: /credential/i,
    },
    {
      name: "a server that is away",
      store: async () => ({ store: s3Dsn(`http://127.0.0.1:${await closedPort()}`, "bucket") }),
      message: /127\.0\.0\.1|refused|reach/i,
      isOutage: true,
    },
  ];

  test.each(cases)("$name", async ({ store, env = credentials, message, isOutage = false }) => {
    const job = newJob({ env });
    const file = join(job.workspace, "file");
    const settings = await store();
    const missed = await job.run("restore-cache", { ...inputs, ...settings });
    expect(missed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(missed.annotations).toEqual([{ level: "warning", message: expect.stringMatching(message) }]);
    expect(missed.outputs).toEqual({ "cache-primary-key": inputs.key });
    expect(missed.log).toContain(`Cache not found for input keys: ${inputs.key}`);
    expect(existsSync(file)).toBe(false);

    const failed = await job.run("restore-cache", { ...inputs, ...settings, "fail-on-cache-miss": "true" });
    expect(failed.exitCode).toBe(1);
    expect(failed.annotations.at(-1)).toEqual({
      level: "error",
      message: `Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${inputs.key}`,
    });

    writeFileSync(file, "content");
    const unsaved = await job.run("save-cache", { ...inputs, ...settings });
    expect(unsaved).toMatchObject({ exitCode: 0, outputs: {} });
    // Of a server that does not answer the job's first step warns, the later ones tell their log.
    expect(unsaved.stdout).toMatch(isOutage ? /did not answer an earlier step/ : message);
    expect(unsaved.annotations).toEqual([
      ...(isOutage ? [] : [{ level: "warning", message: expect.stringMatching(message) }]),
      { level: "warning", message: "Cache save failed." },
    ]);

    const main = await job.run("cache", { ...inputs, ...settings });
    expect(main.exitCode).toBe(0);
    expect(await main.post()).toMatchObject({ exitCode: 0 });

    const said = [missed, failed, unsaved].map(({ stdout }) => stdout).join("\n");
    for (const secret of [
      credentials.AWS_SECRET_ACCESS_KEY,
      WRONG_KEY.AWS_SECRET_ACCESS_KEY,
      "X-Amz-Signature",
    ]) {
      expect(said).not.toContain(secret);
    }
  });

  test("a server that takes connections and never answers holds no step beyond its timeout", async () => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    try {
      const job = newJob({ env: credentials });
      const store = { store: s3Dsn(`http://127.0.0.1:${port}`, "bucket") };
      const step = await job.run("restore-cache", { ...inputs, ...store, timeout: "2s" });
      expect(step).toMatchObject({ exitCode: 0, outputs: { "cache-primary-key": "deps-1" } });
      expect(step.annotations).toEqual([{ level: "warning", message: expect.stringMatching(/2(\.0)? s/) }]);
      expect(step.durationMs).toBeLessThan(20_000);
    } finally {
      server.close();
    }
  });
});

test("a miss fails the step only where fail-on-cache-miss is set", async () => {
  const store = directoryStore().inputs;
  const job = newJob();
  expect(await job.run("restore-cache", { ...inputs, ...store })).toMatchObject({
    exitCode: 0,
    annotations: [],
  });
  const failed = await job.run("restore-cache", { ...inputs, ...store, "fail-on-cache-miss": "true" });
  expect(failed).toMatchObject({ exitCode: 1, annotations: [{ level: "error" }] });
});

interface Case {
  readonly name: string;
  readonly store: () => StoreInputs | Promise<StoreInputs>;
  readonly env?: Readonly<Record<string, string>>;
  readonly message: RegExp;
  /** Whether the later steps of a job remember it. */
  readonly isOutage?: boolean;
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
