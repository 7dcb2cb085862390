// What a pull request and its base branch can do to each other's caches: payloads as GitHub sends them, real processes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, test } from "@jest/globals";
import type { Job, JobOptions } from "../support/run-action.ts";
import { newJob } from "./support/jobs.ts";
import { directoryStore } from "./support/stores.ts";

let store = "";
let main: Job;

beforeEach(async () => {
  ({ store } = directoryStore().inputs);
  main = jobOf("push", "refs/heads/main");
  await save(main, "deps-1", "of main");
});

test("a pull request restores the entry of the default branch", async () => {
  const pull = pullRequest(7);
  expect(await restore(pull, "deps-1")).toMatchObject({ hit: "true", content: "of main" });
});

test("a pull request saves beside the entry of the default branch, never over it", async () => {
  const pull = pullRequest(7);
  const before = namesIn("trusted");
  expect((await save(pull, "deps-1", "of the pull request", { overwrite: "true" })).log.at(-1)).toBe(
    "Cache saved with key: deps-1",
  );
  expect(await restore(pull, "deps-1")).toMatchObject({ hit: "true", content: "of the pull request" });
  expect(await restore(main, "deps-1")).toMatchObject({ hit: "true", content: "of main" });
  expect(namesIn("trusted")).toEqual(before);
  expect(namesIn("pr").length).toBeGreaterThan(0);
});

test("what a pull request saved is found by no other branch, under no prefix", async () => {
  await save(pullRequest(7), "deps-2", "of the pull request");
  const branch = jobOf("push", "refs/heads/feature");
  for (const job of [main, branch, pullRequest(8)]) {
    expect(await restore(job, "deps-2")).toMatchObject({ hit: undefined, content: undefined });
    expect(await restore(job, "deps-2", { "restore-keys": "deps-" })).toMatchObject({
      hit: "false",
      content: "of main",
    });
  }
});

test("a branch and its sibling do not see each other", async () => {
  await save(jobOf("push", "refs/heads/feature"), "deps-3", "of feature");
  expect(await restore(jobOf("push", "refs/heads/sibling"), "deps-3")).toMatchObject({ hit: undefined });
  expect(await restore(main, "deps-3")).toMatchObject({ hit: undefined });
});

test.each([
  ["pull_request_target", "pull-request-target"],
  ["issue_comment", "issue-comment"],
  ["workflow_run", "workflow-run-fork"],
])("%s runs on the default branch for a stranger: it reads, and saves nothing", async (event, payload) => {
  const job = jobOf(event, "refs/heads/main", payload);
  expect(await restore(job, "deps-1")).toMatchObject({ hit: "true", content: "of main" });
  const before = [namesIn("trusted"), namesIn("pr")];
  const saved = await save(job, "deps-9", "poison");
  expect(saved.exitCode).toBe(0);
  expect(saved.log.join("\n")).not.toMatch(/Cache saved/);
  expect([namesIn("trusted"), namesIn("pr")]).toEqual(before);
  expect(await restore(main, "deps-9")).toMatchObject({ hit: undefined });
});

test("a token that may only read its scope saves nothing", async () => {
  const claim = JSON.stringify([{ Scope: "refs/heads/main", Permission: 1 }]);
  const token = ["{}", JSON.stringify({ ac: claim }), ""]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
  const job = jobOf("push", "refs/heads/main", undefined, { ACTIONS_RUNTIME_TOKEN: token });
  expect(await restore(job, "deps-1")).toMatchObject({ hit: "true" });
  const saved = await save(job, "deps-9", "denied");
  expect(saved.exitCode).toBe(0);
  expect(saved.log.join("\n")).not.toMatch(/Cache saved/);
  expect(saved.stdout).not.toContain(token);
});

function pullRequest(number: number): Job {
  return jobOf("pull_request", `refs/pull/${number}/merge`, "pull-request");
}

const EVENTS = fileURLToPath(new URL("../../../core/test/fixtures/events", import.meta.url));

function jobOf(event: string, ref: string, payload?: string, env: JobOptions["env"] = {}): Job {
  const file = payload && JSON.parse(readFileSync(join(EVENTS, `${payload}.json`), "utf8"));
  return newJob({ event, ref, env, ...(file && { payload: file }) });
}

async function save(job: Job, key: string, content: string, more: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(job.workspace, "file"), content);
  return job.run("save-cache", { key, path: "file", store, ...more });
}

async function restore(job: Job, key: string, more: Readonly<Record<string, string>> = {}) {
  const file = join(job.workspace, "file");
  rmSync(file, { force: true });
  const { exitCode, outputs } = await job.run("restore-cache", { key, path: "file", store, ...more });
  expect(exitCode).toBe(0);
  const hit = outputs["cache-hit"];
  return { hit, content: hit === undefined ? undefined : readFileSync(file, "utf8") };
}

/** The objects of a domain, by name. */
function namesIn(domain: "trusted" | "pr"): string[] {
  const folder = join(fileURLToPath(store), "v1", domain);
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}
