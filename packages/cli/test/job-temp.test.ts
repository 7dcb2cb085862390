// The folder between the steps of a job: private, one for each job, not steered by others, and not growing for ever.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { makeJobTemp } from "../src/job-temp.ts";

const uid = process.getuid!();
let tmp: string;
beforeEach(() => {
  tmp = mkdtempSync(join(tmpdir(), "cairn-test-"));
});
afterEach(() => rmSync(tmp, { recursive: true }));

const make = (env: Record<string, string> = {}, nowMs = Date.now()) => makeJobTemp({ env, tmp, uid, nowMs });

test("steps of one job share it, other jobs and other days have their own", () => {
  const job = make({ CI_JOB_ID: "1" });
  expect(make({ CI_JOB_ID: "1" })).toBe(job);
  expect(make({ CI_JOB_ID: "2" })).not.toBe(job);
  const nowMs = Date.UTC(2026, 5, 1, 12);
  expect(make({}, nowMs)).toBe(make({}, nowMs + 1_000));
  expect(make({}, nowMs)).not.toBe(make({}, nowMs + 86_400_000));
});

test("nobody else may look into it", () => {
  mkdirSync(join(tmp, `cairn-${uid}`));
  chmodSync(join(tmp, `cairn-${uid}`), 0o777);
  make();
  expect(statSync(join(tmp, `cairn-${uid}`)).mode & 0o777).toBe(0o700);
});

test("a link or a file that stands in its place is not followed", () => {
  const elsewhere = join(tmp, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(tmp, `cairn-${uid}`));
  expect(make()).toMatch(/cairn-job-/);
});

test("what is a day old goes", () => {
  const old = make({ CI_JOB_ID: "1" });
  const yesterday = new Date(Date.now() - 2 * 86_400_000);
  utimesSync(old, yesterday, yesterday);
  const now = make({ CI_JOB_ID: "2" });
  expect(existsSync(old)).toBe(false);
  expect(existsSync(now)).toBe(true);
});
