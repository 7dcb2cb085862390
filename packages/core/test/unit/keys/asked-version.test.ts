// Versions that a repository asks for: every file that is known, in the forms in which people write them.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { findAskedVersion, isMet } from "../../../src/keys/asked-version.ts";
import type { Tool } from "../../../src/keys/tools.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let top = "";
beforeEach(() => {
  top = temporaryFolder();
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), text);
  }
}

const find = (tool: Tool, folder = ".") => findAskedVersion(tool, join(top, folder), { top });

const FIXED: [tool: Tool, file: string, text: string, version: string][] = [
  ["node", ".nvmrc", "v20.11.1\n", "20.11.1"],
  ["node", ".nvmrc", "# for the servers\n\n  22 # jod\n", "22"],
  ["node", ".node-version", "20.11.1", "20.11.1"],
  ["node", ".node-version", "\uFEFFv24\r\n", "24"],
  ["node", ".tool-versions", "python 3.12.1\nnodejs 20.11.1 18.19.0 # two\n", "20.11.1"],
  ["node", ".tool-versions", "node 24", "24"],
  ["node", "package.json", '{"engines":{"npm":">=9","node":"20.x"}}', "20"],
  ["node", "package.json", '{"engines":{"node":"=20.11.1"}}', "20.11.1"],
  ["python", ".python-version", "3.12\n3.11\n", "3.12"],
  ["python", ".python-version", "pypy3.10-7.3.15", "pypy3.10-7.3.15"],
  ["python", ".tool-versions", "python 3.12.1", "3.12.1"],
  ["go", "go.mod", "module acme/api\n\ngo 1.22.3\n", "1.22.3"],
  ["go", "go.mod", "module acme/api\ngo 1.22\ntoolchain go1.23.4\n", "1.23.4"],
  ["go", "go.mod", "module acme/api\ngo 1.22\ntoolchain default\n", "1.22"],
  ["go", ".tool-versions", "golang 1.22.3", "1.22.3"],
  ["rustc", "rust-toolchain.toml", '[toolchain]\nchannel = "1.78.0"\ncomponents = ["clippy"]\n', "1.78.0"],
  ["rustc", "rust-toolchain.toml", "toolchain.channel = '1.78' # dotted\n", "1.78"],
  ["rustc", "rust-toolchain.toml", '[toolchain]\nchannel = "nightly-2026-01-01"', "nightly-2026-01-01"],
  ["rustc", "rust-toolchain", "1.70.0\n", "1.70.0"],
  ["rustc", "rust-toolchain", '[toolchain]\nchannel = "1.71"\n', "1.71"],
  ["rustc", ".tool-versions", "rust 1.78.0", "1.78.0"],
  ["ruby", ".ruby-version", "ruby-3.3.0", "3.3.0"],
  ["php", ".php-version", "8.3", "8.3"],
  ["java", ".java-version", "21", "21"],
  ["java", ".tool-versions", "java temurin-21.0.2+13.0.LTS", "temurin-21.0.2+13.0.LTS"],
  ["elixir", ".tool-versions", "erlang 26.2\nelixir 1.16.1-otp-26", "1.16.1-otp-26"],
  ["swift", ".swift-version", "6.0", "6.0"],
];

test.each(FIXED)("%s, %s %j: %s", async (tool, file, text, version) => {
  write({ [file]: text });
  expect(await find(tool)).toEqual({ asked: { version, file, isFixed: true }, notices: [] });
});

test.each([
  ["node", ".nvmrc", "lts/*", "lts/*"],
  ["node", ".nvmrc", "lts/iron", "lts/iron"],
  ["node", ".nvmrc", "node", "node"],
  ["node", "package.json", '{"engines":{"node":">=18  <23"}}', ">=18 <23"],
  ["node", "package.json", '{"engines":{"node":"^20.1.0 || 22"}}', "^20.1.0 || 22"],
  ["rustc", "rust-toolchain.toml", '[toolchain]\nchannel = "stable"', "stable"],
  ["python", ".tool-versions", "python latest", "latest"],
] as const)("%s, %s %j is no one version", async (tool, file, text, version) => {
  write({ [file]: text });
  expect(await find(tool)).toEqual({ asked: { version, file, isFixed: false }, notices: [] });
});

