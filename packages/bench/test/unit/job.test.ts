// The simulated jobs and steps: whose folders they are, and how a step's outputs are read.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type Job, saysExactHit, setUpJob, setUpStep } from "../../src/job.ts";

let folder: string;
let job: Job;

const s3 = {
  endpoint: "http://127.0.0.1:1",
  bucket: "b",
  region: "r",
  accessKeyId: "i",
  secretAccessKey: "s",
};
const inputs = { key: "npm-1", path: "node_modules", s3 };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-job-"));
  job = await setUpJob(folder, { workspace: "/workspace" });
});

afterEach(() => rmSync(folder, { recursive: true }));

test("all folders of a job are its own", async () => {
  const { env } = await setUpStep(job, "restore", inputs);
  for (const name of ["HOME", "RUNNER_TEMP", "RUNNER_TOOL_CACHE", "GITHUB_OUTPUT", "GITHUB_EVENT_PATH"]) {
    expect(env[name]?.startsWith(folder)).toBe(true);
  }
  expect(env).toMatchObject({ INPUT_KEY: "npm-1", INPUT_PATH: "node_modules", AWS_ACCESS_KEY_ID: "i" });
});

test("steps of a job share its folders, and have outputs of their own", async () => {
  const first = await setUpStep(job, "restore", inputs);
  const second = await setUpStep(job, "save", inputs);
  for (const name of ["HOME", "RUNNER_TEMP", "RUNNER_TOOL_CACHE", "GITHUB_WORKSPACE", "GITHUB_RUN_ID"]) {
    expect(second.env[name]).toBe(first.env[name]);
  }
  expect(second.outputs).not.toBe(first.outputs);
});

test("a later job finds the runner's home and tools, and a temporary folder of its own", async () => {
  mkdirSync(join(folder, "second"));
  const later = await setUpJob(join(folder, "second"), { workspace: "/workspace", earlier: job });
  expect(later).toMatchObject({ home: job.home, tools: job.tools, runId: job.runId + 1 });
  expect(later.temp).not.toBe(job.temp);
});

test.each([
  ["cache-hit=true\n", true],
  ["cache-hit<<ghadelimiter_1\ntrue\nghadelimiter_1\n", true],
  ["other=1\ncache-hit<<X\r\ntrue\r\nX\r\n", true],
  ["cache-hit=false\n", false],
  ["cache-hit<<X\nfalse\nX\nother<<X\ntrue\nX\n", false],
  ["", false],
])("%j says an exact hit: %j", async (outputs, expected) => {
  const step = await setUpStep(job, "restore", inputs);
  writeFileSync(step.outputs, outputs);
  expect(await saysExactHit(step)).toBe(expected);
});
