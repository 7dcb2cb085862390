// Threat: a secret of the environment that ends up where others read: logs, annotations, outputs, state, the job summary,
// objects of the store, rows of the index, files in the job's folders. Secrets are planted wherever a job may hold some,
// and everything that the processes leave is searched for each of them, plain and in encodings.

import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type ActionName, createJob, type Job, type StepResult } from "../support/run-action.ts";

const CLI = join(import.meta.dirname, "../../../cli/dist/bin.js");
const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const SHARED = "5eed0fa5ecre7".replace(/[^0-9a-f]/g, "0").padEnd(64, "d1");

const PLANTED: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "AKIAPLANTEDPLANTED77",
  AWS_SECRET_ACCESS_KEY: "planted/SecretAccess+Key0123456789abcdefg",
  AWS_SESSION_TOKEN: "planted-session-token-FwoGZXIvYXdzEJr",
  CAIRN_SIGNING_KEY: pem,
  CAIRN_VERIFY_KEY: `hmac-sha256:${SHARED}`,
  GITHUB_TOKEN: "ghs_plantedPlantedPlanted0123456789abcd",
  ACTIONS_RUNTIME_TOKEN: "planted.eyJwbGFudGVkIjoicnVudGltZSJ9.token",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "planted-id-token-request-0123456789",
  NPM_TOKEN: "npm_plantedPlantedPlantedPlanted0123",
};
/** What to look for. The id of an access key stands in every signed request and is no secret: only its pair is. */
const SECRETS: readonly string[] = Object.entries(PLANTED)
  .filter(([name]) => name !== "AWS_ACCESS_KEY_ID")
  .map(([name, value]) =>
    name === "CAIRN_SIGNING_KEY" ? pem.split("\n")[1]! : name === "CAIRN_VERIFY_KEY" ? SHARED : value,
  );

let folder = "";
let job: Job;
let refusing: Server;
let endpoint = "";
let asked: string[] = [];

beforeAll(async () => {
  // Says back what it was sent, as some proxies do: a message that quotes the answer would give it away.
  refusing = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.statusCode = 403;
    response.end(
      `<Error><Code>SignatureDoesNotMatch</Code><Message>${PLANTED["AWS_SECRET_ACCESS_KEY"]} ${request.headers.authorization} ${PLANTED["AWS_SESSION_TOKEN"]}</Message></Error>`,
    );
  });
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
});
afterAll(() => void refusing.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "planted-"));
  job = createJob({ folder, env: { ...PLANTED, RUNNER_DEBUG: "1", ACTIONS_STEP_DEBUG: "true" } });
  mkdirSync(join(job.workspace, "node_modules/a"), { recursive: true });
  writeFileSync(join(job.workspace, "node_modules/a/index.js"), "content");
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Forms in which a secret is as good as plain. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString("base64"),
    bytes.toString("hex"),
    JSON.stringify(secret).slice(1, -1),
  ];
}

function expectNone(what: string, text: string): void {
  for (const secret of SECRETS)
    for (const form of formsOf(secret)) if (text.includes(form)) throw new Error(`${what} holds ${form}`);
}

function expectNoneOf(step: StepResult): void {
  // The runner is told what to mask by lines of its own, which it does not show.
  const shown = step.stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  for (const text of [
    shown.join("\n"),
    step.stderr,
    JSON.stringify([step.outputs, step.state, step.annotations]),
    step.summary,
  ])
    expectNone("a step", text);
}

/** Every file that was left: store, index, workspace, temporary folder, the runner's files of outputs and state. */
function expectNoneInFiles(): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  for (const name of files) expectNone(name, readFileSync(join(folder, name), "latin1"));
  return files.length;
}

test("the search finds a secret, in each form", () => {
  for (const secret of SECRETS)
    for (const form of formsOf(secret)) expect(() => expectNone("x", `a ${form} b`)).toThrow("x holds");
});

