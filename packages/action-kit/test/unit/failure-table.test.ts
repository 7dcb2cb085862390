// The contract's table of what is a failure, a warning or an info: one test a row, named as the row.
import {
  AccessDeniedError,
  CorruptError,
  DeadlineError,
  FormatVersionError,
  LocalFileError,
  NothingToSaveError,
  ObjectMissingError,
  StoreAwayError,
  StoreFullError,
  StoreMissingError,
  StoreUnavailableError,
  UnfinishedRestoreError,
  UnsafePathError,
  WorkerLostError,
} from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { reactToRestore, reactToSave, reactToUncaught } from "../../src/failure-policy.ts";
import { hit, MISS, refOf, type Step, saved, step } from "../support/fake-cache.ts";

/** What the runner was told, without info lines; and whether the step failed, now or by what it rejected with. */
function outcome({ runner, thrown }: Step, kind: "restore" | "save" | "post") {
  const lines = runner.log.filter((line) => !line.startsWith("debug: ") && !line.startsWith("info: "));
  const judge = () => (kind === "restore" ? reactToRestore(thrown) : reactToSave(thrown, kind));
  const reaction = thrown === undefined ? undefined : judge();
  if (reaction) lines.push(`${reaction.level}: ${reaction.message}`.replace(/^fail:/, "failed:"));
  return { lines, failed: runner.failed || reaction?.level === "fail" };
}

const infos = (result: Step) => result.runner.log.filter((line) => line.startsWith("info: "));
const LONG = "k".repeat(513);

