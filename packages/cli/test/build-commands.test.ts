// restore, save and lookup: from arguments to the core's request, and from its answer to text, document and exit code.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AccessDeniedError,
  CorruptError,
  LocalFileError,
  NothingToSaveError,
  StoreUnavailableError,
} from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { fakeTools } from "../../core/test/support/fake-tools.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";
import { cairn, fakeRef, recordingCache } from "./support/fakes.ts";

const MISS = { status: "miss", version: "a".repeat(64), explanation: ["searched acme/api main"] } as const;

describe("what the core is asked", () => {
  test("arguments and --path lines, keys in order, flags", async () => {
    const fake = recordingCache();
    await cairn(
      [
        "restore",
        "a",
        "b",
        "--path",
        "c\n!c/d",
        "-k",
        "k",
        "-r",
        "k1-",
        "-r",
        "k2-",
        "--clean",
        "--cross-os",
      ],
      { cache: fake.cache, env: { CAIRN_TIMEOUT: "90s" } },
    );
    expect(fake.restores[0]).toMatchObject({
      paths: ["a", "b", "c", "!c/d"],
      key: "k",
      restoreKeys: ["k1-", "k2-"],
      clean: true,
      crossOs: true,
      timeoutMs: 90_000,
      folders: { workspace: "/src/checkout", home: "/home/ada", temp: "/tmp" },
    });
  });

  test("the scopes that git tells, moved by --scope, --read-scope and --repository", async () => {
    const fake = recordingCache();
    await cairn(["restore", "-k", "k", "a"], { cache: fake.cache });
    await cairn(
      [
        "restore",
        "-k",
        "k",
        "a",
        "--scope",
        "refs/heads/x",
        "--repository",
        "o/r",
        "--read-scope",
        "refs/heads/y",
      ],
      { cache: fake.cache },
    );
    const [plain, given] = fake.restores.map((request) => request.access);
    expect(plain!.reads.map((scope) => scope.ref)).toEqual(["refs/heads/topic", "refs/heads/main"]);
    expect(plain!.writes).toEqual({ repository: "acme/api", ref: "refs/heads/topic" });
    expect(given!.writes).toEqual({ repository: "o/r", ref: "refs/heads/x" });
    expect(given!.reads.map((scope) => `${scope.repository}@${scope.ref}`)).toEqual([
      "o/r@refs/heads/x",
      "o/r@refs/heads/main",
      "o/r@refs/heads/y",
    ]);
  });

  test("a pull request can't be moved onto a branch", async () => {
    const fake = recordingCache();
    const ran = await cairn(["save", "-k", "k", "a", "--scope", "refs/heads/main"], {
      cache: fake.cache,
      env: {
        GITHUB_ACTIONS: "true",
        GITHUB_REPOSITORY: "acme/api",
        GITHUB_REF: "refs/pull/7/merge",
        GITHUB_EVENT_NAME: "pull_request",
      },
    });
    expect(ran.code).toBe(2);
    expect(fake.saves).toEqual([]);
  });

  test("paths are the workspace's, wherever the command runs", async () => {
    const fake = recordingCache();
    await cairn(["save", "-k", "k", "dist/", "../lib", "!dist/x", "../../out", "~/.npm", "/abs"], {
      cache: fake.cache,
      env: { CI_PROJECT_DIR: "/src" },
      context: { cwd: "/src/checkout/app" },
    });
    expect(fake.saves[0]!.folders.workspace).toBe("/src");
    expect(fake.saves[0]!.paths).toEqual([
      "checkout/app/dist/",
      "checkout/lib",
      "!checkout/app/dist/x",
      "out",
      "~/.npm",
      "/abs",
    ]);
  });

  test("a workspace that the command runs outside of does not count", async () => {
    const fake = recordingCache();
    await cairn(["save", "-k", "k", "dist"], { cache: fake.cache, env: { GITHUB_WORKSPACE: "/elsewhere" } });
    expect(fake.saves[0]!.folders.workspace).toBe("/src/checkout");
    expect(fake.saves[0]!.paths).toEqual(["dist"]);
  });

  describe("lock files and toolchain", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, "app"));
    writeFileSync(join(folder, "package-lock.json"), "a lock file");
    const PATH = fakeTools(join(folder, "bin"), { node: { stdout: "v24.21.0" } });
    const save = async (cwd: string, ...args: string[]) => {
      const fake = recordingCache();
      const ran = await cairn(["save", "-k", "k", "a", ...args], {
        cache: fake.cache,
        env: { PATH },
        context: { cwd: join(folder, cwd) },
      });
      return { ...ran, saved: fake.saves[0] };
    };
    const lockfileHash = "sha256:c1a620a297b490d504e0729c3c20884cdc5b27f745b3ecda0cfbfdec32fd6903";

    test("a lock file is recorded by its digest", async () => {
      const { saved } = await save(".", "--lockfile", "package-lock.json", "--toolchain", "node-24");
      expect(saved).toMatchObject({ toolchain: "node-24", lockfileHash });
    });

    test("auto finds both, from the current folder upward", async () => {
      const { saved } = await save("app", "--lockfile", "auto", "--toolchain", "auto");
      expect(saved).toMatchObject({ toolchain: "node-24.21.0", lockfileHash });
    });

    test("a lock file that is not there is an error, a tool that is not is a note", async () => {
      const { code, stderr } = await save(".", "--lockfile", "yarn.lock");
      expect(code).toBe(2);
      expect(stderr).toContain("--lockfile finds nothing: yarn.lock");
      writeFileSync(join(folder, "app/mix.lock"), "");
      const other = await save("app", "--toolchain", "auto");
      expect(other.code).toBe(0);
      expect(other.saved!.toolchain).toBeUndefined();
      expect(other.stderr).toContain("toolchain: auto gets no version of elixir");
    });
  });
});

