// Signed caches in a workflow: what a refused Ref does to a step, where keys go and where they never go. The steps run
// against the real core over a folder, whose index a test writes to behind its back.
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openCache, type RefusedRef, resolveSettings } from "@cairn/core";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { reactToRefused } from "../../src/failure-policy.ts";
import { runStep, type StepName } from "../../src/run-action.ts";
import { ENV, hit, MISS, refOf, saved, step } from "../support/fake-cache.ts";
import { createRecordingRunner, type RecordingRunner } from "../support/recording-runner.ts";

const pair = generateKeyPairSync("ed25519");
const SIGNS = { CAIRN_SIGNING_KEY: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
const CHECKS = { CAIRN_VERIFY_KEY: pair.publicKey.export({ type: "spki", format: "pem" }).toString() };
const SECRET = SIGNS.CAIRN_SIGNING_KEY.split("\n")[1]!;
const SHARED = "0badc0de".repeat(8);

const REFUSED: RefusedRef = {
  ref: refOf("deps-1"),
  why: "unsigned",
  message: '"deps-1" of refs/heads/main is not signed',
  hint: "find out who wrote it",
};
const ANNOTATION = 'error: Refused a cache: "deps-1" of refs/heads/main is not signed; find out who wrote it';
const annotations = ({ log }: RecordingRunner) =>
  log.filter((line) => !line.startsWith("info: ") && !line.startsWith("debug: "));

describe("a refused Ref", () => {
  test("is an error annotation and a miss, and the step is ok", async () => {
    const { runner, thrown } = await step("restore-cache", { restore: { ...MISS, refused: [REFUSED] } });
    expect(annotations(runner)).toEqual([ANNOTATION]);
    expect(runner.outputs).toEqual({ "cache-primary-key": "deps-1" });
    expect(runner.failed).toBe(false);
    expect(thrown).toBeUndefined();
  });

  test("fails the step under fail-on-cache-miss, as every miss does", async () => {
    const inputs = { "fail-on-cache-miss": "true" };
    const { runner } = await step("restore-cache", { inputs, restore: { ...MISS, refused: [REFUSED] } });
    expect(annotations(runner)).toEqual([ANNOTATION, expect.stringMatching(/^failed: Failed to restore/)]);
  });

  test("is an annotation beside a hit that was found in spite of it, and of a look-up", async () => {
    const restored = await step("cache", { restore: { ...hit("deps-0", false), refused: [REFUSED] } });
    expect(annotations(restored.runner)).toEqual([ANNOTATION]);
    expect(restored.runner.outputs).toMatchObject({ "cache-hit": "false", "cache-matched-key": "deps-0" });
    const inputs = { "lookup-only": "true" };
    const looked = await step("cache", { inputs, lookup: { ...MISS, refused: [REFUSED] } });
    expect(annotations(looked.runner)).toEqual([ANNOTATION]);
  });

  test("of many, three are told", () => {
    const many = Array.from({ length: 9 }, () => REFUSED);
    expect(reactToRefused(many).map(({ level }) => level)).toEqual(Array(4).fill("error"));
    expect(reactToRefused(many).at(-1)!.message).toBe("Refused 6 more caches for their signatures");
    expect(reactToRefused()).toEqual([]);
  });
});

describe("keys", () => {
  test.each<StepName>(["cache", "cache-post", "restore-cache", "save-cache"])(
    "%s masks them before it says anything, and puts none into state, log, summary or settings",
    async (name) => {
      const env = { ...SIGNS, CAIRN_VERIFY_KEY: `${CHECKS.CAIRN_VERIFY_KEY} hmac-sha256:${SHARED}` };
      const result = await step(name, { env, restore: MISS, save: saved("deps-1") });
      expect(result.thrown).toBeUndefined();
      expect(result.runner.secrets).toEqual([
        { text: SECRET, loggedBefore: 0 },
        { text: SHARED, loggedBefore: 0 },
      ]);
      const { log, outputs, state, summary } = result.runner;
      const told = JSON.stringify([
        log,
        outputs,
        state,
        summary,
        result.settings,
        result.saves,
        result.restores,
      ]);
      for (const secret of [SECRET, SHARED, "PRIVATE KEY"]) expect(told).not.toContain(secret);
    },
  );

  test.each([
    ["CAIRN_SIGNING_KEY", `hmac-sha256:${SHARED.slice(8)}`, SHARED.slice(8)],
    ["CAIRN_SIGNING_KEY", "hunter2hunter2", "hunter2hunter2"],
    ["CAIRN_VERIFY_KEY", SIGNS.CAIRN_SIGNING_KEY, SECRET],
  ])("a wrong %s fails the step, is masked, and is not shown", async (variable, value, secret) => {
    for (const name of ["cache", "restore-cache", "save-cache"] as const) {
      const { runner, thrown } = await step(name, { env: { [variable]: value } });
      expect(thrown).toMatchObject({ code: "SETTINGS", setting: variable, hint: expect.any(String) });
      expect(runner.secrets.map(({ text }) => text)).toContain(secret);
      expect(JSON.stringify(runner.log) + String(thrown)).not.toContain(secret);
    }
  });

  test("as a process: the runner is told to mask them before the first line", () => {
    const built = new URL("../../dist/index.js", import.meta.url).href;
    const code = `import { runAction } from ${JSON.stringify(built)}; await runAction("restore-cache");`;
    const folder = mkdtempSync(join(tmpdir(), "signing-process-"));
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      encoding: "utf8",
      cwd: folder,
      env: {
        ...ENV,
        ...SIGNS,
        CAIRN_VERIFY_KEY: `hmac-sha256:${SHARED}`,
        CAIRN_STORE: `file://${join(folder, "store")}`,
        GITHUB_WORKSPACE: folder,
        HOME: folder,
        RUNNER_TEMP: folder,
        INPUT_KEY: "deps-1",
        INPUT_PATH: "node_modules",
      },
    });
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual([`::add-mask::${SECRET}`, `::add-mask::${SHARED}`]);
    expect(lines.slice(2).join()).toContain("Cache not found for input keys: deps-1");
    for (const secret of [SECRET, SHARED]) expect(lines.slice(2).join()).not.toContain(secret);
  });

  test("a pull request's job with a key to sign with gets a warning", async () => {
    const pull = { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/7/merge" };
    const { runner } = await step("cache", { env: { ...pull, ...SIGNS }, restore: MISS });
    expect(annotations(runner)).toEqual([
      expect.stringMatching(/^warning: a pull request's job holds a key that signs \(CAIRN_SIGNING_KEY/),
    ]);
    expect(annotations((await step("cache", { env: { ...pull, ...CHECKS }, restore: MISS })).runner)).toEqual(
      [],
    );
  });

  test("an empty key to check with gets a warning: a variable that does not exist is an empty text", async () => {
    const { runner } = await step("cache", { env: { CAIRN_VERIFY_KEY: "" }, restore: MISS });
    expect(annotations(runner)).toEqual([
      "warning: CAIRN_VERIFY_KEY is set and empty, so signatures are not checked",
    ]);
    const both = await step("cache", { env: { ...SIGNS, CAIRN_VERIFY_KEY: "" }, restore: MISS });
    expect(annotations(both.runner)).toEqual([]);
  });

  test("a post step without the key that the main step had saves nothing unsigned, and says why", async () => {
    const main = await step("cache", { env: SIGNS, restore: MISS });
    const { state } = main.runner;
    const other = generateKeyPairSync("ed25519")
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    for (const env of [{}, CHECKS, { CAIRN_SIGNING_KEY: other }]) {
      const post = await step("cache-post", { env, state, save: saved("deps-1") });
      expect(post.saves).toEqual([]);
      expect(annotations(post.runner)).toEqual([
        expect.stringMatching(
          /^warning: Cache not saved: .* had the signing key [0-9a-f]{16}, which is not there/,
        ),
      ]);
    }
    expect((await step("cache-post", { env: SIGNS, state, save: saved("deps-1") })).saves).toHaveLength(1);
  });
});

describe("over a real index", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "signing-"));
    mkdirSync(join(folder, "workspace/node_modules"), { recursive: true });
    write("honest");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const app = () => join(folder, "workspace/node_modules/app.js");
  const write = (text: string) => writeFileSync(app(), text);

  async function run(name: StepName, keys: Readonly<Record<string, string>>, key = "deps-1", state = {}) {
    const inputs = { path: "node_modules", key, summary: "true" };
    const runner = createRecordingRunner(inputs, { ...state });
    const env: Record<string, string> = {
      ...ENV,
      ...keys,
      GITHUB_WORKSPACE: join(folder, "workspace"),
      RUNNER_TEMP: join(folder, "temp"),
      CAIRN_STORE: `file://${join(folder, "store")}`,
    };
    await runStep(name, {
      env,
      runner,
      readInput: runner.getInput,
      context: {
        eventName: "push",
        ref: env["GITHUB_REF"],
        job: "build",
        runId: 1,
        runAttempt: 1,
        payload: { repository: { default_branch: "main" } },
      },
      resolveSettings,
      openCache,
      gitHubCache: () => Promise.reject(new TypeError("not asked for")),
      cancel: new AbortController().signal,
    });
    return runner;
  }

  test("a forged row: a clean miss with an annotation; the save at the end of the job heals it", async () => {
    await run("save-cache", SIGNS);
    write("poison");
    await run("save-cache", {}, "evil");
    const database = new DatabaseSync(join(folder, "store/index.sqlite"));
    database.exec(`UPDATE refs SET contentHash = (SELECT contentHash FROM refs WHERE key = CAST('evil' AS BLOB))
      WHERE key = CAST('deps-1' AS BLOB)`);
    database.close();
    rmSync(app());

    const main = await run("cache", SIGNS);
    expect(annotations(main)).toEqual([
      expect.stringMatching(/^error: Refused a cache: "deps-1" of refs\/heads\/main is not what the key/),
    ]);
    expect(main.outputs).toEqual({ "cache-primary-key": "deps-1" });
    expect(main.log).toContain("info: Cache not found for input keys: deps-1");
    expect(main.summary.join()).toContain("it was not used");
    expect(existsSync(app())).toBe(false);

    write("honest again");
    const post = await run("cache-post", SIGNS, "deps-1", main.state);
    expect(annotations(post)).toEqual([]);
    expect(post.log.at(-1)).toBe("info: Cache saved with key: deps-1");
    expect(post.summary.join()).toContain("| replaced |");
    rmSync(app());
    const next = await run("cache", CHECKS);
    expect(annotations(next)).toEqual([]);
    expect(next.outputs).toMatchObject({ "cache-hit": "true" });
    expect(readFileSync(app(), "utf8")).toBe("honest again");
  });

  test("a job that checks and can't sign is told that it did not save, and is ok", async () => {
    const runner = await run("save-cache", CHECKS);
    expect(annotations(runner)).toEqual([
      expect.stringMatching(/^warning: Failed to save: this job has no key to sign with, .*CAIRN_MODE=read$/),
      "warning: Cache save failed.",
    ]);
    expect(runner.failed).toBe(false);
  });
});
