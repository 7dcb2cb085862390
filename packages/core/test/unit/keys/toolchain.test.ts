// The toolchain of a key: what tools say, what files ask for, and both.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { findLockfiles } from "../../../src/keys/lockfiles.ts";
import { resolveToolchain, type ToolchainRequest } from "../../../src/keys/toolchain.ts";
import { type FakeTool, fakeTools } from "../../support/fake-tools.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let top = "";
beforeEach(() => {
  top = temporaryFolder();
});

const NODE = { node: { stdout: "v24.21.0" } };
const GO = { go: { argument: "version", stdout: "go version go1.26.8 linux/amd64" } };
const PYTHON = { python3: { stdout: "Python 3.12.3" } };

interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly tools?: Readonly<Record<string, FakeTool>>;
  readonly from?: ToolchainRequest["from"];
  readonly folder?: string;
  readonly lockfile?: readonly string[];
}

async function resolve(lines: readonly string[], setting: Setting = {}) {
  for (const [name, text] of Object.entries(setting.files ?? {})) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), text);
  }
  const place = { folder: join(top, setting.folder ?? "."), top, home: top };
  const { files } = await findLockfiles(setting.lockfile ?? ["auto"], place);
  const found = await resolveToolchain({
    lines,
    from: setting.from ?? "auto",
    lockfiles: files,
    place,
    env: { PATH: fakeTools(join(top, "bin"), setting.tools ?? {}) },
    signal: new AbortController().signal,
  });
  return { text: found.tools.map(({ text }) => text).join("+"), ...found };
}

