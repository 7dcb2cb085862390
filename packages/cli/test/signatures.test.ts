// Signatures as a person and a script see them: over fakes for what is printed, and as real processes over a folder
// whose index is written to behind Cairn's back.

import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LookupResult, RefusedRef, SignatureState } from "@cairn/core";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { cairn, fakeMaintenance, fakeRef, recordingCache } from "./support/fakes.ts";

const KEY_ID = "0123456789abcdef";
const SIGNATURE = `v1:ed25519:${KEY_ID}:${"ab".repeat(64)}`;

describe("ls and inspect", () => {
  const refs = [
    fakeRef({ key: "a", signature: SIGNATURE }),
    fakeRef({ key: "b", signature: SIGNATURE }),
    fakeRef({ key: "c" }),
    fakeRef({ key: "d", signature: "nonsense" }),
  ];
  const states: Readonly<Record<string, SignatureState>> = {
    a: { status: "valid", keyId: KEY_ID },
    b: { status: "altered", keyId: KEY_ID },
    c: { status: "unsigned" },
    d: { status: "unreadable" },
  };
  const maintenance = fakeMaintenance(refs, { signatureOf: ({ key }) => states[key]! });

  test("ls has a column for them where there are any, and says what is wrong", async () => {
    const table = (await cairn(["ls", "--sort", "key"], { maintenance })).stdout.split("\n");
    expect(table[0]).toMatch(/CONTENT +SIGNED$/);
    expect(table.slice(1, 5).map((line) => line.split("  ").at(-1)!.trim())).toEqual([
      KEY_ID,
      `${KEY_ID} (altered)`,
      "no",
      "unreadable",
    ]);
    const plain = await cairn(["ls"], { maintenance: fakeMaintenance([fakeRef()]) });
    expect(plain.stdout).not.toContain("SIGNED");
  });

  test("--json has the state and the key that it claims", async () => {
    const { stdout } = await cairn(["ls", "--json", "--sort", "key"], { maintenance });
    const { refs: shown } = JSON.parse(stdout) as { refs: { signature: string; signedBy?: string }[] };
    expect(shown.map(({ signature, signedBy }) => [signature, signedBy])).toEqual([
      ["valid", KEY_ID],
      ["altered", KEY_ID],
      ["unsigned", undefined],
      ["unreadable", undefined],
    ]);
  });

  test("inspect says it in words", async () => {
    const line = async (key: string) =>
      (await cairn(["inspect", key], { maintenance })).stdout
        .split("\n")
        .find((text) => text.startsWith("signature"));
    expect(await line("a")).toMatch(new RegExp(`is signed by the key ${KEY_ID}$`));
    expect(await line("b")).toMatch(/is not what the key .* signed/);
    expect(await line("c")).toMatch(/is not signed$/);
    const { stdout } = await cairn(["inspect", "b", "--json"], { maintenance });
    expect(JSON.parse(stdout)).toMatchObject({ ref: { signature: "altered", signedBy: KEY_ID } });
  });
});

describe("a refused Ref", () => {
  const refused: RefusedRef[] = Array.from({ length: 5 }, (_, n) => ({
    ref: fakeRef({ key: `k${n}` }),
    why: "unsigned",
    message: `"k${n}" of refs/heads/main is not signed`,
    hint: "find out who wrote it",
  }));
  const miss: LookupResult = { status: "miss", version: "v", explanation: ["searched main"], refused };

  test.each(["restore", "lookup"])("a miss of %s because of it is 5, with what and why", async (command) => {
    const { cache } = recordingCache({ restore: async () => miss, lookup: async () => miss });
    const ran = await cairn([command, "-k", "k", "a", "--json"], { cache });
    expect(ran.code).toBe(5);
    expect(ran.stderr).toContain(
      'error: refused "k2" of refs/heads/main is not signed\nhint: find out who wrote it\n',
    );
    expect(ran.stderr).toContain("error: refused 2 more saves for their signatures");
    expect(ran.stderr).not.toContain('refused "k3"');
    const document = JSON.parse(ran.stdout) as { status: string; refused: unknown[] };
    expect(document.status).toBe("miss");
    expect(document.refused).toHaveLength(5);
    expect(document.refused[0]).toMatchObject({ why: "unsigned", ref: { key: "k0" } });
    const soft = await cairn([command, "-k", "k", "a", "--soft"], { cache });
    expect(soft.code).toBe(0);
    expect(soft.stderr).toContain('warning: refused "k0"');
  });

  test("a hit in spite of it is a hit, and tells it all the same", async () => {
    const lookup = async (): Promise<LookupResult> => {
      return { status: "hit", ref: fakeRef(), exact: false, version: "v", refused: refused.slice(0, 1) };
    };
    const ran = await cairn(["lookup", "-k", "k", "a", "--json"], {
      cache: recordingCache({ lookup }).cache,
    });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('error: refused "k0"');
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: "hit", refused: [{ why: "unsigned" }] });
  });
});

describe("keys of a job", () => {
  const pull = {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/api",
    GITHUB_REF: "refs/pull/7/merge",
    GITHUB_EVENT_NAME: "pull_request",
  };

  test("a pull request's job with a key to sign with is warned", async () => {
    const { cache } = recordingCache();
    const signing = { ...pull, CAIRN_SIGNING_KEY: `hmac-sha256:${"0badc0de".repeat(8)}` };
    expect((await cairn(["restore", "-k", "k", "a"], { cache, env: signing })).stderr).toContain(
      "warning: a pull request's job holds a key that signs (CAIRN_SIGNING_KEY",
    );
    expect((await cairn(["restore", "-k", "k", "a"], { cache, env: pull })).stderr).not.toContain("holds");
  });

  test("an empty key to check with is warned of: nothing is checked then", async () => {
    const { cache } = recordingCache();
    const ran = await cairn(["restore", "-k", "k", "a"], { cache, env: { CAIRN_VERIFY_KEY: "" } });
    expect(ran.stderr).toContain("warning: CAIRN_VERIFY_KEY is set and empty");
    expect(ran.code).toBe(0);
  });
});

