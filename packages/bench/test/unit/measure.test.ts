// One measured process, for real: what is counted, what it inherits, how it fails and how it is ended.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { measure } from "../../src/measure.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-measure-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const shell = (script: string, signal = new AbortController().signal) =>
  measure(["/bin/sh", "-c", script], {
    cwd: folder,
    env: { PATH: "/usr/bin:/bin", GREETING: "hello" },
    log: join(folder, "log"),
    serverPids: [process.pid],
    signal,
  });

const node = `${process.execPath} -e`;

test("time and CPU of the children are counted", async () => {
  const busy = "const end = Date.now() + 300; while (Date.now() < end);";
  const measured = await shell(`${node} '${busy}'; sleep 0.2`);
  expect(measured.exitCode).toBe(0);
  expect(measured.wallSeconds).toBeGreaterThan(0.5);
  // A busy CI machine gives the loop less than all of its 0.3 s.
  expect(measured.userSeconds + measured.systemSeconds).toBeGreaterThan(0.05);
});

test("the memory is that of the largest process", async () => {
  const small = await shell("true");
  const large = await shell(`${node} 'Buffer.alloc(200e6, 1)'; true`);
  expect(large.peakRssBytes - small.peakRssBytes).toBeGreaterThan(180e6);
});

test("the environment and the folder are those that were given, and nothing else; both outputs go to the log", async () => {
  await shell("env; pwd >&2");
  const lines = readFileSync(join(folder, "log"), "utf8").trim().split("\n");
  expect(lines).toContain("GREETING=hello");
  expect(lines).toContain(folder);
  expect(lines.some((line) => line.startsWith("HOME="))).toBe(false);
});

test("a failure is a result", async () => {
  expect((await shell("exit 3")).exitCode).toBe(3);
});

test("a command that is not there is an error", async () => {
  const measured = measure([join(folder, "nothing")], {
    cwd: folder,
    env: {},
    log: join(folder, "log"),
    serverPids: [process.pid],
    signal: new AbortController().signal,
  });
  await expect(measured).rejects.toThrow("could not be run");
});

test("an abort ends the command and its children at once", async () => {
  const abort = new AbortController();
  const begun = performance.now();
  setTimeout(() => abort.abort(new Error("enough")), 300);
  await expect(shell("sleep 30 & wait", abort.signal)).rejects.toThrow("enough");
  expect(performance.now() - begun).toBeLessThan(10_000);
});
