// The saving steps: the post step uses what the main step has read, not its own inputs; save-on, overwrite, hits.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fakeTools } from "../../../core/test/support/fake-tools.ts";
import { HASH, hit, MISS, refOf, saved, step } from "../support/fake-cache.ts";

const info = (log: readonly string[]) =>
  log.filter((line) => line.startsWith("info: ")).map((line) => line.slice(6));
const HIT_LINE = "Cache hit occurred on the primary key deps-1, not saving cache.";

/** Main and post step of one job; the inputs of the post step may differ, as the runner evaluates them anew. */
async function job(options: { main?: Parameters<typeof step>[1]; post?: Parameters<typeof step>[1] }) {
  const main = await step("cache", { restore: MISS, ...options.main });
  const post = await step("cache-post", { save: saved("deps-1"), state: main.runner.state, ...options.post });
  return { main, post };
}

describe("the post step", () => {
  test("saves after a miss", async () => {
    const { post } = await job({});
    expect(post.saves).toHaveLength(1);
    expect(info(post.runner.log)).toEqual([
      "2.0 MB in 900 ms: 100.0 KB uploaded, 95 % was already stored",
      "Cache saved with key: deps-1",
    ]);
  });

  test("uses paths, key, scopes, folders and settings of the main step", async () => {
    const { post } = await job({
      main: { inputs: { path: "a\nb", overwrite: "true", timeout: "3m" } },
      post: {
        inputs: { path: "", key: "other", overwrite: "false", store: "memory://other", timeout: "" },
        env: { GITHUB_WORKSPACE: "/elsewhere", GITHUB_REF: "refs/heads/other" },
      },
    });
    expect(post.settings[0]).toMatchObject({ store: "memory://test" });
    expect(post.saves[0]).toMatchObject({
      paths: ["a", "b"],
      key: "deps-1",
      overwrite: true,
      timeoutMs: 180_000,
      folders: { workspace: "/work space" },
      access: { writes: { ref: "refs/heads/main" } },
    });
  });

  test("has 5 minutes where nothing is set", async () => {
    expect((await job({})).post.saves[0]!.timeoutMs).toBe(300_000);
  });

  test.each(["deps-1", "DEPS-1"])("does not save after a hit on %s", async (found) => {
    const { post } = await job({ main: { restore: hit(found) } });
    expect(info(post.runner.log)).toEqual([HIT_LINE]);
    expect(post.settings).toEqual([]);
  });

  test("saves after a hit on another key", async () => {
    expect((await job({ main: { restore: hit("deps-0") } })).post.saves).toHaveLength(1);
  });

  test("does not save after a look-up that hit, and saves after one that missed", async () => {
    const inputs = { "lookup-only": "true" };
    expect((await job({ main: { inputs, lookup: hit("deps-1") } })).post.saves).toHaveLength(0);
    expect((await job({ main: { inputs, lookup: MISS } })).post.saves).toHaveLength(1);
  });

  test("under overwrite it saves even after a hit, and says when nothing has changed", async () => {
    const main = { inputs: { overwrite: "true" }, restore: hit("deps-1") };
    const replaced = await job({ main, post: { save: { ...saved("deps-1"), replaced: true } } });
    expect(replaced.post.saves[0]).toMatchObject({ overwrite: true });
    expect(replaced.post.runner.summary.join("")).toContain("| replaced |");
    const same = await job({ main, post: { save: { status: "exists", ref: refOf("deps-1") } } });
    expect(info(same.post.runner.log)).toEqual([
      "Cache with key deps-1 already holds this content, not saving cache.",
    ]);
  });

  test.each([
    ["success", "success", true],
    ["success", "failure", false],
    ["success", "cancelled", false],
    ["success", "", true],
    ["failure", "failure", true],
    ["failure", "success", false],
    ["failure", "cancelled", false],
    ["always", "success", true],
    ["always", "failure", true],
    ["always", "cancelled", true],
  ])("save-on %s, job %s: saves %s", async (saveOn, jobStatus, saves) => {
    const { post } = await job({ main: { inputs: { "save-on": saveOn } }, post: { jobStatus } });
    expect(post.saves).toHaveLength(saves ? 1 : 0);
    if (!saves) {
      expect(info(post.runner.log)).toEqual([
        `Not saving cache: the job's status is ${jobStatus}, and save-on is ${saveOn}.`,
      ]);
    }
  });

  describe("how long the work took", () => {
    const buildSeconds = async (main: string, post: string) => {
      const inputs = (text: string) => ({ inputs: { "build-seconds": text } });
      const ran = await job({ main: inputs(main), post: inputs(post) });
      return ran.post.saves[0]!.run?.buildSeconds;
    };

    test("is measured where nobody says", async () => {
      expect(await buildSeconds("", "")).toEqual(expect.any(Number));
    });

    test.each([
      ["to both steps", "700", "700", 700],
      ["to the main step alone, whose contexts are gone later", "700", "", 700],
      ["by a step of the job, after the main step", "", "92.5", 92.5],
    ])("is what the workflow says: %s", async (_, main, post, seconds) => {
      expect(await buildSeconds(main, post)).toBe(seconds);
    });
  });

  test("without state it goes by its inputs", async () => {
    const post = await step("cache-post", { inputs: { path: "dist" }, save: saved("deps-1") });
    expect(post.saves[0]).toMatchObject({ paths: ["dist"], key: "deps-1" });
  });

  test.each(["read", "off"])("mode %s: says so and does not open the store", async (mode) => {
    const { post } = await job({ main: { inputs: { mode } }, post: { inputs: { mode } } });
    expect(info(post.runner.log)).toEqual(["Cache save skipped: the setting mode does not allow it."]);
    expect(post.settings).toEqual([]);
  });

  test("mode write saves what it did not restore", async () => {
    expect((await job({ main: { inputs: { mode: "write" } } })).post.saves).toHaveLength(1);
  });
});

