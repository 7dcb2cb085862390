// makeKey as a whole: what enters, what does not, and what is refused.

import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type KeyRequest, makeKey } from "../../../src/keys/make-key.ts";
import { fakeTools } from "../../support/fake-tools.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let top = "";
beforeEach(() => {
  top = temporaryFolder();
});

function write(files: Readonly<Record<string, string>>, root = top): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

function make(changes: Partial<KeyRequest> = {}) {
  return makeKey({
    name: "deps",
    repository: "acme/api",
    platform: "linux-x64",
    lockfiles: [],
    toolchain: [],
    toolchainFrom: "auto",
    environment: [],
    configuration: [],
    place: { folder: top, top, home: top },
    signal: new AbortController().signal,
    ...changes,
    env: { PATH: fakeTools(join(top, "bin"), { node: { stdout: "v24.21.0" } }), ...changes.env },
  });
}

test("the key of a project, with everything that is told of it", async () => {
  write({ "package-lock.json": "{}", ".nvmrc": "24", "tsconfig.json": "{}" });
  const made = await make({
    environment: ["NODE_ENV"],
    configuration: ["tsconfig*.json"],
    env: { NODE_ENV: "test" },
  });
  expect(made).toMatchObject({
    // A pin: whoever changes it makes every key of every user another one.
    key: "deps:acme/api:linux-x64:node-24.21.0:env-012a1e793d52:cfg-1d7029e22cfe:lock-44136fa355b3678a",
    toolchain: "node-24.21.0",
    lockfiles: [{ path: join(top, "package-lock.json"), name: "package-lock.json" }],
    lockfileHash: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    notices: [],
  });
  expect(made.restoreKeys).toHaveLength(2);
});

describe("changes with each part, and only then", () => {
  const request: Partial<KeyRequest> = {
    environment: ["NODE_ENV", "UNSET"],
    configuration: ["tsconfig*.json"],
  };
  const FILES = { "package-lock.json": "{}", ".nvmrc": "24", "tsconfig.json": "{}", "src/index.ts": "" };
  const changed = async (changes: Partial<KeyRequest>) => {
    const [before, after] = [await make(request), await make({ ...request, ...changes })];
    return before.parts
      .filter(({ text }, index) => text !== after.parts[index]!.text)
      .map(({ part }) => part);
  };
  const changedFile = async (files: Readonly<Record<string, string>>) => {
    const before = await make(request);
    write(files);
    const after = await make(request);
    return before.parts
      .filter(({ text }, index) => text !== after.parts[index]!.text)
      .map(({ part }) => part);
  };
  beforeEach(() => write(FILES));

  test.each([
    ["name", { name: "build" }],
    ["repository", { repository: "acme/web" }],
    ["platform", { platform: "linux-arm64" }],
    ["toolchain", { toolchain: ["node@major"] }],
    ["environment", { env: { NODE_ENV: "x" } }],
    ["environment", { env: { NODE_ENV: "" } }],
    ["environment", { env: { UNSET: "" } }],
    ["environment", { environment: ["NODE_ENV"] }],
    ["configuration", { configuration: ["tsconfig.json", ".nvmrc"] }],
    ["configuration", { configuration: [] }],
    ["lockfile", { lockfiles: [".nvmrc"], toolchain: ["node"] }],
  ] as [string, Partial<KeyRequest>][])("%s: %j", async (part, changes) => {
    expect(await changed(changes)).toEqual([part]);
  });

  test.each([
    ["lockfile", { "package-lock.json": "{ }" }],
    ["lockfile", { "yarn.lock": "" }],
    ["configuration", { "tsconfig.json": "{ }" }],
    ["configuration", { "tsconfig.build.json": "{}" }],
    ["toolchain", { ".nvmrc": "22" }],
  ])("%s: %j", async (part, files) => {
    expect(await changedFile(files as unknown as Record<string, string>)).toEqual([part]);
  });

  test("not with anything else", async () => {
    expect(await changed({ env: { OTHER: "x", HOME: "/elsewhere" } })).toEqual([]);
    expect(await changed({ environment: ["UNSET", "NODE_ENV", "NODE_ENV"] })).toEqual([]);
    expect(await changed({ configuration: ["./tsconfig.json", "tsconfig*.json"] })).toEqual([]);
    expect(
      await changedFile({
        "src/index.ts": "x",
        "README.md": "",
        "node_modules/x/package-lock.json": "",
        ".nvmrc": " v24 \n",
      }),
    ).toEqual([]);
    utimesSync(join(top, "package-lock.json"), 1, 1);
    expect(await changedFile({})).toEqual([]);
  });

  test("a configuration file that moves is another one", async () => {
    const before = await make({ configuration: ["src/*"] });
    write({ "lib/index.ts": readFileSync(join(top, "src/index.ts"), "utf8") });
    expect((await make({ configuration: ["lib/*"] })).key).not.toBe(before.key);
  });
});

