// The committed bundle as the runner starts it: one process for each step, files for what they tell each other.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { copyDist, createJob, REPOSITORY_DIST as DIST, type Job } from "../support/run-action.ts";

let folder = "";
let job: Job;
let store = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "action-"));
  store = `file://${join(folder, "store")}`;
  job = createJob({ folder });
  mkdirSync(join(job.workspace, "node_modules/a"), { recursive: true });
  writeFileSync(join(job.workspace, "node_modules/a/index.js"), "content");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const content = () => readFileSync(join(job.workspace, "node_modules/a/index.js"), "utf8");
const forget = () => rmSync(join(job.workspace, "node_modules"), { recursive: true });

describe("cache", () => {
  test("miss, save in the post step, then hit and no save", async () => {
    const inputs = { path: "node_modules", key: "deps-1", "restore-keys": "deps-", store };
    const miss = await job.run("cache", inputs);
    expect(miss).toMatchObject({ exitCode: 0, outputs: { "cache-primary-key": "deps-1" }, annotations: [] });
    expect(miss.outputs["cache-hit"]).toBeUndefined();
    expect(miss.log).toContain("Cache not found for input keys: deps-1, deps-");
    const saved = await miss.post();
    expect(saved).toMatchObject({ exitCode: 0, annotations: [] });
    expect(saved.log.at(-1)).toBe("Cache saved with key: deps-1");
    expect(saved.summary).toContain("| saved | <code>deps-1</code> |");

    forget();
    const hit = await job.run("cache", inputs);
    expect(hit).toMatchObject({
      exitCode: 0,
      outputs: { "cache-hit": "true", "cache-matched-key": "deps-1" },
    });
    expect(hit.outputs["content-hash"]).toMatch(/^[0-9a-f]{64}$/);
    expect(hit.outputs["restored-bytes"]).toBe("7");
    expect(hit.log.at(-1)).toBe("Cache restored from key: deps-1");
    expect(content()).toBe("content");
    const post = await hit.post();
    expect(post.log).toEqual(["Cache hit occurred on the primary key deps-1, not saving cache."]);

    const other = await job.run("cache", { ...inputs, key: "deps-2" });
    expect(other.outputs).toMatchObject({ "cache-hit": "false", "cache-matched-key": "deps-1" });
  });

  test("the post step saves what the main step read, when its inputs have changed", async () => {
    const main = await job.run("cache", { path: "node_modules", key: "deps-1", store });
    const post = await main.post({ path: "elsewhere", key: "deps-2", store: "file:///nowhere" });
    expect(post.log.at(-1)).toBe("Cache saved with key: deps-1");
  });

  test.each(["failure", "cancelled"] as const)(
    "job %s: saves under save-on: always alone",
    async (jobStatus) => {
      const inputs = { path: "node_modules", key: "deps-1", store };
      const main = await job.run("cache", inputs);
      expect((await main.post(inputs, { jobStatus })).log).toEqual([
        `Not saving cache: the job's status is ${jobStatus}, and save-on is success.`,
      ]);
      const always = { ...inputs, "save-on": "always" };
      const post = await (await job.run("cache", always)).post(always, { jobStatus });
      expect(post.log.at(-1)).toBe("Cache saved with key: deps-1");
    },
  );
});

describe("restore-cache and save-cache", () => {
  test("the workflow of the replaced system, with paths", async () => {
    const inputs = { key: "deps:acme/api:abc:node-20", paths: "node_modules", store };
    const miss = await job.run("restore-cache", inputs);
    expect(miss.outputs).toEqual({ "cache-primary-key": inputs.key });
    const saved = await job.run("save-cache", inputs);
    expect(saved).toMatchObject({ exitCode: 0, annotations: [], state: {} });
    forget();
    const hit = await job.run("restore-cache", inputs);
    expect(hit.outputs).toMatchObject({ "cache-hit": "true", "content-hash": saved.outputs["content-hash"] });
    expect(content()).toBe("content");
  });

  test("a second save of the same key: info, no annotation", async () => {
    const inputs = { key: "deps-1", path: "node_modules", store };
    await job.run("save-cache", inputs);
    const again = await job.run("save-cache", inputs);
    expect(again).toMatchObject({ exitCode: 0, annotations: [], outputs: {} });
    expect(again.log.join("\n")).toMatch(
      /Failed to save: Unable to reserve cache with key deps-1, another job/,
    );
  });

  test("overwrite replaces it", async () => {
    const inputs = { key: "deps-1", path: "node_modules", store };
    await job.run("save-cache", inputs);
    writeFileSync(join(job.workspace, "node_modules/a/index.js"), "changed");
    const again = await job.run("save-cache", { ...inputs, overwrite: "true" });
    expect(again.log.at(-1)).toBe("Cache saved with key: deps-1");
    forget();
    await job.run("restore-cache", inputs);
    expect(content()).toBe("changed");
  });

  test("patterns and exclusions mean what they mean upstream", async () => {
    mkdirSync(join(job.workspace, "packages/b/node_modules"), { recursive: true });
    writeFileSync(join(job.workspace, "packages/b/node_modules/kept"), "");
    writeFileSync(join(job.workspace, "packages/b/node_modules/left"), "");
    const inputs = { key: "k", path: "packages/*/node_modules\n!packages/*/node_modules/left", store };
    expect((await job.run("save-cache", inputs)).exitCode).toBe(0);
    rmSync(join(job.workspace, "packages"), { recursive: true });
    await job.run("restore-cache", inputs);
    expect(existsSync(join(job.workspace, "packages/b/node_modules/kept"))).toBe(true);
    expect(existsSync(join(job.workspace, "packages/b/node_modules/left"))).toBe(false);
  });
});

