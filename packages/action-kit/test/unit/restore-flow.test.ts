// The restoring steps: what they ask of the cache, what they tell the runner, and what they hand to the post step.

import { CancelledError } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { HASH, hit, MISS, refOf, step, VERSION } from "../support/fake-cache.ts";

const info = (log: readonly string[]) =>
  log.filter((line) => line.startsWith("info: ")).map((line) => line.slice(6));

describe("cache-hit", () => {
  test.each([
    ["exact match", "deps-1", "true"],
    ["exact but for case", "DEPS-1", "true"],
    ["an accent is another key", "déps-1", "false"],
    ["another match", "deps-0", "false"],
  ])("%s", async (_, found, value) => {
    for (const lookupOnly of ["false", "true"]) {
      const inputs = { "lookup-only": lookupOnly };
      const { runner } = await step("restore-cache", { inputs, restore: hit(found), lookup: hit(found) });
      expect(runner.outputs).toMatchObject({
        "cache-hit": value,
        "cache-matched-key": found,
        "cache-primary-key": "deps-1",
        "content-hash": HASH,
      });
    }
  });

  test("a miss does not set it, and sets the primary key alone", async () => {
    for (const name of ["cache", "restore-cache"] as const) {
      const { runner } = await step(name, { restore: MISS });
      expect(runner.outputs).toEqual({ "cache-primary-key": "deps-1" });
    }
  });

  test.each(["off", "write"])("mode %s sets it to false", async (mode) => {
    const { runner, settings, thrown } = await step("cache", { inputs: { mode } });
    expect(runner.outputs["cache-hit"]).toBe("false");
    expect(settings).toEqual([]);
    expect(thrown).toBeUndefined();
    expect(info(runner.log).at(-1)).toBe("Cache restore skipped: the setting mode does not allow it.");
  });
});

describe("the request", () => {
  test("paths, keys, scopes and folders", async () => {
    const { restores } = await step("restore-cache", {
      inputs: {
        path: "node_modules\n!**/tmp",
        "restore-keys": "deps-\nd",
        enableCrossOsArchive: "true",
        clean: "true",
        "read-scopes": "refs/heads/develop",
      },
      restore: MISS,
    });
    expect(restores).toEqual([
      expect.objectContaining({
        paths: ["node_modules", "!**/tmp"],
        key: "deps-1",
        restoreKeys: ["deps-", "d"],
        crossOs: true,
        clean: true,
        timeoutMs: 600_000,
        folders: expect.objectContaining({ workspace: "/work space", temp: "/temp" }),
        access: expect.objectContaining({
          reads: [
            { repository: "acme/api", ref: "refs/heads/main" },
            { repository: "acme/api", ref: "refs/heads/develop" },
          ],
        }),
      }),
    ]);
  });

  test("lookup-only asks for a look-up", async () => {
    const { lookups, restores, runner } = await step("restore-cache", {
      inputs: { "lookup-only": "true" },
      lookup: { status: "hit", ref: refOf("deps-1"), exact: true, version: VERSION },
    });
    expect([lookups.length, restores.length]).toEqual([1, 0]);
    expect(info(runner.log).at(-1)).toBe("Cache found and can be restored from key: deps-1");
  });

  test("an input wins over the environment", async () => {
    const { settings } = await step("restore-cache", {
      inputs: { store: "memory://input" },
      env: { CAIRN_INDEX: "memory://environment" },
      restore: MISS,
    });
    expect(settings[0]).toMatchObject({ store: "memory://input", index: "memory://environment" });
  });

  test("the deadline aborts the work, and work that ignores it is left behind", async () => {
    const seen: string[] = [];
    const obeys = await step("restore-cache", {
      inputs: { timeout: "30ms" },
      restore: (request: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          request.signal.addEventListener("abort", () => {
            seen.push("aborted");
            reject(request.signal.reason);
          });
        }),
    });
    expect(seen).toEqual(["aborted"]);
    const ignores = await step("restore-cache", {
      inputs: { timeout: "30ms" },
      restore: () => new Promise<never>(() => {}),
    });
    for (const { runner, thrown } of [obeys, ignores]) {
      expect(thrown).toBeUndefined();
      expect(runner.log).toContain(
        "warning: Failed to restore: the restore took longer than 30 ms; set the input timeout to allow more",
      );
    }
  });

  test("a cancelled run rejects with its reason and reports nothing", async () => {
    const cancel = new AbortController();
    const reason = new CancelledError("cancelled by SIGINT");
    const running = step("cache", {
      cancel: cancel.signal,
      restore: (request: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          request.signal.addEventListener("abort", () => reject(request.signal.reason));
          cancel.abort(reason);
        }),
    });
    const { thrown, runner } = await running;
    expect(thrown).toBe(reason);
    expect(info(runner.log)).toEqual([]);
  });
});