describe("auto", () => {
  test("the tools that the lock files belong to, in a fixed order", async () => {
    const files = { "requirements.txt": "", "go.sum": "", "yarn.lock": "" };
    const { text, tools, notices } = await resolve(["auto"], { files, tools: { ...GO, ...PYTHON, ...NODE } });
    expect(text).toBe("node-24.21.0+python-3.12.3+go-1.26.8");
    expect(tools.map(({ source }) => source)).toEqual(["node --version", "python3 --version", "go version"]);
    expect(notices).toEqual([]);
  });

  test("no lock file, and none: no toolchain", async () => {
    expect((await resolve(["auto"], { tools: NODE })).text).toBe("");
    expect((await resolve(["none"], { files: { "yarn.lock": "" }, tools: NODE })).text).toBe("");
  });

  test("what the repository asks for and gets is not repeated", async () => {
    const { text, tools, notices } = await resolve(["auto"], {
      files: { "yarn.lock": "", ".nvmrc": "24" },
      tools: NODE,
    });
    expect(text).toBe("node-24.21.0");
    expect(tools[0]!.source).toBe("node --version; .nvmrc asks for 24");
    expect(notices).toEqual([]);
  });

  test("another version than the repository asks for: both, and a notice", async () => {
    const setting = { files: { "yarn.lock": "", ".nvmrc": "22.1" }, tools: NODE };
    const { text, notices } = await resolve(["auto"], setting);
    expect(text).toBe("node-24.21.0~22.1");
    expect(notices).toEqual([expect.stringMatching(/^node is 24\.21\.0 here, \.nvmrc asks for 22\.1: /)]);
  });

  test("a range is no version: the tool's counts", async () => {
    const files = { "yarn.lock": "", "package.json": '{"engines":{"node":">=18"}}' };
    const { text, tools } = await resolve(["auto"], { files, tools: NODE });
    expect(text).toBe("node-24.21.0");
    expect(tools[0]!.source).toBe("node --version; package.json asks for >=18");
  });

  test("a tool without an answer: what the repository asks for, and why", async () => {
    const { text, tools, notices } = await resolve(["auto"], {
      files: { "yarn.lock": "", ".nvmrc": "v22.1.0" },
    });
    expect(text).toBe("node-22.1.0");
    expect(tools[0]!.source).toBe(".nvmrc");
    expect(notices).toEqual([
      expect.stringMatching(/^no version of node from the tool: node can't be started/),
    ]);
  });

  test("neither: unknown, which is told", async () => {
    const { text, notices } = await resolve(["auto"], { files: { "mix.lock": "" } });
    expect(text).toBe("elixir-unknown");
    expect(notices).toEqual([
      expect.stringMatching(/no file asks for a version of elixir; the key says elixir-unknown$/),
    ]);
  });

  test("a tool is asked beside its lock file, or in the folder where the key is made", async () => {
    const node = { stdout: "v24.21.0", first: "pwd > where" };
    const files = {
      "yarn.lock": "",
      "native/Cargo.lock": "",
      "native/rust-toolchain": "1.70",
      "app/.nvmrc": "24",
    };
    const rustc = { stdout: "rustc 1.70.0 (90c541806 2023-05-31)", first: "pwd > where" };
    const lockfile = ["auto", "../native/Cargo.lock"];
    const { text, tools } = await resolve(["auto"], {
      files,
      tools: { node, rustc },
      folder: "app",
      lockfile,
    });
    expect(text).toBe("node-24.21.0+rustc-1.70.0");
    expect(readFileSync(join(top, "app/where"), "utf8").trim()).toBe(join(top, "app"));
    expect(readFileSync(join(top, "native/where"), "utf8").trim()).toBe(join(top, "native"));
    expect(tools.map(({ source }) => source)).toEqual([
      "node --version; app/.nvmrc asks for 24",
      "rustc --version; native/rust-toolchain asks for 1.70",
    ]);
  });
});

describe("from", () => {
  const files = { "yarn.lock": "", ".nvmrc": "22" };

  test("files: no tool is asked", async () => {
    const node = { ...NODE.node, first: "echo > asked" };
    expect((await resolve(["auto"], { files, tools: { node }, from: "files" })).text).toBe("node-22");
    expect(() => readFileSync(join(top, "asked"))).toThrow();
  });

  test("tools: no file is read", async () => {
    expect(await resolve(["auto"], { files, tools: NODE, from: "tools" })).toMatchObject({
      text: "node-24.21.0",
      notices: [],
    });
  });

  test.each([
    [".nvmrc", "lts/*", "node-lts/*"],
    ["package.json", '{"engines":{"node":">=18 <23"}}', "node->=18<23"],
    ["package.json", '{"engines":{"node":"18, 20"}}', expect.stringMatching(/^node-asked\.[0-9a-f]{8}$/)],
  ])("files, %s %j: as it is, and a notice", async (name, text, expected) => {
    const found = await resolve(["auto"], { files: { "yarn.lock": "", [name]: text }, from: "files" });
    expect(found.text).toEqual(expected);
    expect(found.notices).toEqual([expect.stringContaining("which is no one version")]);
  });
});

describe("what is named", () => {
  test.each([
    [["node@major"], "node-24"],
    [["node@minor"], "node-24.21"],
    [["auto", "node@major"], "node-24"],
    [["node@major", "auto"], "node-24"],
    [["go", "node"], "node-24.21.0+go-1.26.8"],
    [["go, node@major  gcc-13"], "node-24+go-1.26.8+gcc-13"],
    [["gcc-13", "clang-17.0.6", "gcc-13"], "clang-17.0.6+gcc-13"],
  ])("%j: %s", async (lines, text) => {
    const setting = { files: { "yarn.lock": "" }, tools: { ...NODE, ...GO } };
    expect((await resolve(lines, setting)).text).toBe(text);
  });

  test("with @major only the first number is compared with what the repository asks for", async () => {
    const setting = { files: { "yarn.lock": "", ".nvmrc": "24.20.1" }, tools: NODE };
    expect(await resolve(["node@major"], setting)).toMatchObject({ text: "node-24", notices: [] });
    expect((await resolve(["node@minor"], setting)).text).toBe("node-24.21~24.20");
  });

  test("and is nowhere: an error", async () => {
    await expect(resolve(["go"])).rejects.toMatchObject({
      code: "INPUT",
      message: expect.stringMatching(
        /^toolchain: no version of go from the tool: .*; no file asks for a version of go$/,
      ),
      hint: expect.stringContaining("go-1.2"),
    });
  });

  test("and no file asks for it: an error that names the file", async () => {
    await expect(resolve(["python"], { tools: PYTHON, from: "files" })).rejects.toMatchObject({
      message: "toolchain: no file asks for a version of python",
      hint: expect.stringMatching(/^ask for one in \.python-version, or /),
    });
  });

  test.each([
    ["nod", /did you mean "node"\?/],
    ["rust", /did you mean "rustc"\?/],
    ["node@mayor", /after @ stands major or minor: node@major/],
    ["node@24", /node@major; a version of your own is written node-24$/],
    ["gcc", /\(a version of your own is written gcc-1\.2\)/],
  ])("%s is refused with a hint", async (line, hint) => {
    await expect(resolve([line])).rejects.toMatchObject({ code: "INPUT", hint: expect.stringMatching(hint) });
  });
});