test.each([
  ["node", ".nvmrc", "\n# nothing\n"],
  ["node", "package.json", '{"engines":{"node":"*"}}'],
  ["node", "package.json", '{"name":"x"}'],
  ["node", "package.json", "null"],
  ["node", ".tool-versions", "nodejs system\n"],
  ["python", ".tool-versions", "nodejs 20\n"],
  ["rustc", "rust-toolchain.toml", '[toolchain]\npath = "/opt/rust"'],
  ["go", "go.mod", "module acme/api\n"],
] as const)("%s, %s %j asks for nothing", async (tool, file, text) => {
  write({ [file]: text });
  expect(await find(tool)).toEqual({ asked: undefined, notices: [] });
});

describe("which file", () => {
  test("in one folder a fixed order", async () => {
    write({
      "package.json": '{"engines":{"node":"18"}}',
      ".tool-versions": "nodejs 19",
      ".node-version": "20",
      ".nvmrc": "21",
    });
    expect((await find("node")).asked).toMatchObject({ file: ".nvmrc", version: "21" });
  });

  test("the nearest upward, and one that asks for nothing is passed over", async () => {
    write({
      ".nvmrc": "20",
      "packages/app/package.json": '{"name":"app"}',
      "packages/other/.nvmrc": "22",
    });
    expect((await find("node", "packages/app")).asked).toMatchObject({ file: ".nvmrc", version: "20" });
    expect((await find("node", "packages/other")).asked).toMatchObject({
      file: "packages/other/.nvmrc",
      version: "22",
    });
  });

  test("nothing above the top of the checkout counts", async () => {
    write({ ".nvmrc": "20", "checkout/app/file": "" });
    const found = await findAskedVersion("node", join(top, "checkout/app"), { top: join(top, "checkout") });
    expect(found.asked).toBeUndefined();
  });

  test.each([
    ["package.json", "{", "node"],
    ["rust-toolchain.toml", "[toolchain\nchannel = 1", "rustc"],
  ] as const)("%s that can't be parsed is told and passed over", async (file, text, tool) => {
    write({ [file]: text, ".tool-versions": "nodejs 20\nrust 1.78" });
    if (tool === "node") write({ [`below/${file}`]: text });
    const { asked, notices } = await find(tool, tool === "node" ? "below" : ".");
    expect(asked?.file).toBe(".tool-versions");
    expect(notices).toEqual([
      expect.stringMatching(/can't be parsed, so no version of (node|rustc) is read from it: /),
    ]);
    expect(notices[0]).not.toContain("\n");
  });
});

describe("is a version what is asked for", () => {
  const asked = (version: string, file = ".nvmrc", isFixed = true) => ({ version, file, isFixed });
  test.each([
    ["node", asked("20"), "20.11.1", true],
    ["node", asked("20.11"), "20.11.1", true],
    ["node", asked("20.1"), "20.11.1", false],
    ["node", asked("20.11.1"), "20.11.2", false],
    ["node", asked("20.11.1"), "20", false],
    ["node", asked(">=22", "package.json", false), "20.11.1", true],
    ["python", asked("pypy3.10-7.3.15"), "3.10.14", true],
    ["rustc", asked("nightly-2026-01-01"), "1.97.0-nightly", false],
    ["java", asked("temurin-21.0.2+13.0.LTS"), "21.0.2", true],
    ["go", asked("1.22", "go.mod"), "1.26.8", true],
    ["go", asked("1.22.3", "go.mod"), "1.22.3", true],
    ["go", asked("1.27", "go.mod"), "1.26.8", false],
    ["go", asked("1.22", ".tool-versions"), "1.26.8", false],
  ] as const)("%s: %j and %s: %s", (tool, wanted, version, met) => {
    expect(isMet(tool, wanted, version)).toBe(met);
  });
});
