// Which lock files a job goes by: every name that is known, the nearest folder upward, what is named.

import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { findLockfiles, hashLockfiles, toolsOf } from "../../../src/keys/lockfiles.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let top = "";
beforeEach(() => {
  top = temporaryFolder();
});

function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), `content of ${name}`);
  }
}

async function find(lines: readonly string[], folder = ".") {
  const { files, missing } = await findLockfiles(lines, {
    folder: join(top, folder),
    top,
    home: join(top, "home"),
  });
  return { names: files.map(({ name }) => name), missing };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("auto", () => {
  test.each([
    ["package-lock.json", "node"],
    ["npm-shrinkwrap.json", "node"],
    ["yarn.lock", "node"],
    ["pnpm-lock.yaml", "node"],
    ["bun.lock", "node"],
    ["requirements.txt", "python"],
    ["requirements-dev.txt", "python"],
    ["poetry.lock", "python"],
    ["uv.lock", "python"],
    ["Pipfile.lock", "python"],
    ["go.sum", "go"],
    ["Cargo.lock", "rustc"],
    ["Gemfile.lock", "ruby"],
    ["composer.lock", "php"],
    ["gradle.lockfile", "java"],
    ["mix.lock", "elixir"],
    ["Package.resolved", "swift"],
  ])("knows %s", async (name, tool) => {
    write(name, "README.md", "package.json", `${name}.bak`, `old-${name}`);
    const place = { folder: top, top, home: top };
    const { files, missing } = await findLockfiles(["auto"], place);
    expect(files.map((file) => file.name)).toEqual([name]);
    expect(missing).toEqual([]);
    expect([...toolsOf(files).keys()]).toEqual([tool]);
    expect(await hashLockfiles(files)).toBe(`sha256:${sha256(`content of ${name}`)}`);
  });

  test("takes those of the nearest folder upward that has any, all of them", async () => {
    write(
      "package-lock.json",
      "services/api/go.sum",
      "services/api/requirements.txt",
      "services/api/cmd/x/main.go",
    );
    expect(await find(["auto"], "services/api/cmd/x")).toEqual({
      names: ["services/api/go.sum", "services/api/requirements.txt"],
      missing: [],
    });
    expect((await find(["auto"], "services")).names).toEqual(["package-lock.json"]);
  });

  test("what an `!` line leaves out is not there", async () => {
    write("go.sum", "app/requirements.txt", "app/requirements-dev.txt");
    expect((await find(["auto", "!requirements-dev.txt"], "app")).names).toEqual(["app/requirements.txt"]);
    expect((await find(["auto", "!requirements*.txt"], "app")).names).toEqual(["go.sum"]);
  });

  test("ends at the top of the checkout", async () => {
    write("package-lock.json", "checkout/app/file");
    const place = { folder: join(top, "checkout/app"), top: join(top, "checkout"), home: top };
    expect(await findLockfiles(["auto"], place)).toEqual({ files: [], missing: ["auto"] });
  });

  test("a folder of such a name is none, a link to a file is one", async () => {
    write("yarn.lock/file", "real/go.sum", "app/file");
    symlinkSync("../real/go.sum", join(top, "app/go.sum"));
    expect((await find(["auto"])).names).toEqual([]);
    expect((await find(["auto"], "app")).names).toEqual(["app/go.sum"]);
  });
});

describe("lines", () => {
  test("paths, patterns and what they leave out, in the order of the names", async () => {
    write(
      "b/yarn.lock",
      "a/yarn.lock",
      "c/yarn.lock",
      "a/node_modules/x/yarn.lock",
      ".git/yarn.lock",
      "deps.lock",
    );
    expect(await find(["**/yarn.lock", "deps.lock", "!c"])).toEqual({
      names: ["a/yarn.lock", "b/yarn.lock", "deps.lock"],
      missing: [],
    });
    expect((await find(["**/yarn.lock", "!**/a/*"])).names).toEqual(["b/yarn.lock", "c/yarn.lock"]);
  });

  test("an installed folder is looked into where a line names it", async () => {
    write("node_modules/.package-lock.json", "node_modules/x/yarn.lock");
    expect((await find(["node_modules/.package-lock.json"])).names).toEqual([
      "node_modules/.package-lock.json",
    ]);
    expect((await find(["node_modules/*/yarn.lock"])).names).toEqual(["node_modules/x/yarn.lock"]);
  });

  test("relative ones start at the folder, names at the top of the checkout", async () => {
    write("packages/app/x.lock", "packages/lib/y.lock");
    expect((await find(["x.lock", "../*/y.lock"], "packages/app")).names).toEqual([
      "packages/app/x.lock",
      "packages/lib/y.lock",
    ]);
  });

  test("outside of the checkout they are called as the line does", async () => {
    write("checkout/go.sum", "home/.tool/lock", "shared/x.lock");
    const place = { folder: join(top, "checkout"), top: join(top, "checkout"), home: join(top, "home") };
    const names = async (line: string) => (await findLockfiles([line], place)).files.map(({ name }) => name);
    expect(await names("~/.tool/lock")).toEqual(["~/.tool/lock"]);
    expect(await names("~/.tool/*")).toEqual(["~/.tool/lock"]);
    expect(await names("../shared/x.lock")).toEqual(["../shared/x.lock"]);
    expect(await names(join(top, "shared/*.lock"))).toEqual([join(top, "shared/x.lock")]);
  });

  test("auto beside a path, and a file once", async () => {
    write("yarn.lock", "sub/go.sum");
    expect((await find(["auto", "sub/go.sum", "yarn.lock"])).names).toEqual(["sub/go.sum", "yarn.lock"]);
  });

  test("a file that is not there is told", async () => {
    write("yarn.lock");
    expect(await find(["nope.lock", "*.nope", "yarn.lock"])).toEqual({
      names: ["yarn.lock"],
      missing: ["nope.lock", "*.nope"],
    });
  });

  test("a folder with the characters of a pattern in its name is no pattern", async () => {
    write("app [1]/a.lock", "app 1/a.lock");
    expect((await find(["*.lock"], "app [1]")).names).toEqual(["app [1]/a.lock"]);
    expect((await find(["*.lock", "!a.lock"], "app [1]")).names).toEqual([]);
  });
});

test("of several files the digest is one of their digests, in order", async () => {
  write("a.lock", "b.lock");
  const { files } = await findLockfiles(["b.lock", "a.lock"], { folder: top, top, home: top });
  const digests = ["a.lock", "b.lock"].map((name) => `sha256:${sha256(`content of ${name}`)}`);
  expect(await hashLockfiles(files)).toBe(`sha256:${sha256(digests.join("\n"))}`);
  expect(await hashLockfiles([])).toBeUndefined();
});