describe("toolchain: auto", () => {
  const recorded = () => {
    const command = [join(DIST, "cli/index.js"), "ls", "--json", "--repository", "*", "--store", store];
    const { stdout } = spawnSync(process.execPath, command, { encoding: "utf8", cwd: folder, env: {} });
    const { refs } = JSON.parse(stdout) as { refs: { key: string; toolchain?: string }[] };
    return Object.fromEntries(refs.map((ref) => [ref.key, ref.toolchain]));
  };

  test("the version of the Node on the PATH is recorded with each save", async () => {
    writeFileSync(join(job.workspace, "package-lock.json"), "{}");
    const env = { PATH: dirname(process.execPath) };
    const inputs = { path: "node_modules", toolchain: "auto", store };
    await (await job.run("cache", { ...inputs, key: "post" }, { env })).post(undefined, { env });
    const saved = await job.run("save-cache", { ...inputs, key: "step" }, { env });
    expect(saved).toMatchObject({ exitCode: 0, annotations: [], stderr: "" });
    const toolchain = `node-${process.versions.node}`;
    expect(recorded()).toEqual({ post: toolchain, step: toolchain });
    // What the tool writes stays out of the log.
    expect(saved.stdout).not.toContain(process.version);
  });

  test("no such tool: a line of the log, no annotation, and the save goes on", async () => {
    writeFileSync(join(job.workspace, "mix.lock"), "");
    const inputs = { path: "node_modules", toolchain: "auto", key: "step", store };
    const saved = await job.run("save-cache", inputs, { env: { PATH: dirname(process.execPath) } });
    expect(saved).toMatchObject({ exitCode: 0, annotations: [], stderr: "" });
    expect(saved.log[0]).toMatch(/^toolchain: auto gets no version of elixir: /);
    expect(recorded()).toEqual({ step: undefined });
  });
});

describe("cache-key", () => {
  const commandLine = (env: Record<string, string>, ...args: string[]) => {
    const command = [join(DIST, "cli/index.js"), "key", ...args];
    const { stdout } = spawnSync(process.execPath, command, { encoding: "utf8", cwd: job.workspace, env });
    return stdout.trim();
  };

  test("the key of the job, by which it saves and restores", async () => {
    writeFileSync(join(job.workspace, "package-lock.json"), "{}");
    writeFileSync(join(job.workspace, "rust-toolchain.toml"), '[toolchain]\nchannel = "1.78.0"\n');
    const inputs = { toolchain: "auto\nrustc", config: "rust-*", env: "MODE" };
    const env = { MODE: "e2e", PATH: dirname(process.execPath) };
    const made = await job.run("cache-key", inputs, { env });
    expect(made).toMatchObject({ exitCode: 0, annotations: [], stderr: "" });
    const { key = "", "restore-keys": restoreKeys = "", lockfile = "", toolchain = "" } = made.outputs;
    expect(toolchain).toBe(`node-${process.versions.node}+rustc-1.78.0`);
    expect(key).toMatch(/:env-[0-9a-f]{12}:cfg-[0-9a-f]{12}:lock-44136fa355b3678a$/);
    expect(restoreKeys.split("\n")).toHaveLength(2);

    const saving = { path: "node_modules", key, lockfile, toolchain, store };
    expect((await job.run("save-cache", saving)).log.at(-1)).toBe(`Cache saved with key: ${key}`);
    writeFileSync(join(job.workspace, "package-lock.json"), "{ }");
    const changed = (await job.run("cache-key", inputs, { env })).outputs;
    expect(changed["key"]).not.toBe(key);
    const restoring = {
      path: "node_modules",
      key: changed["key"]!,
      "restore-keys": changed["restore-keys"]!,
      store,
    };
    const restored = await job.run("restore-cache", restoring);
    expect(restored.outputs).toMatchObject({ "cache-hit": "false", "cache-matched-key": key });
  });

  test("the command line comes to the same key in the same job", async () => {
    writeFileSync(join(job.workspace, "package-lock.json"), "{}");
    const PATH = dirname(process.execPath);
    const { outputs } = await job.run("cache-key", { env: "MODE, INPUT_*" }, { env: { MODE: "e2e", PATH } });
    const env = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/api", MODE: "e2e", PATH };
    const flags = ["--env", "MODE, INPUT_*"];
    expect(commandLine({ ...env, GITHUB_WORKSPACE: job.workspace }, ...flags)).toBe(outputs["key"]);
  });

  test("no lock file fails the step, and says what to do", async () => {
    const failed = await job.run("cache-key", {});
    expect(failed).toMatchObject({ exitCode: 1, outputs: {} });
    expect(failed.annotations).toEqual([
      {
        level: "error",
        message: expect.stringMatching(/^no lock file that is known is in .*; name the file/),
      },
    ]);
  });
});

