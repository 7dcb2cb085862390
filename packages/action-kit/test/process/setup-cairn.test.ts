// The action setup-cairn: the command on the PATH of later steps, without any Node there, and in folders with odd names.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { readActionYml } from "../support/action-yml.ts";
import { copyDist, createJob, type Job } from "../support/run-action.ts";

let folder = "";
let job: Job;
let pathFile = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "it's [a] job "));
  pathFile = join(folder, "path");
  writeFileSync(pathFile, "");
  job = createJob({ folder, dist: copyDist(join(folder, "dist")), env: { GITHUB_PATH: pathFile } });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a later step saves and restores by the command", async () => {
  const setup = await job.run("setup-cairn", {});
  expect(setup).toMatchObject({ exitCode: 0, annotations: [] });
  const bin = readFileSync(pathFile, "utf8").trim();
  expect(setup.outputs).toEqual({ path: bin, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  expect(bin.startsWith(job.temp)).toBe(true);

  const env = {
    PATH: `${bin}:/bin:/usr/bin`,
    HOME: job.home,
    CAIRN_STORE: `file://${encodeURI(join(folder, "store"))}`,
  };
  const sh = (script: string) =>
    execFileSync("/bin/sh", ["-euc", script], { cwd: job.workspace, env, encoding: "utf8" });
  expect(sh("cairn --version")).toBe(`${setup.outputs["version"]}\n`);
  mkdirSync(join(job.workspace, "made"));
  writeFileSync(join(job.workspace, "made/file"), "content");
  expect(sh("cairn save --key k made; rm -r made; cairn restore --key k made; cat made/file")).toMatch(
    /saved k.*restored k.*content$/s,
  );
});

test("without the bundle beside it the step fails, and says what lacks", async () => {
  rmSync(join(folder, "dist/cli"), { recursive: true });
  const setup = await job.run("setup-cairn", {});
  expect(setup.exitCode).toBe(1);
  expect(setup.annotations[0]?.message).toContain("the whole repository of Cairn must be there");
  expect(readFileSync(pathFile, "utf8")).toBe("");
});

test("its action.yml declares what it does", () => {
  const { inputs, outputs, runs } = readActionYml("setup-cairn");
  expect([inputs.size, outputs]).toEqual([0, ["path", "version"]]);
  expect(runs).toMatchObject({ using: "node24", main: "../../dist/setup-cairn/index.js" });
});