describe("restore", () => {
  test.each([
    [
      "a key of more than 512 characters",
      { key: LONG },
      `Key Validation Error: ${LONG} cannot be larger than 512 characters.`,
    ],
    ["a key with a comma", { key: "a,b" }, "Key Validation Error: a,b cannot contain commas."],
    [
      "a restore key with a comma",
      { "restore-keys": "a,b" },
      "Key Validation Error: a,b cannot contain commas.",
    ],
    [
      "more than 10 keys",
      { "restore-keys": Array.from({ length: 10 }, (_, i) => `k${i}`).join("\n") },
      "Key Validation Error: Keys are limited to a maximum of 10.",
    ],
    ["no paths", { path: " \n " }, "Input required and not supplied: path"],
    ["path and paths", { paths: "b" }, "The inputs path and paths are the same: give one of them"],
    ["a required input missing", { key: "" }, "Input required and not supplied: key"],
  ])("%s: fails", async (_, inputs, message) => {
    for (const name of ["cache", "restore-cache"] as const) {
      const result = await step(name, { inputs });
      expect(outcome(result, "restore")).toEqual({ lines: [`failed: ${message}`], failed: true });
      expect(result.restores).toEqual([]);
    }
  });

  test("exactly 512 characters and 10 keys are fine", async () => {
    const keys = Array.from({ length: 9 }, (_, i) => `k${i}`).join("\n");
    const result = await step("restore-cache", {
      inputs: { key: "k".repeat(512), "restore-keys": keys },
      restore: MISS,
    });
    expect(outcome(result, "restore")).toEqual({ lines: [], failed: false });
  });

  test("miss with fail-on-cache-miss: fails", async () => {
    const result = await step("restore-cache", { inputs: { "fail-on-cache-miss": "true" }, restore: MISS });
    expect(outcome(result, "restore")).toEqual({
      lines: [
        "failed: Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: deps-1",
      ],
      failed: true,
    });
  });

  test("miss: info, ok", async () => {
    const result = await step("restore-cache", { inputs: { "restore-keys": "deps-\nd" }, restore: MISS });
    expect(outcome(result, "restore")).toEqual({ lines: [], failed: false });
    expect(infos(result)).toContain("info: Cache not found for input keys: deps-1, deps-, d");
  });

  test.each([
    [
      "the store is away",
      new StoreUnavailableError("s3://b does not answer", { hint: "check the endpoint" }),
    ],
    ["the credentials are wrong", new AccessDeniedError("s3://b refuses these credentials")],
    ["the bucket is missing", new StoreMissingError("there is no bucket b")],
    ["the deadline has passed", new DeadlineError("10 minutes are over")],
    ["an unknown format version", new FormatVersionError("format 9 is newer than this Cairn")],
    ["the disk is full", new LocalFileError("ENOSPC")],
  ])("%s: warning, a miss, ok", async (_, error) => {
    const result = await step("restore-cache", { restore: error });
    const message = error.hint ? `${error.message}; ${error.hint}` : error.message;
    expect(outcome(result, "restore")).toEqual({
      lines: [`warning: Failed to restore: ${message}`],
      failed: false,
    });
    expect(infos(result)).toEqual(["info: Cache not found for input keys: deps-1"]);
    expect(result.runner.outputs).toEqual({ "cache-primary-key": "deps-1" });
    expect(result.closed).toBe(1);
  });

  test.each([
    ["corrupt data", new CorruptError("v1/trusted/packs/00", "wrong digest")],
    ["an object that is gone", new ObjectMissingError("v1/trusted/packs/00")],
    ["an unsafe path", new UnsafePathError("../x", "it leaves the root")],
  ])("%s: error annotation, a miss, ok", async (_, error) => {
    const result = await step("restore-cache", { restore: error });
    expect(outcome(result, "restore")).toEqual({
      lines: [`error: Failed to restore: ${error.message}`],
      failed: false,
    });
    expect(result.runner.outputs).toEqual({ "cache-primary-key": "deps-1" });
  });

  test.each([
    ["the store is away", new StoreUnavailableError("away"), "warning: Failed to restore: away"],
    ["the archive is corrupt", new CorruptError("x", "bad"), "error: Failed to restore: x is corrupt: bad"],
  ])("fail-on-cache-miss and %s: fails, both are misses", async (_, error, line) => {
    const result = await step("restore-cache", { inputs: { "fail-on-cache-miss": "true" }, restore: error });
    expect(outcome(result, "restore")).toEqual({
      lines: [
        line,
        "failed: Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: deps-1",
      ],
      failed: true,
    });
  });

  test("the store is still away, as an earlier step has warned: info, a miss, ok", async () => {
    const result = await step("restore-cache", { restore: new StoreAwayError("s3://bucket") });
    expect(outcome(result, "restore")).toEqual({ lines: [], failed: false });
    expect(infos(result)[0]).toMatch(
      /^info: \[warning\]Failed to restore: s3:\/\/bucket did not answer an earlier step of this job, nor now/,
    );
  });

  test("a worker thread is lost: warning, a miss, ok", async () => {
    const result = await step("restore-cache", { restore: new WorkerLostError("a worker thread is lost") });
    expect(outcome(result, "restore")).toEqual({
      lines: ["warning: Failed to restore: a worker thread is lost"],
      failed: false,
    });
  });

  test("the store can't be opened: warning, a miss, ok", async () => {
    const result = await step("cache", { open: new StoreMissingError("there is no bucket b") });
    expect(outcome(result, "restore")).toEqual({
      lines: ["warning: Failed to restore: there is no bucket b"],
      failed: false,
    });
  });

  test("a setting of Cairn's own is wrong: fails and says what to change", async () => {
    const result = await step("cache", { inputs: { mode: "red" } });
    const { lines, failed } = outcome(result, "restore");
    expect(failed).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(/^failed: the input mode is not a mode: "red"; did you mean "read"\?$/),
    ]);
  });

  test("a read-scope is wrong: fails", async () => {
    expect(outcome(await step("cache", { inputs: { "read-scopes": "main" } }), "restore").failed).toBe(true);
  });

  test("a bug of ours surfaces with its stack", async () => {
    const result = await step("cache", { restore: new TypeError("x is not a function") });
    const { lines, failed } = outcome(result, "restore");
    expect(failed).toBe(true);
    expect(lines[0]).toMatch(/^failed: Failed to restore: TypeError: x is not a function\n\s+at /);
  });

  test("what the operating system refuses is no bug: warning, a miss, ok", async () => {
    const error = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES", syscall: "open" });
    expect(outcome(await step("cache", { restore: error }), "restore")).toEqual({
      lines: ["warning: Failed to restore: EACCES: permission denied"],
      failed: false,
    });
  });

  test.each(["none", "write-only"])("ACTIONS_CACHE_MODE %s: info, a miss, ok", async (mode) => {
    const result = await step("cache", { env: { ACTIONS_CACHE_MODE: mode } });
    expect(outcome(result, "restore")).toEqual({ lines: [], failed: false });
    expect(infos(result)).toContain(
      `info: Cache restore skipped: the effective cache-mode '${mode}' does not permit reads.`,
    );
    expect(infos(result)).toContain("info: Cache not found for input keys: deps-1");
    expect(result.runner.outputs["cache-hit"]).toBeUndefined();
    expect(result.settings).toEqual([]);
  });

  test.each(["read", "write", "", "READ", "future"])("ACTIONS_CACHE_MODE %j restores", async (mode) => {
    const result = await step("cache", { env: { ACTIONS_CACHE_MODE: mode }, restore: hit("deps-1") });
    expect(result.restores).toHaveLength(1);
  });
});