describe("failures", () => {
  test("fail-on-cache-miss ends with exit code 1", async () => {
    const inputs = { key: "k", path: "node_modules", store, "fail-on-cache-miss": "true" };
    const miss = await job.run("restore-cache", inputs);
    expect(miss).toMatchObject({
      exitCode: 1,
      annotations: [
        {
          level: "error",
          message: "Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: k",
        },
      ],
    });
  });

  test("a wrong setting ends with exit code 1 and names the nearest", async () => {
    const run = await job.run("cache", { key: "k", path: "a", store: "s4://bucket" });
    expect(run).toMatchObject({ exitCode: 1 });
    expect(run.annotations).toEqual([
      { level: "error", message: expect.stringMatching(/did you mean "s3"/) },
    ]);
  });

  test("no ref: info, exit code 0, no outputs", async () => {
    const run = await job.run("cache", { key: "k", path: "a", store }, { env: { GITHUB_REF: undefined } });
    expect(run).toMatchObject({ exitCode: 0, outputs: {}, annotations: [] });
    expect(run.log[0]).toMatch(/^\[warning\]Event Validation Error: The event type push is not supported/);
  });

  test("a payload of the event that is missing or broken: the log is the same without it", async () => {
    const inputs = { key: "k", path: "a", store };
    const whole = await job.run("restore-cache", inputs);
    for (const payload of [join(folder, "nowhere.json"), join(job.workspace, "node_modules/a/index.js")]) {
      const run = await job.run("restore-cache", inputs, { env: { GITHUB_EVENT_PATH: payload } });
      expect(run).toMatchObject({ exitCode: 0, annotations: [], stderr: "" });
      expect(run.log).toEqual(whole.log);
    }
  });

  test("without files for outputs and the summary it still works", async () => {
    const env = { GITHUB_OUTPUT: undefined, GITHUB_STATE: undefined, GITHUB_STEP_SUMMARY: undefined };
    const run = await job.run("restore-cache", { key: "k", path: "a", store }, { env });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

describe("a store that takes connections and never answers", () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  let hanging = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    hanging = `s3://bucket?region=us-east-1&path-style=true&endpoint=http://127.0.0.1:${port}`;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  const inputs = () => ({
    key: "k",
    path: "node_modules",
    store: hanging,
    index: `sqlite://${join(folder, "index.sqlite")}`,
  });

  test("the timeout ends the step with a warning, and does not fail it", async () => {
    const run = await job.run("save-cache", { ...inputs(), timeout: "700ms" }, { env });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.annotations).toEqual([
      {
        level: "warning",
        message: expect.stringMatching(/^Failed to save: the save took longer than 700 ms/),
      },
      { level: "warning", message: "Cache save failed." },
    ]);
    expect(run.durationMs).toBeLessThan(5_000);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s ends it at once, without an annotation", async (name) => {
    const run = await job.run("save-cache", inputs(), { env, signal: { name, after: 1_000 } });
    expect(run).toMatchObject({ exitCode: 130, annotations: [] });
    expect(run.log.at(-1)).toBe(`[warning]cancelled by ${name}`);
    expect(run.durationMs).toBeLessThan(5_000);
  });
});

test("a copy outside the repository runs alone, from a path with blanks", async () => {
  const dist = copyDist(join(folder, "an action [1] of ours %41/dist"));
  const alone = createJob({ folder: join(folder, "alone"), dist });
  writeFileSync(join(alone.workspace, "file"), "x");
  const saved = await alone.run("save-cache", { key: "k", path: "file", store });
  expect(saved).toMatchObject({ exitCode: 0, annotations: [], stderr: "" });
});
