// The step cache-key: its outputs, what its log tells, and what fails it.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readExplanations } from "@cairn/core";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { fakeTools } from "../../../core/test/support/fake-tools.ts";
import { temporaryFolder } from "../../../core/test/support/temporary.ts";
import { reactToKey } from "../../src/failure-policy.ts";
import { saved, step } from "../support/fake-cache.ts";

let workspace = "";
beforeEach(() => {
  workspace = temporaryFolder();
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
}

function run(inputs: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) {
  const tools = {
    node: { stdout: "v24.21.0" },
    go: { argument: "version", stdout: "go version go1.26.8 linux/amd64" },
  };
  const PATH = fakeTools(join(workspace, "bin"), tools);
  return step("cache-key", { inputs, env: { GITHUB_WORKSPACE: workspace, PATH, ...env } });
}

test("the key, its prefixes, and what the saving actions record", async () => {
  write({ "package-lock.json": "{}", "tsconfig.json": "{}" });
  const { runner, thrown } = await run(
    { config: "tsconfig*.json", env: "NODE_ENV" },
    { NODE_ENV: "production" },
  );
  expect(thrown).toBeUndefined();
  const { key, "restore-keys": restoreKeys, ...others } = runner.outputs;
  expect(key).toMatch(
    /^deps:acme\/api:[a-z0-9]+-[a-z0-9-]+:node-24\.21\.0:env-[0-9a-f]{12}:cfg-[0-9a-f]{12}:lock-44136fa355b3678a$/,
  );
  const prefixes = restoreKeys!.split("\n");
  expect(prefixes).toHaveLength(2);
  for (const prefix of prefixes) expect(key!.startsWith(prefix)).toBe(true);
  expect(others).toEqual({ lockfile: "package-lock.json", toolchain: "node-24.21.0" });
});

test("the log explains the key, without any value of the environment", async () => {
  write({ "package-lock.json": "{}" });
  const { runner } = await run({ env: "NODE_ENV" }, { NODE_ENV: "production" });
  const lines = runner.log.map((line) => line.replace(/^\w+: /, ""));
  const [explanation] = readExplanations(lines.join("\n"));
  expect(explanation).toMatchObject({ key: runner.outputs["key"] });
  expect(explanation!.parts[4]!.items).toEqual([
    { name: "NODE_ENV", digest: expect.stringMatching(/^[0-9a-f]{16}$/), note: "set" },
  ]);
  expect(runner.log.at(-1)).toBe(`info: key: ${runner.outputs["key"]}`);
  expect(JSON.stringify([runner.log, runner.outputs])).not.toContain("production");
});

test("in a monorepo: from the working directory upward, paths as the saving actions read them", async () => {
  write({
    "yarn.lock": "",
    "services/api/go.sum": "",
    "services/api/cmd/main.go": "",
    "packages/app/package.json": "{}",
  });
  const api = await run({ "working-directory": "services/api/cmd" });
  expect(api.runner.outputs).toMatchObject({ lockfile: "services/api/go.sum", toolchain: "go-1.26.8" });
  const app = await run({ "working-directory": "packages/app" });
  expect(app.runner.outputs).toMatchObject({ lockfile: "yarn.lock", toolchain: "node-24.21.0" });
});

test("a checkout below the workspace has the key that it has as the workspace", async () => {
  write({
    "go.sum": "",
    "config/a.json": "",
    "checkout/.git/HEAD": "",
    "checkout/go.sum": "",
    "checkout/config/a.json": "",
  });
  const inputs = { config: "config/*" };
  const below = await run({ ...inputs, "working-directory": "checkout" });
  expect(below.runner.outputs["lockfile"]).toBe("checkout/go.sum");
  expect(below.runner.outputs["key"]).toBe((await run(inputs)).runner.outputs["key"]);
});

test("its outputs are inputs of the saving actions, which record the same", async () => {
  write({ "package-lock.json": "{}", "go.sum": "" });
  const { runner } = await run();
  const { lockfile, toolchain } = runner.outputs;
  const { saves } = await step("save-cache", {
    inputs: { lockfile: lockfile!, toolchain: toolchain! },
    env: { GITHUB_WORKSPACE: workspace },
    save: saved("deps-1"),
  });
  expect(saves[0]!.toolchain).toBe("node-24.21.0+go-1.26.8");
  expect(runner.outputs["key"]).toContain(
    `:lock-${saves[0]!.lockfileHash!.slice("sha256:".length).slice(0, 16)}`,
  );
});

test("platform: none, and a text of one's own", async () => {
  write({ "go.sum": "" });
  expect((await run({ platform: "none" })).runner.outputs["key"]).toMatch(/^deps:acme\/api:any:go-/);
  expect((await run({ platform: "debian-12" })).runner.outputs["key"]).toMatch(
    /^deps:acme\/api:debian-12:go-/,
  );
});

describe("fails the step", () => {
  test.each([
    [{}, /^no lock file that is known is in \/.*; name the file/],
    [{ lockfile: "nope.lock" }, /^lockfile: there is no nope\.lock in /],
    [
      { "working-directory": "nope" },
      /^working-directory: there is no folder \/.*nope; check the repository out/,
    ],
    [{ lockfile: "none", env: "A=b" }, /^"A=…" is no name of an environment variable; write the name alone/],
    [{ lockfile: "none", toolchain: "nod" }, /did you mean "node"\?/],
    [{ lockfile: "none", "toolchain-from": "file" }, /write auto, tools, files/],
  ] as [Record<string, string>, RegExp][])("%j", async (inputs, message) => {
    const { thrown, runner } = await run(inputs);
    expect(reactToKey(thrown)).toEqual({ level: "fail", message: expect.stringMatching(message) });
    expect(runner.outputs).toEqual({});
  });
});
