// cairn key as a real process in a real repository: real tools, real git, and what a shell makes of it.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect, test } from "@jest/globals";
import { temporaryFolder } from "../../core/test/support/temporary.ts";

const BIN = join(import.meta.dirname, "../dist/bin.js");

let folder = "";
let repository = "";
beforeEach(() => {
  folder = temporaryFolder();
  repository = join(folder, "api");
  mkdirSync(join(repository, "src"), { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", "https://github.com/acme/api.git");
  commit("Begin", '{"lockfileVersion": 3}\n');
});

function git(...args: string[]): string {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: repository, encoding: "utf8" }).trim();
}

function commit(subject: string, lockfile: string): void {
  writeFileSync(join(repository, "package-lock.json"), lockfile);
  git("add", "--all");
  git("commit", "--quiet", `--message=${subject}`);
}

const environment = {
  // The Node that runs the tests is the first there.
  PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
  CAIRN: `${process.execPath} ${BIN}`,
};

function cairn(args: readonly string[], { cwd = repository, env = {} }: { cwd?: string; env?: object } = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...environment, HOME: folder, ...env },
    encoding: "utf8",
  });
  return { stdout, stderr, code: status };
}

test("the key of a checkout: its remote, its lock file, the Node of the PATH", () => {
  const { stdout, stderr, code } = cairn(["key"]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(stdout).toMatch(
    /^deps:acme\/api:[a-z0-9]+-[a-z0-9-]+:node-\d+\.\d+\.\d+:env-none:cfg-none:lock-[0-9a-f]{16}\n$/,
  );
  expect(stdout).toContain(`:node-${process.versions.node}:`);
  // What the user can check with what every system has.
  const sha256sum = execFileSync("sha256sum", ["package-lock.json"], { cwd: repository, encoding: "utf8" });
  expect(stdout).toContain(`:lock-${sha256sum.slice(0, 16)}`);
});

test("is the same in a copy elsewhere, below, in a worktree, and in CI", () => {
  const { stdout: key } = cairn(["key"]);
  const copy = join(folder, "elsewhere/deep/copy");
  cpSync(repository, copy, { recursive: true });
  git("worktree", "add", "--quiet", join(folder, "tree"), "HEAD", "-b", "other");
  expect(cairn(["key"], { cwd: copy }).stdout).toBe(key);
  expect(cairn(["key"], { cwd: join(repository, "src") }).stdout).toBe(key);
  expect(cairn(["key"], { cwd: join(folder, "tree") }).stdout).toBe(key);
  const env = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/api", GITHUB_WORKSPACE: folder };
  expect(cairn(["key"], { env }).stdout).toBe(key);
  git("checkout", "--quiet", "--detach");
  expect(cairn(["key"]).stdout).toBe(key);
});

test("a shell assigns it, cuts its restore-key, and finds what was saved under an older one", () => {
  const script = `set -eu
    mkdir node_modules; echo installed >node_modules/file
    KEY=$($CAIRN key --explain)
    $CAIRN save --quiet --key "$KEY" --lockfile auto --toolchain auto node_modules
    rm -r node_modules; echo >>package-lock.json
    KEY=$($CAIRN key --explain)
    $CAIRN restore --quiet --key "$KEY" --restore-key "\${KEY%:*}:" node_modules
    cat node_modules/file`;
  const { stdout, stderr, status } = spawnSync("sh", ["-c", script], {
    cwd: repository,
    env: {
      ...environment,
      HOME: folder,
      CAIRN_STORE: `file://${join(folder, "store")}`,
      RUNNER_TEMP: folder,
    },
    encoding: "utf8",
  });
  expect({ status, last: stdout.trim().split("\n").at(-1) }).toEqual({ status: 0, last: "installed" });

  // Two keys are in its log: which is which is for the user to say; what differs is told.
  const keys = [...stderr.matchAll(/^key: (\S+)$/gm)].map(([, key]) => key!);
  expect(keys).toHaveLength(2);
  expect(cairn(["key", "diff", keys[0]!, keys[1]!]).stdout).toContain(
    "the first restore-key of each finds the other",
  );
});

test("key diff finds the lock files of two keys in git's history", () => {
  const first = cairn(["key"]).stdout.trim();
  commit("Bump lodash", '{"lockfileVersion": 3, "packages": {}}\n');
  const second = cairn(["key"]).stdout.trim();
  const [bump, begin] = git("log", "--format=%H").split("\n") as [string, string];
  writeFileSync(join(repository, "package-lock.json"), "changed");
  const third = cairn(["key"]).stdout.trim();

  const commits = cairn(["key", "diff", first, second], { cwd: join(repository, "src") }).stdout;
  expect(commits).toMatch(
    new RegExp(
      `^lockfile: A is package-lock\\.json of commit ${begin.slice(0, 12)}, [0-9-]{10}: Begin$`,
      "m",
    ),
  );
  expect(commits).toContain(`: B is package-lock.json of commit ${bump.slice(0, 12)}, `);
  const command = /^lockfile: git (diff .*)$/m.exec(commits)![1]!;
  expect(git(...command.split(" "))).toContain('+{"lockfileVersion": 3, "packages": {}}');

  const working = cairn(["key", "diff", second, third]).stdout;
  expect(working).toContain("lockfile: B is package-lock.json as it is in this folder");
  expect(working).toContain(`lockfile: git diff ${bump.slice(0, 12)} -- package-lock.json`);

  // A shallow clone does not have it, and other folders have no git at all: the rest is still told.
  const elsewhere = cairn(["key", "diff", first, second], { cwd: folder });
  expect(elsewhere).toMatchObject({ code: 0, stderr: "" });
  expect(elsewhere.stdout).toContain("of one file it is what sha256sum prints");
});

test("no lock file: an error with a hint, and nothing on stdout to assign", () => {
  mkdirSync(join(folder, "empty"));
  const { stdout, stderr, code } = cairn(["key"], { cwd: join(folder, "empty") });
  expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
  expect(stderr).toMatch(/^error: no lock file that is known is in .*\nhint: name the file/);
});
