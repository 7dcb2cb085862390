// The small parts: sizes and times as people read them, and patterns as upstream's library reads them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { expandGlob } from "../../src/expand-glob.ts";
import { formatBytes, formatCount, formatDuration, formatShare } from "../../src/format.ts";
import { isExactKeyMatch } from "../../src/validate.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 KB"],
  [999_949, "999.9 KB"],
  [999_950, "1.0 MB"],
  [171_966_464, "172.0 MB"],
  [5e15, "5000.0 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [640, "640 ms"],
  [1400, "1.4 s"],
  [600_000, "10 min"],
  [90_000, "1 min 30 s"],
])("%d ms are %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("100 % means all of it", () => {
  expect([formatShare(999, 1000), formatShare(0, 0), formatShare(1, 3)]).toEqual(["99 %", "100 %", "33 %"]);
  expect([formatCount(1, "entry", "entries"), formatCount(87_495, "file")]).toEqual([
    "1 entry",
    "87,495 files",
  ]);
});

test("keys match whatever their case, but not their accents", () => {
  expect(isExactKeyMatch("Linux-ß", "linux-ß")).toBe(true);
  expect(isExactKeyMatch("a", "á")).toBe(false);
  expect(isExactKeyMatch("a", undefined)).toBe(false);
});

describe("patterns", () => {
  let folder = "";
  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), "glob-")), "with [x] in it");
    for (const name of ["packages/a/node_modules/x", "packages/b/node_modules", "packages/c"]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    writeFileSync(join(folder, "packages/a/.hidden"), "");
  });
  afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

  test("a relative one starts at the folder, whatever the folder is called", async () => {
    expect((await expandGlob("packages/*/node_modules", folder)).sort()).toEqual([
      join(folder, "packages/a/node_modules"),
      join(folder, "packages/b/node_modules"),
    ]);
  });

  test("a directory stands for itself, hidden files match", async () => {
    expect(await expandGlob("packages/a/*", folder)).toEqual(
      expect.arrayContaining([join(folder, "packages/a/.hidden"), join(folder, "packages/a/node_modules")]),
    );
    expect(await expandGlob("packages/a", folder)).toEqual([join(folder, "packages/a")]);
    expect(await expandGlob("packages/nothing", folder)).toEqual([]);
  });
});