test("is the same in every checkout and from every folder of it", async () => {
  write({ "a/package-lock.json": "{}", "a/tsconfig.json": "{}", "elsewhere/deep/b/package-lock.json": "{}" });
  write({ "elsewhere/deep/b/tsconfig.json": "{}", "a/src/x/file": "" });
  const at = async (folder: string, root: string, up = "") => {
    const place = { folder: join(top, folder), top: join(top, root), home: top };
    return (await make({ place, configuration: [`${up}tsconfig.json`] })).key;
  };
  const key = await at("a", "a");
  expect(await at("elsewhere/deep/b", "elsewhere/deep/b")).toBe(key);
  expect(await at("a/src/x", "a", "../../")).toBe(key);
});

describe("is refused", () => {
  test("without a lock file that is known, and where it was looked for", async () => {
    write({ "sub/file": "" });
    const place = { folder: join(top, "sub"), top, home: top };
    await expect(make({ place })).rejects.toMatchObject({
      code: "INPUT",
      message: `no lock file that is known is in ${join(top, "sub")} or above it, up to ${top}`,
      hint: expect.stringContaining("none"),
    });
  });

  test("with those that lie below, where one would look for them", async () => {
    write({
      "web/yarn.lock": "",
      "api/cmd/go.sum": "",
      "node_modules/x/yarn.lock": "",
      "a/b/c/d/e/go.sum": "",
    });
    await expect(make()).rejects.toMatchObject({
      code: "INPUT",
      hint: expect.stringMatching(/; below there are api\/cmd\/go\.sum, web\/yarn\.lock$/),
    });
  });

  test("unless that is meant, or configuration is chosen", async () => {
    write({ "CMakeLists.txt": "" });
    expect((await make({ lockfiles: ["none"] })).key).toMatch(/:none:env-none:cfg-none:lock-none$/);
    const made = await make({ configuration: ["CMakeLists.txt"] });
    expect(made.key).toMatch(/:cfg-[0-9a-f]{12}:lock-none$/);
    expect(made.notices).toEqual([expect.stringContaining("goes by the configuration alone")]);
    expect(made).toMatchObject({ toolchain: undefined, lockfileHash: undefined, lockfiles: [] });
  });

  test.each([
    [{ lockfiles: ["nope.lock", "*.nope"] }, /^lockfile: there is no nope\.lock, no \*\.nope in \//],
    [{ configuration: ["nope.json"] }, /^config: there is no file nope\.json in \//],
    [{ configuration: ["src"] }, /^config: there is no file src in \//],
    [{ name: "a b" }, /^"a b" can't be the name of a key$/],
    [{ name: "" }, /can't be the name/],
    [{ repository: "a:b" }, /can't be the repository/],
    [{ platform: "x,y" }, /can't be the platform/],
    [{ toolchain: ["nod"] }, /neither a tool/],
    [{ environment: ["*"] }, /takes every variable/],
  ])("%j", async (changes, message) => {
    write({ "yarn.lock": "", "src/file": "" });
    await expect(make(changes)).rejects.toMatchObject({
      code: "INPUT",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    });
  });

  test("not for a pattern of configuration without a match, which is told", async () => {
    write({ "yarn.lock": "" });
    const { key, notices } = await make({ configuration: ["*.nope"] });
    expect(key).toContain(":cfg-none:");
    expect(notices).toEqual([expect.stringMatching(/^config: nothing matches \*\.nope in /)]);
  });
});

test("cancelling ends the making of a key", async () => {
  write({ "yarn.lock": "" });
  const reason = new Error("cancelled by SIGINT");
  await expect(make({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
