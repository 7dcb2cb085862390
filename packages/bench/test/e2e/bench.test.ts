// The whole benchmark as a command on its smallest cases: what it writes, and that it ends where a tool only pretends to
// have done its work. Starts a server of its own; needs Python and curl, as the benchmark does.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { BenchResults } from "../../src/results.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-e2e-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function bench(...args: string[]): Promise<{ code: number; output: string }> {
  const command = [
    join(ROOT, "scripts/bench.ts"),
    ...args,
    "--runs",
    "1",
    "--json",
    join(folder, "found.json"),
  ];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  const [[code], output, errors] = await Promise.all([
    once(child, "exit") as Promise<[number]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, output: output + errors };
}

/** Cairn's entries, with code of ours after the one that is named. */
function pretender(operation: "save" | "restore", code: string): string {
  for (const each of ["save", "restore"]) {
    mkdirSync(join(folder, "pretender", `${each}-cache`), { recursive: true });
    const real = `await import(${JSON.stringify(join(ROOT, "dist", `${each}-cache/index.js`))});`;
    writeFileSync(
      join(folder, "pretender", `${each}-cache/index.js`),
      each === operation ? code.replace("REAL;", real) : real,
    );
  }
  writeFileSync(join(folder, "pretender/package.json"), '{ "type": "module" }');
  return join(folder, "pretender");
}

test("saves and restores are measured, and merged into one file", async () => {
  const first = await bench("ten-small-save");
  expect(first).toMatchObject({ code: 0 });
  const second = await bench("ten-small-restore");
  expect(second.output).toContain("ten-small: restore into an empty workspace (10 files, 100 kB; 1 run)");
  const { cases } = JSON.parse(readFileSync(join(folder, "found.json"), "utf8")) as BenchResults;
  expect(cases.map((each) => each.case.name)).toEqual(["ten-small-save", "ten-small-restore"]);
  const [save, restore] = cases.map(({ subjects }) => subjects[0]!);
  expect(save).toMatchObject({ name: "cairn", runs: [{ exitCode: 0 }] });
  expect(save!.traffic.uploadedBytes).toBeGreaterThan(10_000);
  expect(restore!.traffic.downloadedBytes).toBeGreaterThan(10_000);
  expect(readFileSync(join(folder, "found.svg"), "utf8")).toContain("ten-small");
});

test.each<["save" | "restore", string, string]>([
  ["save", "", "nothing was added to the bucket"],
  ["restore", "", "it did not say that there was an exact hit"],
  [
    "restore",
    'process.on("exit", () => fs.rmSync("files/000/000/003.txt")); REAL;',
    "000/000/003.txt: missing",
  ],
  [
    "restore",
    'process.on("exit", () => fs.utimesSync("files/000/000/003.txt", 1, 1)); REAL;',
    "000/000/003.txt: another modification time",
  ],
  ["restore", 'process.on("exit", () => process.exitCode = 3); REAL;', "it ended with code 3"],
])("a tool whose %s is %j is found out", async (operation, code, problem) => {
  const cairn = pretender(operation, `import fs from "node:fs";\n${code}`);
  const { code: ended, output } = await bench("ten-small-restore", "--cairn", cairn);
  expect(output).toContain(problem);
  expect(ended).toBe(1);
});

test("a case that there isn't is told with those that there are", async () => {
  const { code, output } = await bench("js-ap");
  expect(code).toBe(2);
  expect(output).toContain("js-app-save");
});
