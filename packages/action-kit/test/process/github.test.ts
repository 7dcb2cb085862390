// The committed bundle against GitHub's services: a role taken with the job's own token, in the main step and anew in the
// post step; and GitHub's own cache where no store is set.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startProxy, type TestProxy } from "../../../core/test/support/proxy.ts";
import { service } from "../../../core/test/support/services.ts";
import { type GitHubServices, startGitHubServices } from "../support/github-services.ts";
import { createJob, type Job } from "../support/run-action.ts";

let folder = "";
let github: GitHubServices;
let job: Job;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "action-"));
  github = await startGitHubServices();
});
afterEach(async () => {
  await github.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A job whose workspace holds one file to cache. */
function start(env: Readonly<Record<string, string | undefined>>): Job {
  job = createJob({ folder, env });
  mkdirSync(join(job.workspace, "node_modules/a"), { recursive: true });
  writeFileSync(join(job.workspace, "node_modules/a/index.js"), "content");
  return job;
}
const content = () => readFileSync(join(job.workspace, "node_modules/a/index.js"), "utf8");
const forget = () => rmSync(join(job.workspace, "node_modules"), { recursive: true });

describe("role-to-assume", () => {
  const REGION = "eu-west-1";
  let proxy: TestProxy;
  let inputs: Record<string, string>;
  beforeEach(async () => {
    proxy = await startProxy();
    const bucket = `role-${Date.now()}`;
    const client = new S3Client({ endpoint: service("moto"), region: REGION, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
    client.destroy();
    inputs = {
      path: "node_modules",
      key: "deps-1",
      store: `s3://${bucket}?endpoint=${service("moto")}`,
      "role-to-assume": "arn:aws:iam::123456789012:role/cairn-trusted",
      "aws-region": REGION,
    };
  });
  afterEach(() => proxy.close());

  /** Keys that an earlier step exported, and that are wrong by now. */
  const exported = {
    AWS_ACCESS_KEY_ID: "AKIAEXPORTED",
    AWS_SECRET_ACCESS_KEY: "gone",
    AWS_REGION: "us-east-1",
  };
  const env = () => ({
    ...exported,
    AWS_ENDPOINT_URL_STS: service("moto"),
    HTTP_PROXY: proxy.url,
    NO_PROXY: new URL(github.url).host,
  });

  test("each step takes it with a token of its own, and signs with nothing else", async () => {
    start({ ...env(), ...github.tokenEnv });
    const main = await job.run("cache", inputs);
    expect(main).toMatchObject({ exitCode: 0, annotations: [] });
    expect(main.log.join("\n")).toContain("Cache not found for input keys: deps-1");
    expect(main.stdout).toContain("::add-mask::header.1.signature");
    const post = await main.post();
    expect(post).toMatchObject({ exitCode: 0, annotations: [] });
    expect(post.log.at(-1)).toBe("Cache saved with key: deps-1");
    forget();
    const hit = await job.run("restore-cache", inputs);
    expect(hit.outputs["cache-hit"]).toBe("true");
    expect(content()).toBe("content");

    expect(github.tokens).toEqual(Array(3).fill("sts.amazonaws.com"));
    const credentials = proxy.asked.map(
      ({ headers }) => /Credential=([^/]+)\/\d+\/([^/]+)/.exec(headers.authorization ?? "")?.slice(1) ?? [],
    );
    // One unsigned request a step takes the role; what it lends signs all others, in the region of the input.
    expect(credentials.filter(([key]) => key === undefined)).toHaveLength(3);
    const signed = credentials.filter(([key]) => key !== undefined);
    expect(new Set(signed.map(([key]) => key)).size).toBe(3);
    for (const [key, region] of signed)
      expect([key, region]).toEqual([expect.stringMatching(/^ASIA/), REGION]);
    expect(JSON.stringify(main.state)).not.toMatch(/ASIA|signature/);
  });

  test("without the permission: a warning that says what to add, and a miss", async () => {
    start(env());
    const result = await job.run("restore-cache", inputs);
    expect(result).toMatchObject({ exitCode: 0, outputs: { "cache-primary-key": "deps-1" } });
    expect(result.annotations).toEqual([
      {
        level: "warning",
        message: expect.stringMatching(
          /^Failed to restore: this job gets no identity token.*permissions: \{ id-token: write/,
        ),
      },
    ]);
    expect(proxy.asked).toEqual([]);
  });

  test("what is no role fails the step", async () => {
    start({ ...env(), ...github.tokenEnv });
    const result = await job.run("restore-cache", { ...inputs, "role-to-assume": "cairn-trusted" });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain("arn:aws:iam::ACCOUNT:role/NAME");
  });
});

describe("fallback: github", () => {
  const inputs = { path: "node_modules", key: "deps-1", "restore-keys": "deps-", fallback: "github" };

  test("a miss, a save in the post step, a hit, and no second save", async () => {
    start(github.cacheEnv);
    const miss = await job.run("cache", inputs);
    expect(miss).toMatchObject({ exitCode: 0, outputs: { "cache-primary-key": "deps-1" }, annotations: [] });
    expect(miss.log).toContain("no store is set: GitHub's own cache is used (fallback: github)");
    const saved = await miss.post();
    expect(saved).toMatchObject({ exitCode: 0, annotations: [] });
    expect(saved.log.at(-1)).toBe("Cache saved with key: deps-1");

    forget();
    const hit = await job.run("cache", inputs);
    expect(hit.outputs).toMatchObject({ "cache-hit": "true", "cache-matched-key": "deps-1" });
    expect(content()).toBe("content");
    expect((await hit.post()).log).toEqual([
      "Cache hit occurred on the primary key deps-1, not saving cache.",
    ]);

    const other = await job.run("restore-cache", { ...inputs, key: "deps-2" });
    expect(other.outputs).toMatchObject({ "cache-hit": "false", "cache-matched-key": "deps-1" });
    const lost = await job.run("save-cache", { path: "node_modules", key: "deps-1", fallback: "github" });
    expect(lost).toMatchObject({ exitCode: 0 });
    expect(lost.log.join("\n")).toContain("another job may be creating this cache");
  });

  test("a store that is set is used, and GitHub is not asked", async () => {
    start({ ...github.cacheEnv, CAIRN_STORE: `file://${join(folder, "store")}`, CAIRN_FALLBACK: "github" });
    const { fallback: _, ...own } = inputs;
    const main = await job.run("cache", own);
    await main.post();
    forget();
    expect((await job.run("restore-cache", own)).outputs["content-hash"]).toMatch(/^[0-9a-f]{64}$/);
    expect(github.asked).toEqual([]);
  });
});
