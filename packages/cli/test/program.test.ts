// The command line as such: wrong arguments, help, cancelling, and what never gets out.

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { CancelledError, StoreUnavailableError } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { EXIT, EXIT_CODES } from "../src/index.ts";
import { cairn } from "./support/fakes.ts";

const COMMANDS = ["restore", "save", "lookup", "key", "ls", "inspect", "rm", "export", "verify", "setup"];

describe("wrong arguments exit with 2 and say what was meant", () => {
  test.each([
    [["resto"], "Did you mean restore?"],
    [["save", "--kye", "k", "a"], "Did you mean --key?"],
    [["save", "a"], "--key"],
    [["save", "--key", "k"], "no path is given"],
    [["save", "--key", "k", "!a"], "no path is given"],
    [["save", "--key", "a,b", "a"], "comma"],
    [["save", "--key", "x".repeat(513), "a"], "513 characters"],
    [["restore", "--key", "k", ...Array(10).fill("-rx"), "a"], "11 keys"],
    [["save", "--key", "k", "a", "--mode", "raed"], 'did you mean "read"?'],
    [["save", "--key", "k", "a", "--scope", "main"], "refs/heads/main"],
    [["ls", "--sort", "sise"], "size"],
    [["ls", "--limit", "many"], "--limit"],
    [["inspect"], "key|hash"],
    [["export", "k"], "--output"],
    [["verify"], "--all"],
    [["verify", "k", "--all"], "--all"],
    [["rm", "a", "b"], "too many arguments"],
    [["key", "dif", "a", "b"], "too many arguments"],
    [["key", "diff", "a"], "missing required argument 'b'"],
    [["key", "--toolchain-from", "file"], "auto, tools, files"],
  ])("%j", async (args, expected) => {
    const ran = await cairn(args, { maintenance: {} });
    expect(ran.code).toBe(EXIT.usage);
    expect(ran.stderr).toContain(expected);
    expect(ran.stdout).toBe("");
  });

  test("as a document under --json", async () => {
    for (const args of [
      ["resto", "--json"],
      ["save", "--json"],
    ]) {
      const ran = await cairn(args);
      expect(JSON.parse(ran.stdout)).toMatchObject({ status: "error", exitCode: 2 });
    }
  });
});

describe("help", () => {
  test.each(COMMANDS)("%s has examples that call it", async (name) => {
    const ran = await cairn([name, "--help"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("--json");
    expect(ran.stdout.split(/Examples?:/)[1]).toContain(`$ cairn ${name}`);
  });

  test("key diff has its own", async () => {
    const ran = await cairn(["key", "diff", "--help"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("Usage: cairn key diff");
    expect(ran.stdout.split("Examples:")[1]).toContain("$ cairn key diff");
  });

  test("lists every command and every exit code", async () => {
    const ran = await cairn(["--help"]);
    for (const name of COMMANDS) expect(ran.stdout).toContain(`\n  ${name} `);
    for (const code of Object.values(EXIT)) {
      const line = EXIT_CODES.find(([listed]) => listed === code);
      expect(line).toBeDefined();
      expect(ran.stdout).toContain(line![1]);
    }
  });

  test("the README has the same exit codes", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const rows = [...readme.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map((row) => [Number(row[1]), row[2]]);
    expect(rows).toEqual(EXIT_CODES);
  });

  test("--version", async () => {
    expect(await cairn(["--version"])).toMatchObject({ code: 0, stdout: "1.2.3\n" });
  });
});

describe("cancelling", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s exits with %i and says that nothing was changed", async (name, code) => {
    const controller = new AbortController();
    const ran = await cairn(["save", "-k", "k", "a", "--json", "--soft"], {
      cache: {
        save: async ({ signal }) => {
          setImmediate(() => controller.abort(new CancelledError("cancelled")));
          await new Promise((_, reject) => {
            signal!.addEventListener("abort", () => reject(signal!.reason));
          });
          throw new Error("not reached");
        },
      },
      context: { signal: controller.signal, interruption: () => name },
    });
    expect(ran.code).toBe(code);
    expect(ran.closed).toBe(1);
    expect(ran.stderr).toContain("cancelled: nothing was saved");
    expect(JSON.parse(ran.stdout)).toEqual({
      status: "cancelled",
      message: "nothing was saved",
      exitCode: code,
    });
  });
});

describe("no credential gets out", () => {
  const secret = "wJalrXUtnFEMI/K7MDENG";

  test("of an SDK's message, in text, causes and documents", async () => {
    const cause = new Error(
      `GET https://b.s3/x?X-Amz-Signature=abcdef0123&X-Amz-Credential=AKIA failed ${secret}`,
    );
    const ran = await cairn(["save", "-k", "k", "a", "--verbose", "--json"], {
      env: { AWS_SECRET_ACCESS_KEY: secret },
      cache: {
        save: async () => {
          throw new StoreUnavailableError(`no answer, ${secret}`, { cause, hint: `try ${secret}` });
        },
      },
    });
    const all = ran.stdout + ran.stderr;
    expect(all).toContain("caused by Error: GET https://b.s3/x?X-Amz-Signature=***&X-Amz-Credential=***");
    expect(all).not.toContain(secret);
    expect(all).not.toContain("abcdef0123");
  });

  test("of a key to sign with, in whatever form, read or not", async () => {
    const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    for (const key of [pem, `hmac-sha256:${"0badc0de".repeat(8)}`, "hunter2hunter2"]) {
      const secret = key.split(/[\n:]/)[1] ?? key;
      const ran = await cairn(["restore", "-k", "k", "a", "--verbose", "--json"], {
        env: { CAIRN_SIGNING_KEY: key },
        cache: {
          restore: async () => {
            throw new StoreUnavailableError(`no answer to ${secret}`, { cause: new Error(secret) });
          },
        },
      });
      expect(ran.stderr).toContain("no answer to ***");
      expect(ran.stdout + ran.stderr).not.toContain(secret);
    }
  });

  test("of a DSN that holds one", async () => {
    const ran = await cairn(["save", "-k", "k", "a", "--store", "s4://AKIAKEY:hidden@bucket", "--json"]);
    expect(ran.code).toBe(2);
    expect(ran.stdout + ran.stderr).not.toContain("hidden");
  });
});