describe("as processes over a folder", () => {
  const BIN = join(import.meta.dirname, "../dist/bin.js");
  const pair = generateKeyPairSync("ed25519");
  const SIGNS = { CAIRN_SIGNING_KEY: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
  const CHECKS = { CAIRN_VERIFY_KEY: pair.publicKey.export({ type: "spki", format: "pem" }).toString() };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cairn-signatures-"));
    for (const name of ["work/dist", "elsewhere", "job"]) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, "work/dist/app.js"), "honest");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(args: readonly string[], env: Readonly<Record<string, string>>, cwd = "work") {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
      cwd: join(folder, cwd),
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        CAIRN_STORE: `file://${join(folder, "store")}`,
        RUNNER_TEMP: join(folder, "job"),
        GIT_CEILING_DIRECTORIES: folder,
        ...env,
      },
    });
    return { code: status, stdout, stderr };
  }

  /** As someone who may write the file, and has no key. */
  function tamper(sql: string): void {
    const database = new DatabaseSync(join(folder, "store/index.sqlite"));
    database.exec(sql);
    database.close();
  }

  test("a row that someone changed is not restored, verify finds it, export refuses it, a save heals it", () => {
    expect(run(["save", "-k", "k", "dist"], SIGNS).code).toBe(0);
    writeFileSync(join(folder, "work/dist/app.js"), "poison");
    expect(run(["save", "-k", "evil", "dist"], {}).code).toBe(0);
    const poison = "(SELECT contentHash FROM refs WHERE key = CAST('evil' AS BLOB))";
    tamper(`UPDATE refs SET contentHash = ${poison} WHERE key = CAST('k' AS BLOB)`);

    const restore = (env: Record<string, string>) =>
      run(["restore", "-k", "k", "dist", "--json"], env, "elsewhere");
    const app = join(folder, "elsewhere/dist/app.js");
    const refused = restore(CHECKS);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/^error: refused "k" of .* is not what the key [0-9a-f]{16} signed/m);
    expect(JSON.parse(refused.stdout)).toMatchObject({ status: "miss", refused: [{ why: "altered" }] });
    expect(existsSync(app)).toBe(false);
    const exported = run(["export", "k", "-o", join(folder, "out.tar"), "--json"], CHECKS);
    expect(exported.code).toBe(5);
    expect(JSON.parse(exported.stdout)).toMatchObject({ error: { code: "UNTRUSTED_REF" } });
    const verified = run(["verify", "k"], CHECKS);
    expect(verified.code).toBe(5);
    expect(verified.stdout).toContain("  it is not what the key");
    expect(run(["ls"], CHECKS).stdout).toMatch(/\(altered\)/);

    // That is what the key saves one from.
    expect(restore({}).code).toBe(0);
    expect(readFileSync(app, "utf8")).toBe("poison");

    writeFileSync(join(folder, "work/dist/app.js"), "honest");
    const healed = run(["save", "-k", "k", "dist", "--json"], SIGNS);
    expect(JSON.parse(healed.stdout)).toMatchObject({ status: "saved", replaced: true });
    expect(restore(CHECKS).code).toBe(0);
    expect(readFileSync(app, "utf8")).toBe("honest");
    expect(run(["verify", "k"], CHECKS).code).toBe(0);
  });

  test("a wrong key is 2 and says what to do; none of it is printed", () => {
    const secret = SIGNS.CAIRN_SIGNING_KEY.split("\n")[1]!;
    const wrong = run(["restore", "-k", "k", "dist", "-v"], { CAIRN_VERIFY_KEY: SIGNS.CAIRN_SIGNING_KEY });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("error: CAIRN_VERIFY_KEY is a private key");
    expect(wrong.stderr).toContain("hint: put its public half here");
    expect(wrong.stdout + wrong.stderr).not.toContain(secret);
    const cut = run(["save", "-k", "k", "dist", "--json"], {
      CAIRN_SIGNING_KEY: `ed25519:${secret.slice(4)}`,
    });
    expect(cut.code).toBe(2);
    expect(JSON.parse(cut.stdout)).toMatchObject({
      error: { code: "SETTINGS", setting: "CAIRN_SIGNING_KEY" },
    });
    expect(cut.stdout + cut.stderr).not.toContain(secret.slice(4));
  });

  test("a key stays out of git, which a repository can make run what it likes", () => {
    const spy = join(folder, "bin/git");
    mkdirSync(join(folder, "bin"));
    writeFileSync(spy, `#!/bin/sh\nenv >> ${join(folder, "seen")}\nexit 1\n`, { mode: 0o755 });
    const PATH = `${join(folder, "bin")}:${process.env["PATH"]}`;
    run(["lookup", "-k", "k", "dist"], { ...SIGNS, ...CHECKS, PATH, CAIRN_TIMEOUT: "1m" });
    const seen = readFileSync(join(folder, "seen"), "utf8");
    expect(seen).toContain("CAIRN_TIMEOUT=1m");
    expect(seen).not.toMatch(/CAIRN_\w+_KEY/);
  });
});