describe("exit codes and documents", () => {
  test("a hit", async () => {
    const fake = recordingCache();
    const ran = await cairn(["restore", "--json", "-k", "k", "a"], { cache: fake.cache });
    expect(ran.code).toBe(0);
    expect(ran.closed).toBe(1);
    expect(ran.stderr).toContain("1 extra file was left");
    expect(JSON.parse(ran.stdout)).toEqual({
      status: "hit",
      key: "k",
      matchedKey: "k",
      exact: true,
      ref: {
        key: "k",
        repository: "acme/api",
        ref: "refs/heads/main",
        version: "a".repeat(64),
        domain: "trusted",
        contentHash: "9f86d081".repeat(8),
        createdAt: "2026-05-29T12:00:00.000Z",
        lastAccessedAt: "2026-05-31T12:00:00.000Z",
        expiresAt: "2026-08-30T12:00:00.000Z",
        notAfter: "2027-03-28T12:00:00.000Z",
        accessCount: 42,
        treeBytes: 855_000_000,
        storedBytes: 120_000_000,
        entryCount: 87_500,
        state: "live",
      },
      restoredBytes: 1_000,
      downloadedBytes: 100,
      keptBytes: 900,
      entryCount: 3,
      durationMs: 1_234,
      notices: ["1 extra file was left"],
    });
  });

  test("a hit for a person", async () => {
    const ran = await cairn(["restore", "-k", "k", "a"], { cache: recordingCache().cache });
    expect(ran.stdout).toBe(
      "restored k: 3 entries, 1.0 kB in 1.2 s (100 B read from the store, 900 B already here)\n",
    );
  });

  test.each(["restore", "lookup"])("a miss of %s is 3, and 0 under --soft", async (command) => {
    const fake = recordingCache({ restore: async () => MISS, lookup: async () => MISS });
    const ran = await cairn([command, "-k", "k", "a", "--json"], { cache: fake.cache });
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toEqual({ key: "k", ...MISS });
    expect(ran.stderr).toContain("searched acme/api main");
    expect((await cairn([command, "-k", "k", "a", "--soft"], { cache: fake.cache })).code).toBe(0);
  });

  test.each([
    ["exists", { status: "exists", ref: fakeRef() }],
    ["busy", { status: "busy", owner: "7-1-build", expiresAtMs: 0 }],
  ] as const)("a save that finds %s is done", async (status, answer) => {
    const fake = recordingCache({ save: async () => answer });
    const ran = await cairn(["save", "-k", "k", "a", "--json"], { cache: fake.cache });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ status, key: "k" });
  });

  test.each([
    ["restore", "write", 3],
    ["lookup", "off", 3],
    ["save", "read", 0],
    ["save", "off", 0],
  ] as const)("%s under mode %s opens nothing and exits with %i", async (command, mode, code) => {
    const ran = await cairn([command, "-k", "k", "a", "--json", "--mode", mode]);
    expect(ran.code).toBe(code);
    expect(ran.settings).toBeUndefined();
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: "skipped" });
  });

  test("a job that may only read saves nothing, says why, and is done", async () => {
    const ran = await cairn(["save", "-k", "k", "a"], {
      env: {
        GITHUB_ACTIONS: "true",
        GITHUB_REPOSITORY: "acme/api",
        GITHUB_REF: "refs/heads/main",
        GITHUB_EVENT_NAME: "pull_request_target",
      },
    });
    expect(ran.code).toBe(0);
    expect(ran.settings).toBeUndefined();
    expect(ran.stderr).toContain("may only read");
  });

  test.each([
    [new StoreUnavailableError("the store is away", { hint: "look at its status" }), 4],
    [new AccessDeniedError("denied"), 4],
    [new CorruptError("pack x", "wrong digest"), 5],
    [new LocalFileError("disk full"), 6],
    [new NothingToSaveError("nothing matches"), 6],
  ] as const)("%s", async (error, code) => {
    const failing = {
      save: async () => {
        throw error;
      },
    };
    const hard = await cairn(["save", "-k", "k", "a", "--json"], { cache: failing });
    expect(hard.code).toBe(code);
    expect(hard.closed).toBe(1);
    expect(hard.stderr).toContain(`error: ${error.message}`);
    expect(JSON.parse(hard.stdout)).toMatchObject({
      status: "error",
      error: { code: error.code },
      exitCode: code,
    });
    const soft = await cairn(["save", "-k", "k", "a", "--soft"], { cache: failing });
    expect(soft.code).toBe(0);
    expect(soft.stderr).toContain(`warning: ${error.message}`);
    if (error.hint) expect(soft.stderr).toContain(`hint: ${error.hint}`);
  });

  test("a fault of Cairn is 1, also under --soft", async () => {
    const failing = {
      save: async () => {
        throw new TypeError("x is undefined");
      },
    };
    expect((await cairn(["save", "-k", "k", "a", "--soft"], { cache: failing })).code).toBe(1);
  });

  test("--quiet leaves warnings and documents only", async () => {
    const fake = recordingCache();
    const ran = await cairn(["restore", "-q", "-k", "k", "a"], { cache: fake.cache });
    expect(ran).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});
