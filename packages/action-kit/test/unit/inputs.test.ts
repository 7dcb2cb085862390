// action.yml and the code agree: every declared input is read, every read input is declared, and so for the outputs.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "@jest/globals";
import {
  loadCacheInputs,
  loadKeyInputs,
  loadRestoreInputs,
  loadSaveInputs,
  type ReadInput,
} from "../../src/inputs.ts";
import { ACTIONS_FOLDER, readActionYml } from "../support/action-yml.ts";
import { hit, saved, step } from "../support/fake-cache.ts";

const LOADERS = {
  cache: loadCacheInputs,
  "restore-cache": loadRestoreInputs,
  "save-cache": loadSaveInputs,
  "cache-key": loadKeyInputs,
};
const ACTIONS = ["cache", "restore-cache", "save-cache", "cache-key"] as const;

function reading(inputs: Record<string, string> = {}): { read: ReadInput; names: Set<string> } {
  const names = new Set<string>();
  return {
    names,
    read(name) {
      names.add(name);
      return inputs[name] ?? "";
    },
  };
}

describe.each(ACTIONS)("%s/action.yml", (action) => {
  const yml = readActionYml(action);

  test("declares exactly the inputs that the code reads", () => {
    const { read, names } = reading();
    LOADERS[action](read);
    expect([...names].sort()).toEqual([...yml.inputs.keys()].sort());
  });

  test("requires the key alone: actionlint knows nothing of path or paths", () => {
    const required = [...yml.inputs].filter(([, input]) => input.required).map(([name]) => name);
    expect(required).toEqual(action === "cache-key" ? [] : ["key"]);
  });

  test("runs on node24, from the bundle", () => {
    expect(yml.runs["using"]).toBe("node24");
    expect(yml.runs["main"]).toBe(`../../dist/${action}/index.js`);
  });
});

test("the defaults of action.yml are those of the code", () => {
  for (const action of ACTIONS) {
    const yml = readActionYml(action);
    const declared = Object.fromEntries([...yml.inputs].map(([name, input]) => [name, input.default]));
    const { read } = reading({ ...declared, "job-status": "" });
    expect(LOADERS[action](read)).toEqual(LOADERS[action](reading().read));
  }
});

test("the outputs that are set are those that are declared", async () => {
  for (const name of ["cache", "restore-cache"] as const) {
    const { runner } = await step(name, { restore: hit("deps-1") });
    expect(Object.keys(runner.outputs).sort()).toEqual([...readActionYml(name).outputs].sort());
  }
  const { runner } = await step("save-cache", { save: saved("deps-1") });
  expect(Object.keys(runner.outputs).sort()).toEqual([...readActionYml("save-cache").outputs].sort());
  const key = await step("cache-key", { inputs: { lockfile: "none" }, env: { GITHUB_WORKSPACE: tmpdir() } });
  expect(Object.keys(key.runner.outputs).sort()).toEqual([...readActionYml("cache-key").outputs].sort());
});

test("the combined action always comes to its post step", () => {
  const { runs } = readActionYml("cache");
  expect(runs).toMatchObject({ post: "../../dist/cache-post/index.js", "post-if": "always()" });
});

describe("reading", () => {
  const load = (inputs: Record<string, string>) => loadCacheInputs(reading(inputs).read);

  test("lines are trimmed, `! x` is `!x`, empty lines are dropped, the order is kept", () => {
    const text = "  b \n\n!  a/tmp\n\tc\r\n";
    expect(load({ path: text }).paths).toEqual(["b", "!a/tmp", "c"]);
    expect(load({ "restore-keys": text }).restoreKeys).toEqual(["b", "!a/tmp", "c"]);
  });

  test("paths is the same as path", () => {
    expect(load({ paths: "a\nb" }).paths).toEqual(["a", "b"]);
    expect(load({ paths: "a", path: "b" }).pathsGivenTwice).toBe(true);
  });

  test.each(["enableCrossOsArchive", "fail-on-cache-miss", "lookup-only"])(
    "%s is true for true in any case and false for anything else",
    (name) => {
      const field = {
        enableCrossOsArchive: "crossOs",
        "fail-on-cache-miss": "failOnCacheMiss",
        "lookup-only": "lookupOnly",
      }[name] as "crossOs";
      for (const text of ["true", "TRUE", "True"]) expect(load({ [name]: text })[field]).toBe(true);
      for (const text of ["", "false", "yes", "1"]) expect(load({ [name]: text })[field]).toBe(false);
    },
  );

  test.each(["overwrite", "clean", "summary"])(
    "%s is Cairn's own: neither true nor false is an error",
    (name) => {
      expect(() => load({ [name]: "yes" })).toThrow(
        expect.objectContaining({ code: "SETTINGS", setting: name }),
      );
    },
  );

  test("save-on knows success, failure and always", () => {
    expect(load({}).saveOn).toBe("success");
    expect(load({ "save-on": "always" }).saveOn).toBe("always");
    expect(() => load({ "save-on": "never" })).toThrow(
      expect.objectContaining({ code: "SETTINGS", hint: "write success, failure, always" }),
    );
  });

  test("build-seconds is a number, or not told", () => {
    expect(["", "92", "92.5"].map((text) => load({ "build-seconds": text }).buildSeconds)).toEqual([
      undefined,
      92,
      92.5,
    ]);
    for (const text of ["long", "-1", "1m", "NaN", "1e3"]) {
      expect(() => load({ "build-seconds": text })).toThrow(
        expect.objectContaining({ code: "SETTINGS", setting: "build-seconds" }),
      );
    }
  });

  test("toolchain-from knows auto, tools and files", () => {
    const from = (text: string) => loadKeyInputs(reading({ "toolchain-from": text }).read).toolchainFrom;
    expect(["", "tools", "files"].map(from)).toEqual(["auto", "tools", "files"]);
    expect(() => from("file")).toThrow(
      expect.objectContaining({ code: "SETTINGS", hint: "write auto, tools, files" }),
    );
  });

  test("inputs without effect say so", () => {
    expect(load({ "save-always": "false", "upload-chunk-size": "" }).notices).toEqual([]);
    expect(load({ "save-always": "true", "upload-chunk-size": "1024" }).notices).toEqual([
      expect.stringContaining("upload-chunk-size"),
      expect.stringContaining("save-on: always"),
    ]);
  });
});

test.each(ACTIONS)("the README of %s shows every input and output of its action.yml", (action) => {
  const readme = readFileSync(new URL(`${action}/README.md`, ACTIONS_FOLDER), "utf8");
  const { inputs, outputs } = readActionYml(action);
  const rows = [...readme.matchAll(/^\| `([\w-]+)` +\|/gm)].map((match) => match[1]!);
  // The hidden one is the runner's business.
  const shown = [...inputs.keys()].filter((name) => name !== "job-status");
  expect(rows.slice(0, shown.length + outputs.length)).toEqual([...shown, ...outputs]);
});
