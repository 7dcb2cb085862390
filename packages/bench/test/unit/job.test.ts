// The simulated job: only its own folders and values, and how its outputs are read.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type Job, saysExactHit, setUpJob } from "../../src/job.ts";

let folder: string;
let job: Job;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bench-job-"));
  const s3 = {
    endpoint: "http://127.0.0.1:1",
    bucket: "b",
    region: "r",
    accessKeyId: "i",
    secretAccessKey: "s",
  };
  job = await setUpJob(folder, { workspace: "/workspace", key: "npm-1", s3 });
});

afterEach(() => rmSync(folder, { recursive: true }));

test("two jobs share no folder for temporary files, home or tools", () => {
  for (const name of ["HOME", "RUNNER_TEMP", "RUNNER_TOOL_CACHE", "GITHUB_OUTPUT", "GITHUB_EVENT_PATH"]) {
    expect(job.env[name]?.startsWith(folder)).toBe(true);
  }
  expect(job.env).toMatchObject({ INPUT_KEY: "npm-1", INPUT_PATH: "node_modules", AWS_ACCESS_KEY_ID: "i" });
});

test.each([
  ["cache-hit=true\n", true],
  ["cache-hit<<ghadelimiter_1\ntrue\nghadelimiter_1\n", true],
  ["other=1\ncache-hit<<X\r\ntrue\r\nX\r\n", true],
  ["cache-hit=false\n", false],
  ["cache-hit<<X\nfalse\nX\nother<<X\ntrue\nX\n", false],
  ["", false],
])("%j says an exact hit: %j", async (outputs, expected) => {
  writeFileSync(job.env["GITHUB_OUTPUT"]!, outputs);
  expect(await saysExactHit(job)).toBe(expected);
});