describe("actions, with debug logging", () => {
  test("a save and a restore over a folder, signed", async () => {
    const inputs = { path: "node_modules", key: "deps-1", store: `file://${join(folder, "store")}` };
    const steps: StepResult[] = [];
    const miss = await job.run("cache", inputs);
    steps.push(miss, await miss.post());
    for (const action of ["restore-cache", "save-cache"] as const) steps.push(await job.run(action, inputs));
    expect(steps[1]!.log.at(-1)).toBe("Cache saved with key: deps-1");
    expect(steps[2]!.outputs).toMatchObject({ "cache-hit": "true" });
    for (const step of steps) expectNoneOf(step);
    expect(expectNoneInFiles()).toBeGreaterThan(8);
  });

  test.each<ActionName>(["restore-cache", "save-cache"])(
    "%s where the store refuses and says back what it got",
    async (action) => {
      const store = `s3://bucket/p?region=us-east-1&path-style=true&endpoint=${endpoint}`;
      const step = await job.run(action, { path: "node_modules", key: "deps-1", store });
      expect(asked.length).toBeGreaterThan(0);
      expect(step.annotations.length).toBeGreaterThan(0);
      expectNoneOf(step);
      expectNoneInFiles();
    },
  );

  test("settings that hold one where none belongs", async () => {
    const secret = encodeURIComponent(PLANTED["AWS_SECRET_ACCESS_KEY"]!);
    const step = await job.run("restore-cache", {
      path: "node_modules",
      key: "deps-1",
      store: `s3://${PLANTED["AWS_ACCESS_KEY_ID"]}:${secret}@bucket/p`,
    });
    expect(step.exitCode).toBe(1);
    expectNoneOf(step);
  });
});

describe("the command line, --verbose", () => {
  const cairn = (args: readonly string[], store: string) =>
    spawnSync(process.execPath, [CLI, ...args, "--store", store, "--verbose"], {
      encoding: "utf8",
      cwd: job.workspace,
      env: {
        ...PLANTED,
        PATH: process.env["PATH"],
        HOME: job.home,
        RUNNER_TEMP: job.temp,
        GIT_CEILING_DIRECTORIES: folder,
      },
    });

  test("a save, a restore and what shows a store", () => {
    const store = `file://${join(folder, "store")}`;
    for (const args of [
      ["save", "-k", "deps-1", "node_modules"],
      ["restore", "-k", "deps-1", "node_modules"],
      ["list"],
      ["inspect", "deps-1"],
      ["doctor"],
    ]) {
      const { stdout, stderr } = cairn(args, store);
      expectNone(args[0]!, stdout + stderr);
      expect(stdout + stderr).not.toBe("");
    }
    expect(expectNoneInFiles()).toBeGreaterThan(3);
  });

  test("a store that refuses and says back what it got", () => {
    // In a process of its own: this one waits for the command and can't answer it.
    const server = `require("node:http").createServer((q, r) => { r.statusCode = 403; r.end("<Error><Code>AccessDenied</Code><Message>" + process.env.SAY + q.headers.authorization + "</Message></Error>"); }).listen(0, "127.0.0.1", function () { const store = "s3://bucket/p?region=us-east-1&path-style=true&endpoint=http://127.0.0.1:" + this.address().port; const { execFile } = require("node:child_process"); execFile(process.execPath, [...process.argv.slice(1), "--store", store, "--verbose"], (e, out, err) => { process.stdout.write(out + err); process.exit(0); }); });`;
    for (const args of [
      ["save", "-k", "k", "node_modules"],
      ["restore", "-k", "k", "node_modules"],
      ["list", "--json"],
    ]) {
      const { stdout, stderr } = spawnSync(process.execPath, ["-e", server, "--", CLI, ...args], {
        encoding: "utf8",
        cwd: job.workspace,
        env: {
          ...PLANTED,
          SAY: `${PLANTED["AWS_SECRET_ACCESS_KEY"]} ${PLANTED["AWS_SESSION_TOKEN"]} `,
          PATH: process.env["PATH"],
          HOME: job.home,
          RUNNER_TEMP: job.temp,
        },
      });
      expect(stdout).not.toBe("");
      expectNone(args[0]!, stdout + stderr);
    }
    expectNoneInFiles();
  });
});