describe("the log", () => {
  test("a restore: its size, time and share, then upstream's line", async () => {
    const restore = { ...hit("deps-0", false), notices: ["left 3 extra files"] };
    const { runner } = await step("restore-cache", { restore });
    expect(info(runner.log)).toEqual([
      "left 3 extra files",
      "2.0 MB (3 entries) in 1.2 s: 500.0 KB downloaded, 25 % was already on disk",
      "Cache restored from key: deps-0",
    ]);
    expect(runner.outputs).toMatchObject({ "restored-bytes": "2000000", "downloaded-bytes": "500000" });
  });

  test("a hit whose work is known says what it saved, a partial one does not", async () => {
    const timed = (exact: boolean) => {
      const found = hit(exact ? "deps-1" : "deps-0", exact);
      return { ...found, ref: { ...found.ref, buildSeconds: 92.5 } };
    };
    const saved = await step("restore-cache", { restore: timed(true) });
    expect(info(saved.runner.log)).toContain("1 min 31 s less than the work that it stands for");
    expect(saved.runner.summary.join()).toMatch(/\| Time saved \|[\s\S]*\| 1 min 31 s \|/);
    const partial = await step("restore-cache", { restore: timed(false) });
    expect(info(partial.runner.log).join()).not.toContain("less than");
    expect(partial.runner.summary.join()).not.toContain("Time saved");
  });

  test("a miss explains itself after upstream's line", async () => {
    const { runner } = await step("restore-cache", { restore: MISS });
    expect(info(runner.log)).toEqual([
      "Cache not found for input keys: deps-1",
      "searched refs/heads/main",
      "closest: the same key under other paths",
    ]);
  });

  test("under fail-on-cache-miss it explains itself too", async () => {
    const { runner } = await step("restore-cache", {
      inputs: { "fail-on-cache-miss": "true" },
      restore: MISS,
    });
    expect(info(runner.log)).toEqual(MISS.explanation);
  });

  test("a read-scope that is left out is told", async () => {
    const inputs = { "read-scopes": "refs/pull/7/merge" };
    const { runner } = await step("restore-cache", { inputs, restore: MISS });
    expect(info(runner.log)[0]).toMatch(/^read-scopes: refs\/pull\/7\/merge is left out/);
  });

  test("notices of the settings, warnings as annotations", async () => {
    const { runner } = await step("restore-cache", {
      env: { CAIRN_STORE: "", RUNNER_TOOL_CACHE: "/tools", RUNNER_ENVIRONMENT: "github-hosted" },
      restore: MISS,
    });
    expect(info(runner.log)[0]).toMatch(/^the cache is kept in \/tools\/cairn/);
    expect(runner.log).toContainEqual(
      expect.stringMatching(/^warning: this runner is discarded after the job/),
    );
  });
});

describe("the summary", () => {
  test("a hit: key, size, share and time", async () => {
    const { runner } = await step("restore-cache", { restore: hit("deps-1") });
    expect(runner.summary.join("")).toContain(
      "| hit | <code>deps-1</code> | 2.0 MB | 500.0 KB | 25 % | 1.2 s | <code>abababababab</code> |",
    );
  });

  test("a miss: why; markup in keys is text", async () => {
    const { runner } = await step("restore-cache", { inputs: { key: "a|<b>`" }, restore: MISS });
    const page = runner.summary.join("");
    expect(page).toContain("| miss | <code>a&#124;&lt;b&gt;`</code> |");
    expect(page).toContain("- searched refs/heads/main");
  });

  test("summary: false turns it off", async () => {
    for (const restore of [MISS, hit("deps-1")]) {
      expect((await step("restore-cache", { inputs: { summary: "false" }, restore })).runner.summary).toEqual(
        [],
      );
    }
  });
});

describe("what the post step gets", () => {
  test("the key, the match, the version and everything that a save needs", async () => {
    const { runner } = await step("cache", {
      inputs: { overwrite: "true", "save-on": "always", toolchain: "node-24" },
      restore: hit("deps-0", false),
    });
    expect(runner.state).toMatchObject({
      CACHE_KEY: "deps-1",
      CACHE_RESULT: "deps-0",
      CACHE_VERSION: VERSION,
    });
    expect(JSON.parse(runner.state["CAIRN_JOB"]!)).toMatchObject({
      saveOn: "always",
      job: {
        key: "deps-1",
        paths: ["node_modules"],
        crossOs: false,
        overwrite: true,
        toolchain: "node-24",
        access: { writes: { repository: "acme/api", ref: "refs/heads/main" }, domain: "trusted" },
        settings: { store: "memory://test" },
        folders: { workspace: "/work space" },
      },
    });
  });

  test("a failed restore still hands over what to save, without a match", async () => {
    const { runner } = await step("cache", { restore: new CancelledError("away") });
    expect(runner.state["CAIRN_JOB"]).toBeDefined();
    expect(runner.state["CACHE_RESULT"]).toBeUndefined();
  });
});