describe("merge_group", () => {
  const env = { GITHUB_EVENT_NAME: "merge_group", GITHUB_REF: "refs/heads/gh-readonly-queue/main/pr-7" };
  const event = { repository: { default_branch: "main" }, merge_group: { base_ref: "refs/heads/main" } };

  test("reads, does not save by default, and says so without a warning", async () => {
    const { main, post } = await job({ main: { env, event, restore: MISS }, post: { env, event } });
    expect(main.restores[0]!.access.reads.map((scope) => scope.ref)).toEqual([
      env.GITHUB_REF,
      "refs/heads/main",
    ]);
    expect(post.saves).toEqual([]);
    expect(post.runner.log).toEqual([
      "info: Cache not saved: a merge_group event only reads unless the setting mode is given: nothing else would read what it saves.",
    ]);
  });

  test("saves where the mode is given", async () => {
    const inputs = { mode: "read-write" };
    const { post } = await job({ main: { env, event, inputs }, post: { env, event } });
    expect(post.saves[0]!.access.writes?.ref).toBe(env.GITHUB_REF);
  });
});

describe("save-cache", () => {
  test("always tries, whatever was restored, and has 10 minutes", async () => {
    const { saves, runner } = await step("save-cache", {
      save: saved("deps-1"),
      env: { GITHUB_RUN_ID: "7", GITHUB_RUN_ATTEMPT: "2", GITHUB_JOB: "build", RUNNER_NAME: "r1" },
    });
    expect(saves[0]).toMatchObject({ timeoutMs: 600_000, owner: "7-2-build-r1", overwrite: false });
    expect(runner.outputs).toEqual({ "content-hash": HASH, "uploaded-bytes": "100000" });
    expect(runner.summary.join("")).toContain(
      "| saved | <code>deps-1</code> | 2.0 MB | 100.0 KB | 95 % | 900 ms |",
    );
  });

  test("records how long the work took where the workflow says, and measures nothing", async () => {
    const told = await step("save-cache", { inputs: { "build-seconds": "92.5" }, save: saved("deps-1") });
    expect(told.saves[0]!.run).toMatchObject({ buildSeconds: 92.5 });
    const untold = await step("save-cache", { save: saved("deps-1") });
    expect(untold.saves[0]!.run?.buildSeconds).toBeUndefined();
    const wrong = await step("save-cache", { inputs: { "build-seconds": "long" } });
    expect(wrong.thrown).toMatchObject({ code: "SETTINGS" });
  });

  test("pull requests write their own ref in their own domain", async () => {
    const { saves } = await step("save-cache", {
      env: { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/7/merge" },
      save: saved("deps-1"),
    });
    expect(saves[0]!.access).toMatchObject({ writes: { ref: "refs/pull/7/merge" }, domain: "pr" });
  });

  test("what was left out is told", async () => {
    const { runner } = await step("save-cache", {
      save: { ...saved("deps-1"), notices: ["2 sockets were left out"] },
    });
    expect(info(runner.log)[0]).toBe("2 sockets were left out");
  });

  describe("toolchain: auto", () => {
    let folder = "";
    let env: Record<string, string> = {};
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "toolchain-"));
      const tools = { node: { stdout: "v24.21.0", first: "echo >> asked" } };
      env = { GITHUB_WORKSPACE: folder, PATH: fakeTools(join(folder, "bin"), tools) };
      writeFileSync(join(folder, "yarn.lock"), "");
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test("the tool is asked by the save, not by the main step", async () => {
      const options = { inputs: { toolchain: "auto" }, env };
      const main = await step("cache", { ...options, restore: MISS });
      expect(existsSync(join(folder, "asked"))).toBe(false);
      const { saves } = await step("cache-post", { env, state: main.runner.state, save: saved("deps-1") });
      expect(saves[0]).toMatchObject({ toolchain: "node-24.21.0", lockfileHash: undefined });
    });

    test("no answer: a line of the log, and the save goes on", async () => {
      const { saves, runner } = await step("save-cache", {
        inputs: { toolchain: "auto", lockfile: "go.sum" },
        env,
        save: saved("deps-1"),
      });
      expect(saves[0]!.toolchain).toBeUndefined();
      expect(info(runner.log)[0]).toMatch(/^toolchain: auto finds no lock file .*; none is recorded$/);
      expect(runner.log.at(-1)).toBe("info: Cache saved with key: deps-1");
    });
  });

  describe("lockfile", () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "lockfile-"));
      writeFileSync(join(folder, "package-lock.json"), "{}");
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    const digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    test.each(["auto", "package-lock.json"])("%s: its digest is recorded", async (lockfile) => {
      const { saves } = await step("save-cache", {
        inputs: { lockfile, toolchain: "node-24" },
        env: { GITHUB_WORKSPACE: folder },
        save: saved("deps-1"),
      });
      expect(saves[0]).toMatchObject({ lockfileHash: digest, toolchain: "node-24" });
    });

    test("several lines, as the action cache-key puts them out: a digest of all", async () => {
      writeFileSync(join(folder, "go.sum"), "");
      const { saves } = await step("save-cache", {
        inputs: { lockfile: "go.sum\npackage-lock.json" },
        env: { GITHUB_WORKSPACE: folder },
        save: saved("deps-1"),
      });
      expect(saves[0]!.lockfileHash).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(saves[0]!.lockfileHash).not.toBe(digest);
      rmSync(join(folder, "go.sum"));
    });

    test("none there: a warning, and the save goes on", async () => {
      const { saves, runner } = await step("save-cache", {
        inputs: { lockfile: "yarn.lock" },
        env: { GITHUB_WORKSPACE: folder },
        save: saved("deps-1"),
      });
      expect(saves[0]!.lockfileHash).toBeUndefined();
      expect(runner.log).toContainEqual(
        expect.stringMatching(/^warning: lockfile: yarn.lock finds no lock file in /),
      );
    });
  });
});
