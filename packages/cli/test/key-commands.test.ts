// cairn key and key diff: what stands on which stream, from where the parts come, and what a difference says.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { fakeTools } from "../../core/test/support/fake-tools.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";
import type { CliContext } from "../src/index.ts";
import { cairn } from "./support/fakes.ts";

let checkout = "";
beforeEach(() => {
  checkout = temporaryFolder();
  write({ ".git/HEAD": "", "package-lock.json": "{}", "packages/app/index.js": "" });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, name)), { recursive: true });
    writeFileSync(join(checkout, name), text);
  }
}

interface Setting {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly context?: Partial<CliContext>;
}

function run(args: readonly string[], { cwd = ".", env = {}, context = {} }: Setting = {}) {
  const PATH = fakeTools(join(checkout, "bin"), { node: { stdout: "v24.21.0" } });
  return cairn(["key", ...args], {
    env: { PATH, ...env },
    context: {
      cwd: join(checkout, cwd),
      readFile: async (path) => readFileSync(path),
      ...context,
    },
  });
}

const KEY = /^deps:acme\/api:[a-z0-9]+-[a-z0-9-]+:node-24\.21\.0:env-none:cfg-none:lock-44136fa355b3678a$/;

describe("key", () => {
  test("stdout has the key alone", async () => {
    const ran = await run([]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(new RegExp(`${KEY.source.slice(0, -1)}\\n$`));
  });

  test("is the same from every folder of the checkout", async () => {
    expect((await run([], { cwd: "packages/app" })).stdout).toBe((await run([])).stdout);
  });

  test("--explain tells its parts on stderr, so that the key can be assigned", async () => {
    const ran = await run(["--explain", "--env", "NODE_ENV"], { env: { NODE_ENV: "production" } });
    expect(ran.stdout.trim().split("\n")).toHaveLength(1);
    expect(ran.stderr).toMatch(/^toolchain +node-24\.21\.0 +[0-9a-f]{16}$/m);
    expect(ran.stderr).toMatch(/^ {2}- NODE_ENV +set +[0-9a-f]{16}$/m);
    expect(ran.stderr).toContain(`\nkey: ${ran.stdout}`);
    expect(ran.stderr).not.toContain("production");
  });

  test("--restore-keys prints its prefixes, one a line", async () => {
    write({ "tsconfig.json": "{}" });
    const key = (await run(["--config", "*.json"])).stdout.trim();
    const prefixes = (await run(["--config", "*.json", "--restore-keys"])).stdout.trim().split("\n");
    expect(prefixes).toHaveLength(2);
    for (const prefix of prefixes) expect(key.startsWith(prefix)).toBe(true);
    // What a shell can do without asking again.
    expect(prefixes[0]).toBe(key.slice(0, key.lastIndexOf(":") + 1));
  });

  test("--json has everything, and nothing is left out that is not set", async () => {
    const { stdout } = await run(["--json", "--env", "CFLAGS"]);
    const document = JSON.parse(stdout) as { parts: { part: string; items: unknown[] }[] };
    expect(document).toMatchObject({
      status: "made",
      key: expect.stringMatching(/^deps:acme\/api:/),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      restoreKeys: [expect.stringMatching(/:cfg-none:$/)],
      toolchain: "node-24.21.0",
      lockfiles: ["package-lock.json"],
      lockfileHash: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
      notices: [],
    });
    expect(document.parts.map(({ part }) => part)).toEqual([
      ...["name", "repository", "platform", "toolchain", "environment", "configuration", "lockfile"],
    ]);
    expect(document.parts[4]!.items).toEqual([{ name: "CFLAGS", digest: null, note: "not set" }]);
  });

  test("what is good to know goes to stderr, and is silent under --quiet", async () => {
    write({ ".nvmrc": "22" });
    expect((await run([])).stderr).toContain("node is 24.21.0 here, .nvmrc asks for 22");
    expect((await run(["--quiet"])).stderr).toBe("");
  });

  test("all flags reach the key", async () => {
    write({ "a.lock": "{}", "tsconfig.json": "{}", ".nvmrc": "22" });
    const args = [
      ...["--name", "build", "--lockfile", "a.lock", "--lockfile", "package-lock.json", "--platform", "none"],
      ...["--toolchain", "node@major", "--toolchain", "gcc-13", "--toolchain-from", "files"],
      ...["--repository", "acme/web", "--env", "A", "--env", "B", "--config", "tsconfig.json"],
    ];
    expect((await run(args)).stdout).toMatch(
      /^build:acme\/web:any:node-22\+gcc-13:env-[0-9a-f]{12}:cfg-[0-9a-f]{12}:lock-[0-9a-f]{16}\n$/,
    );
  });

  test("--workspace and the CI system's own end the search upward", async () => {
    const top = join(checkout, "packages");
    const setting = { cwd: "packages/app" };
    for (const ran of [
      await run(["--workspace", ".."], setting),
      await run([], { ...setting, env: { CI_PROJECT_DIR: top } }),
    ]) {
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain(`up to ${top}`);
      expect(ran.stderr).toContain("hint: name the file that says what is installed");
    }
  });

  test("in a checkout without a remote the repository is called local", async () => {
    const ran = await run([], { context: { readGit: async () => undefined } });
    expect(ran.stdout).toMatch(/^deps:local:/);
  });
});

describe("key diff", () => {
  const made = async (args: readonly string[], setting?: Setting) => {
    const { stdout, stderr } = await run([...args, "--explain"], setting);
    return { key: stdout.trim(), log: stderr };
  };
  const diff = (a: string, b: string, ...more: string[]) => run(["diff", a, b, ...more]);

  test("of two equal keys", async () => {
    const { key } = await made([]);
    expect(await diff(key, key)).toMatchObject({ code: 0, stdout: "the keys are the same\n", stderr: "" });
  });

  test("of two keys: the part, what to do, and whether a restore-key helps", async () => {
    const one = await made([]);
    write({ "package-lock.json": "{ }" });
    const other = await made([]);
    const { stdout, code } = await diff(one.key, other.key);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lockfile +lock-44136fa355b3678a +lock-[0-9a-f]{16}$/m);
    expect(stdout).toContain("the same: name, repository, platform, toolchain, environment, configuration\n");
    expect(stdout).toContain("give the logs of both jobs in place of the keys");
    expect(stdout).toContain("the first restore-key of each finds the other");
  });

  test("of two logs: the variables and files", async () => {
    write({ "tsconfig.json": "{}" });
    const one = await made(["--env", "MODE", "--config", "*.json"], { env: { MODE: "a" } });
    write({ "tsconfig.json": "{ }" });
    const other = await made(["--env", "MODE", "--config", "*.json"], { env: { MODE: "b" } });
    write({ "a.log": `Z ${one.log.replaceAll("\n", "\nZ ")}`, "b.log": other.log });
    const { stdout } = await diff("a.log", "b.log");
    expect(stdout).toMatch(/^ {2}- MODE +[0-9a-f]{12} +[0-9a-f]{12}$/m);
    expect(stdout).toMatch(/^ {2}- tsconfig\.json +[0-9a-f]{12} +[0-9a-f]{12}$/m);
    expect(stdout).toContain("environment: MODE changed");
    expect(stdout).toContain("configuration: tsconfig.json changed");
    expect(stdout).toContain("no restore-key of one finds the other");
    expect(stdout).not.toContain("give the logs");
  });

  test("of a log that names its key alone, and a document", async () => {
    const { key } = await made([]);
    const { stdout: document } = await run(["--json", "--config", "package-lock.json"]);
    write({ "a.log": `Cache not found for input keys: ${key}, deps:`, "b.json": document });
    expect((await diff("a.log", "b.json")).stdout).toContain("the second restore-key of B finds the other");
  });

  test("a log with several keys: --name picks one", async () => {
    const [deps, build] = [await made([]), await made(["--name", "build"])];
    write({ "a.log": deps.log + build.log });
    const refused = await diff("a.log", deps.key);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`a.log holds 2 keys: ${deps.key}, ${build.key}`);
    expect((await diff("a.log", build.key, "--name", "build")).stdout).toBe("the keys are the same\n");
    expect((await diff("a.log", build.key, "--name", "other")).stderr).toContain("no key of the name other");
  });

  test.each([
    ["node-20.1.0", "node-20.2.0", /what one version builds may not work with the other; node@major/],
    ["node-20.1.0~22", "node-22.1.0", /A has another version than the repository asks for/],
    ["node-unknown", "node-22.1.0~24", /B has another version .*\n.*A was made where a tool did not answer/],
    ["node-20.1.0~22", "node-20.2.0~22", /each has another version/],
  ])("toolchain %s and %s", async (a, b, advice) => {
    const key = (toolchain: string) => `deps:acme/api:linux-x64:${toolchain}:env-none:cfg-none:lock-none`;
    expect((await diff(key(a), key(b))).stdout).toMatch(advice);
  });

  test("the lock files are those that git knows", async () => {
    const [a, b] = ["0123456789abcdef", "fedcba9876543210"];
    const key = (digits: string) => `deps:acme/api:linux-x64:node-24.21.0:env-none:cfg-none:lock-${digits}`;
    const asked: (readonly string[])[] = [];
    const commit = { id: "1a2b3c4d5e6f", date: "2026-03-01", subject: "Bump \u001b[31mlodash" };
    const ran = await run(["diff", key(a!), key(b!)], {
      context: {
        findLockfileVersions: async (_, digits) => {
          asked.push(digits);
          return new Map([
            [a!, { path: "package-lock.json", commit }],
            [b!, { path: "package-lock.json" }],
          ]);
        },
      },
    });
    expect(asked).toEqual([[a, b]]);
    expect(ran.stdout).toContain(
      "A is package-lock.json of commit 1a2b3c4d5e6f, 2026-03-01: Bump \\u001b[31mlodash",
    );
    expect(ran.stdout).toContain("B is package-lock.json as it is in this folder");
    expect(ran.stdout).toContain("git diff 1a2b3c4d5e6f -- package-lock.json");
    expect(ran.stdout).not.toContain("give the logs");
  });

  test("--json", async () => {
    const one = await made([]);
    const other = await made(["--name", "build"]);
    expect(JSON.parse((await diff(one.key, other.key, "--json")).stdout)).toEqual({
      status: "different",
      a: one.key,
      b: other.key,
      same: ["repository", "platform", "toolchain", "environment", "configuration", "lockfile"],
      different: [{ part: "name", a: "deps", b: "build" }],
      lockfileVersions: {},
      advice: ["name: two caches, which are not meant to match", "no restore-key of one finds the other"],
    });
  });

  test.each([
    ["deps-5d41402a", /neither a key of cairn key nor a file\nhint: such a key has seven parts/],
    ["package-lock.json", /holds no key of cairn key\nhint: give a job's log/],
  ])("%s is refused", async (given, message) => {
    const ran = await diff(given, given);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
  });
});
