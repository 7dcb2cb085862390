// The context of the run, read from the process's own environment: nothing in it, or missing from it, throws.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ownerOf } from "../../src/prepare.ts";
import { readContext } from "../../src/run-context.ts";

const RUN = {
  GITHUB_EVENT_NAME: "push",
  GITHUB_JOB: "build",
  GITHUB_REF: "refs/heads/main",
  GITHUB_RUN_ATTEMPT: "2",
  GITHUB_RUN_ID: "17041234567",
};
const NAMES = [...Object.keys(RUN), "GITHUB_EVENT_PATH"];
const before = new Map(NAMES.map((name) => [name, process.env[name]]));

let folder = "";
let written: string[] = [];
const write = process.stdout.write;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "context-"));
});
beforeEach(() => {
  for (const name of NAMES) delete process.env[name];
  written = [];
  process.stdout.write = (text) => written.push(String(text)) > 0;
});
afterEach(() => {
  process.stdout.write = write;
});
afterAll(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true });
});

function read(env: Record<string, string>) {
  Object.assign(process.env, env);
  const debug: string[] = [];
  return { context: readContext({ debug: (line) => debug.push(line) }), debug };
}

test("the run, its event and the payload", () => {
  const path = join(folder, "event.json");
  writeFileSync(path, '{"repository":{"default_branch":"main"}}');
  const { context, debug } = read({ ...RUN, GITHUB_EVENT_PATH: path });
  expect(context).toMatchObject({
    eventName: "push",
    ref: "refs/heads/main",
    job: "build",
    runId: 17_041_234_567,
    runAttempt: 2,
    payload: { repository: { default_branch: "main" } },
  });
  expect(debug).toEqual([]);
});

describe("a payload that can't be read is told to the debug log alone, and the rest is there", () => {
  test.each([
    ["missing", () => join(folder, "nowhere.json"), /ENOENT/],
    ["a folder", () => folder, /EISDIR/],
    ["empty", () => fileOf(""), /SyntaxError/],
    ["cut off", () => fileOf('{"repository":'), /SyntaxError/],
  ])("%s", (_, place, why) => {
    const path = place();
    const { context, debug } = read({ ...RUN, GITHUB_EVENT_PATH: path });
    expect(context).toMatchObject({ ref: "refs/heads/main", runId: 17_041_234_567, payload: {} });
    expect(debug).toEqual([expect.stringMatching(why)]);
    expect(written).toEqual([]);
    expect(process.env["GITHUB_EVENT_PATH"]).toBe(path);
  });

  function fileOf(text: string): string {
    const path = join(folder, "broken.json");
    writeFileSync(path, text);
    return path;
  }
});

test("outside of a run there is nothing, and no owner of a lease", () => {
  const { context, debug } = read({});
  expect(context).toMatchObject({ eventName: undefined, ref: undefined, payload: {} });
  expect(debug).toEqual([]);
  expect(ownerOf({ context, env: { RUNNER_NAME: "r1" } })).toBeUndefined();
});

test("the owner of a lease has defaults for what an older runner does not say", () => {
  const { context } = read({ GITHUB_RUN_ID: "7" });
  expect(ownerOf({ context, env: {} })).toBe("7-1-job");
  expect(ownerOf({ context: read(RUN).context, env: { RUNNER_NAME: "r1" } })).toBe("17041234567-2-build-r1");
});