describe("save", () => {
  const failedSave = "warning: Cache save failed.";

  test.each([
    [
      "a key of more than 512 characters",
      { key: LONG },
      `Key Validation Error: ${LONG} cannot be larger than 512 characters.`,
    ],
    ["a key with a comma", { key: "a,b" }, "Key Validation Error: a,b cannot contain commas."],
    ["a missing path", { path: "" }, "Input required and not supplied: path"],
    ["path and paths", { paths: "b" }, "The inputs path and paths are the same: give one of them"],
  ])("%s: info, and save-cache warns, ok", async (_, inputs, message) => {
    const result = await step("save-cache", { inputs });
    expect(infos(result)).toEqual([`info: [warning]${message}`]);
    expect(outcome(result, "save")).toEqual({ lines: [failedSave], failed: false });
    const post = await step("cache-post", { inputs });
    expect(infos(post)).toEqual([`info: [warning]${message}`]);
    expect(outcome(post, "post")).toEqual({ lines: [], failed: false });
  });

  test("an empty key: info, ok", async () => {
    const result = await step("save-cache", { inputs: { key: "" } });
    expect(infos(result)).toEqual(["info: [warning]Key is not specified."]);
    expect(outcome(result, "save")).toEqual({ lines: [], failed: false });
  });

  test("paths match nothing: info, and save-cache warns, ok", async () => {
    const error = new NothingToSaveError("node_modules matches nothing");
    const message =
      "info: [warning]Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.";
    const result = await step("save-cache", { save: error });
    expect(infos(result)).toEqual([message]);
    expect(outcome(result, "save")).toEqual({ lines: [failedSave], failed: false });
    expect(outcome(await step("cache-post", { save: error }), "post")).toEqual({ lines: [], failed: false });
  });

  test.each([
    [
      "the key exists",
      { status: "exists", ref: refOf("deps-1") } as const,
      /More details: it exists since 2026-01-05T10:00:00.000Z/,
    ],
    [
      "another job saves it",
      { status: "busy", owner: "7-1-build", expiresAtMs: 0 } as const,
      /More details: 7-1-build is saving it now$/,
    ],
  ])("%s: info, no annotation, ok", async (_, result, details) => {
    for (const name of ["save-cache", "cache-post"] as const) {
      const lost = await step(name, { save: result });
      expect(outcome(lost, "save")).toEqual({ lines: [], failed: false });
      expect(infos(lost)).toEqual([
        expect.stringMatching(
          /^info: Failed to save: Unable to reserve cache with key deps-1, another job may be creating this cache\./,
        ),
      ]);
      expect(infos(lost)[0]).toMatch(details);
      expect(lost.runner.log.includes("debug: Cache save failed.")).toBe(name === "save-cache");
    }
  });

  test.each([
    ["the store is away", new StoreUnavailableError("s3://b does not answer")],
    ["the server denies the write", new AccessDeniedError("cache write denied")],
    ["the store is full", new StoreFullError("no space is left")],
    ["the deadline has passed", new DeadlineError("5 minutes are over")],
    ["a restore of these paths did not finish", new UnfinishedRestoreError("/w/node_modules")],
  ])("%s: warning, and save-cache warns, ok", async (_, error) => {
    const line = `warning: Failed to save: ${error.message}`;
    expect(outcome(await step("save-cache", { save: error }), "save")).toEqual({
      lines: [line, failedSave],
      failed: false,
    });
    expect(outcome(await step("cache-post", { save: error }), "post")).toEqual({
      lines: [line],
      failed: false,
    });
  });

  test("a read-only event: warning, and save-cache warns, ok", async () => {
    const env = { GITHUB_EVENT_NAME: "issue_comment" };
    const line = "warning: Cache not saved: an issue_comment event may only read.";
    const result = await step("save-cache", { env });
    expect(outcome(result, "save")).toEqual({ lines: [line, failedSave], failed: false });
    expect(outcome(await step("cache-post", { env }), "post")).toEqual({ lines: [line], failed: false });
    expect(result.saves).toEqual([]);
  });

  test.each(["none", "read"])("ACTIONS_CACHE_MODE %s: info, and save-cache warns, ok", async (mode) => {
    const result = await step("save-cache", { env: { ACTIONS_CACHE_MODE: mode } });
    expect(infos(result)).toEqual([
      `info: Cache save skipped: the effective cache-mode '${mode}' does not permit writes.`,
    ]);
    expect(outcome(result, "save")).toEqual({ lines: [failedSave], failed: false });
  });

  test.each(["write", "write-only", "", "future"])("ACTIONS_CACHE_MODE %j saves", async (mode) => {
    const result = await step("save-cache", { env: { ACTIONS_CACHE_MODE: mode }, save: saved("deps-1") });
    expect(result.saves).toHaveLength(1);
  });

  test("a setting of Cairn's own is wrong: fails the step of its own, warns in a post step", async () => {
    const inputs = { timeout: "soon" };
    expect(outcome(await step("save-cache", { inputs }), "save").failed).toBe(true);
    const post = outcome(await step("cache-post", { inputs }), "post");
    expect(post).toEqual({
      lines: [expect.stringMatching(/^warning: the input timeout is not a duration/)],
      failed: false,
    });
  });

  test("a bug of ours surfaces with its stack", async () => {
    const { lines, failed } = outcome(
      await step("save-cache", { save: new TypeError("x is undefined") }),
      "save",
    );
    expect(failed).toBe(true);
    expect(lines[0]).toMatch(/^failed: Failed to save: TypeError: x is undefined\n\s+at /);
  });
});

test("an exception that escapes every promise: info on a save, judged like any other on a restore", () => {
  const error = new Error("socket hang up");
  expect(reactToUncaught(error, "save")).toMatchObject({ level: "info" });
  expect(reactToUncaught(error, "post")).toMatchObject({ level: "info" });
  expect(reactToUncaught(new StoreUnavailableError("away"), "restore")).toMatchObject({ level: "warning" });
});

test("an event without a ref: info, ok, no outputs", async () => {
  for (const name of ["cache", "restore-cache", "save-cache", "cache-post"] as const) {
    const result = await step(name, { env: { GITHUB_REF: "", GITHUB_EVENT_NAME: "deployment" } });
    expect(result.runner.log).toEqual([
      "info: [warning]Event Validation Error: The event type deployment is not supported because it's not tied to a branch or tag ref.",
    ]);
    expect(result.runner.outputs).toEqual({});
    expect(result.thrown).toBeUndefined();
  }
});
