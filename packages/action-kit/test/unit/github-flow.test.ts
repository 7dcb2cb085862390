// `fallback: github`: what the flows ask of upstream's library, and what they tell the runner. The library itself runs in
// test/process/github-cache.test.ts.

import { describe, expect, test } from "@jest/globals";
import type { GitHubCache } from "../../src/github-cache.ts";
import { step } from "../support/fake-cache.ts";

const env = { CAIRN_STORE: "", RUNNER_TOOL_CACHE: "/tools", ACTIONS_RESULTS_URL: "https://results.example" };
const fallback = { fallback: "github" };

/** Upstream's library as a port, and what it was asked. */
function gitHub(answers: { restore?: string | Error | undefined; save?: number | Error }) {
  const asked: unknown[][] = [];
  const give = <T>(answer: T | Error | undefined): Promise<T> =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as T);
  const cache = {
    isFeatureAvailable: () => true,
    restoreCache: (...args) => {
      asked.push(args);
      return give(answers.restore);
    },
    saveCache: (...args) => {
      asked.push(args);
      return give(answers.save ?? 1);
    },
  } as GitHubCache;
  return { asked, gitHubCache: async () => cache };
}

describe("restoring", () => {
  test("the paths, keys and options of the step, and the outputs of a hit", async () => {
    const { asked, gitHubCache } = gitHub({ restore: "deps-1" });
    const inputs = { ...fallback, "restore-keys": "deps-\nd", "lookup-only": "true", path: "a\n!b" };
    const { runner, settings } = await step("restore-cache", { env, inputs, gitHubCache });
    expect(asked).toEqual([[["a", "!b"], "deps-1", ["deps-", "d"], { lookupOnly: true }, false]]);
    expect(runner.outputs).toEqual({
      "cache-primary-key": "deps-1",
      "cache-matched-key": "deps-1",
      "cache-hit": "true",
    });
    expect(runner.log).toContain("info: no store is set: GitHub's own cache is used (fallback: github)");
    expect(settings).toEqual([]);
  });

  test.each([
    ["another key", "deps-0", { "cache-hit": "false", "cache-matched-key": "deps-0" }],
    ["a miss", undefined, {}],
  ])("%s", async (_, restore, outputs) => {
    const { gitHubCache } = gitHub({ restore });
    const { runner } = await step("cache", { env, inputs: fallback, gitHubCache });
    expect(runner.outputs).toEqual({ "cache-primary-key": "deps-1", ...outputs });
  });

  test("what upstream throws is a warning and a miss, which fails under fail-on-cache-miss", async () => {
    const { gitHubCache } = gitHub({ restore: new Error("no tar") });
    const { runner, thrown } = await step("restore-cache", {
      env,
      inputs: { ...fallback, "fail-on-cache-miss": "true" },
      gitHubCache,
    });
    expect(thrown).toBeUndefined();
    expect(runner.log).toContain("warning: Failed to restore: no tar");
    expect(runner.failed).toBe(true);
  });

  test("a store that is set is used instead", async () => {
    const { asked, gitHubCache } = gitHub({});
    const { settings } = await step("restore-cache", {
      env: { ...env, CAIRN_STORE: "memory://t" },
      inputs: fallback,
      gitHubCache,
    });
    expect([asked, settings.length]).toEqual([[], 1]);
  });
});

describe("saving", () => {
  test("in a post step by what the main step read, and not after a hit", async () => {
    const { asked, gitHubCache } = gitHub({ restore: undefined });
    const main = await step("cache", { env, inputs: { ...fallback, path: "a" }, gitHubCache });
    const { runner } = await step("cache-post", { env, state: main.runner.state, gitHubCache });
    expect(asked.at(-1)).toEqual([["a"], "deps-1", undefined, false]);
    expect(runner.log.at(-1)).toBe("info: Cache saved with key: deps-1");

    const hit = gitHub({ restore: "deps-1" });
    const again = await step("cache", { env, inputs: fallback, ...hit });
    await step("cache-post", { env, state: again.runner.state, ...hit });
    expect(hit.asked).toHaveLength(1);
  });

  test.each([
    ["a key that another job took", -1, "debug: Cache save failed."],
    ["paths that match nothing", new Error("Path Validation Error: none"), "warning: Cache save failed."],
  ])("%s does not fail the step", async (_, save, last) => {
    const { gitHubCache } = gitHub({ save });
    const { runner, thrown } = await step("save-cache", { env, inputs: fallback, gitHubCache });
    expect(thrown).toBeUndefined();
    expect(runner.failed).toBe(false);
    expect(runner.log.at(-1)).toBe(last);
  });

  test("overwrite is told to have no effect", async () => {
    const { runner } = await step("save-cache", {
      env,
      inputs: { ...fallback, overwrite: "true" },
      ...gitHub({}),
    });
    expect(runner.log.join("\n")).toContain("overwrite has no effect in GitHub's own cache");
  });
});
