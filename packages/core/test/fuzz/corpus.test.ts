// What the fuzzer kept, through every target again: inputs that reached new code, and those that once broke something. And
// the fuzzer itself, whose processes may write nothing: a short run of each kind of target.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { TARGETS } from "./targets/all.ts";

const corpusRoot = join(import.meta.dirname, "corpus");
const root = join(import.meta.dirname, "../../../..");
const names = Object.keys(TARGETS);

function corpusOf(name: string): string[] {
  const folder = join(corpusRoot, name);
  return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
}

test("every file of the targets' folder is a target, and every folder of the corpus is one's", () => {
  const files = readdirSync(join(import.meta.dirname, "targets")).map((file) => file.replace(".ts", ""));
  expect(files.filter((file) => file !== "all").sort()).toEqual(names.toSorted());
  expect(readdirSync(corpusRoot).sort()).toEqual(names.toSorted());
});

describe.each(names)("%s", (name) => {
  test("what the fuzzer kept breaks nothing", async () => {
    const { target } = await TARGETS[name]!();
    const inputs = [...target.seeds(), ...corpusOf(name).map((file) => readFileSync(file))];
    expect(inputs.length).toBeGreaterThan(target.seeds().length);
    for (const input of inputs) target.run(input);
  });
});

describe("the fuzzer", () => {
  const fuzz = (...args: string[]) =>
    spawnSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(root, "scripts/fuzz.ts"), ...args],
      {
        encoding: "utf8",
      },
    );

  test("runs a target in a process that may write nothing, and tells what it did", () => {
    const { status, stdout, stderr } = fuzz("segment", "--runs", "2000");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^segment: 2000 inputs \(\d+\/s\), \d+ reached new code, \d+ marks, .* 0 findings\n$/,
    );
  });

  test("names the targets when it is asked for another", () => {
    const { status, stderr } = fuzz("segments");
    expect(status).toBe(2);
    expect(stderr).toContain("error: there is no target segments");
    expect(stderr).toContain("targets: artifact, bucket-row, chunk,");
  });
});
