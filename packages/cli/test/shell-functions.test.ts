// The functions of `cairn shell-init` in real shells, with the real program on the PATH, over a real S3 server: what a
// script of a container job sees when all is well, when nothing is set up, and when something is wrong.

import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { differences } from "../../../scripts/lib/demo/compare-trees.ts";
import { newBucket, S3_REGION } from "../../core/test/support/s3-bucket.ts";
import { service } from "../../core/test/support/services.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";

const SHELLS = [["dash"], ["bash"], ["busybox", "sh"]] as const;
const SOURCE = '. "$(cairn shell-init)"\n';
const EVAL = 'eval "$(cairn shell-init --print)"\n';

let bin: string;
let folder: string;
let bucket: string;
beforeAll(() => {
  bin = temporaryFolder();
  const program = join(import.meta.dirname, "../dist/bin.js");
  writeFileSync(join(bin, "cairn"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, "cairn"), 0o755);
});
beforeEach(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder, "lock"), randomUUID());
  ({ bucket } = await newBucket("versitygw"));
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script as an entrypoint does: the first failure ends it, and no unset variable is tolerated. */
function run(
  shell: readonly string[],
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const [file, ...args] = shell;
  const child = spawn(file!, [...args, "-euc", script], {
    cwd: folder,
    env: { PATH: `${bin}:${process.env["PATH"]}`, HOME: folder, RUNNER_TEMP: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, stdout, stderr }));
  });
}

const configured = (): Record<string, string> => ({
  CACHE_S3_BUCKET: bucket,
  CACHE_S3_PREFIX: "/jobs/",
  AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"]!,
  AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"]!,
  AWS_REGION: S3_REGION,
  AWS_ENDPOINT_URL_S3: service("versitygw"),
});

/** As an install of 500 packages leaves it. */
function makePackages(): void {
  for (let i = 0; i < 500; i++) {
    const one = join(folder, "modules", `package-${i}`);
    mkdirSync(join(one, "lib"), { recursive: true });
    writeFileSync(join(one, "package.json"), `{"name":"package-${i}"}\n`);
    writeFileSync(
      join(one, "lib/index.js"),
      `module.exports = ${JSON.stringify(randomUUID().repeat(40))};\n`,
    );
  }
}

const INSTALL = `
if cache_restore deps lock modules; then echo restored; else echo installing; fi
cache_save deps lock modules
echo went on
`;

describe.each(SHELLS.map((shell) => ({ shell, name: shell.join(" ") })))("$name", ({ shell }) => {
  test("cache_hash and cache_key", async () => {
    const hash = createHash("sha256")
      .update(readFileSync(join(folder, "lock")))
      .digest("hex")
      .slice(0, 16);
    const script = `${EVAL}cache_hash lock; cache_key gems lock; cache_hash missing || echo none`;
    expect(await run(shell, script, {})).toEqual({
      status: 0,
      stdout: `${hash}\ngems-${hash}\nnone\n`,
      stderr: "cache: warning: there is no file missing to make a key of\n",
    });
  });

  test.each([
    ["a bucket", "CACHE_S3_BUCKET"],
    ["credentials", "AWS_ACCESS_KEY_ID"],
  ])("without %s it is off, and says nothing", async (_, name) => {
    const env = configured();
    delete env[name];
    const script = `${SOURCE}${INSTALL}cache_is_enabled || echo off`;
    expect(await run(shell, script, env)).toEqual({
      status: 0,
      stdout: "installing\nwent on\noff\n",
      stderr: "",
    });
  });

  test("500 packages are saved by one job and restored by the next, by both ways to get the functions", async () => {
    makePackages();
    const first = await run(shell, `${SOURCE}${INSTALL}`, { ...configured(), CACHE_VERBOSE: "1" });
    expect(first).toMatchObject({ status: 0, stdout: "installing\nwent on\n" });
    expect(first.stderr).toMatch(
      /^cache: nothing is saved as deps-[0-9a-f]{16}\ncache: saved modules as deps-/,
    );

    renameSync(join(folder, "modules"), join(folder, "before"));
    const second = await run(shell, `${EVAL}${INSTALL}`, { ...configured(), CACHE_COMPRESSION: "gzip" });
    expect(second).toEqual({ status: 0, stdout: "restored\nwent on\n", stderr: "" });
    expect(differences(join(folder, "before"), join(folder, "modules"))).toEqual([]);
  });

  test("the store is away: a warning, and the job goes on", async () => {
    mkdirSync(join(folder, "modules"));
    writeFileSync(join(folder, "modules/file"), "");
    const env = { ...configured(), AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" };
    const { status, stdout, stderr } = await run(shell, `${SOURCE}${INSTALL}`, env);
    expect([status, stdout]).toEqual([0, "installing\nwent on\n"]);
    expect(stderr.match(/^cache: warning: error: .*could not be reached \(ECONNREFUSED\)/gm)).toHaveLength(2);
  });
});

test("a wrong setting is a warning with its remedy", async () => {
  const env = { ...configured(), CACHE_COMPRESSION: "zip" };
  const { status, stderr } = await run(["dash"], `${SOURCE}cache_save deps lock lock`, env);
  expect(status).toBe(0);
  expect(stderr).toMatch(/cache: warning: .*compression.*zstd, zstd:3, gzip:6 or none/s);
});

test("a store that never answers is given up in time", async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const env = { ...configured(), AWS_ENDPOINT_URL_S3: endpoint, CACHE_TIMEOUT: "2s" };
  const { status, stdout, stderr } = await run(["dash"], `${SOURCE}${INSTALL}`, env);
  expect([status, stdout]).toEqual([0, "installing\nwent on\n"]);
  expect(stderr).toContain("cache: warning: error: the restore was not done after 2 s");
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test("jobs that save and restore one key at once all go on, and the next one restores", async () => {
  makePackages();
  const jobs = SHELLS.map((shell) =>
    run(shell, `${EVAL}cache_save deps lock modules; echo went on`, configured()),
  );
  for (const job of await Promise.all(jobs))
    expect(job).toEqual({ status: 0, stdout: "went on\n", stderr: "" });
  rmSync(join(folder, "modules"), { recursive: true });
  const next = await run(["dash"], `${EVAL}${INSTALL}`, configured());
  expect(next).toEqual({ status: 0, stdout: "restored\nwent on\n", stderr: "" });
  expect(existsSync(join(folder, "modules/package-499/lib/index.js"))).toBe(true);
});

test("damaged content is a warning, and nothing of it is written", async () => {
  makePackages();
  await run(["dash"], `${EVAL}cache_save deps lock modules`, configured());
  rmSync(join(folder, "modules"), { recursive: true });
  const s3 = new S3Client({ endpoint: service("versitygw"), region: S3_REGION, forcePathStyle: true });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const packs = Contents.filter(({ Key }) => /\/(packs|artifacts)\//.test(Key ?? ""));
  expect(packs.length).toBeGreaterThan(0);
  for (const { Key, Size } of packs) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.alloc(Size ?? 0, "x") }));
  }
  s3.destroy();
  const script = `${EVAL}cache_restore deps lock modules || echo installing`;
  const { status, stdout, stderr } = await run(["dash"], script, configured());
  expect([status, stdout]).toEqual([0, "installing\n"]);
  expect(stderr).toMatch(/^cache: warning: error: .*corrupt/);
  expect(existsSync(join(folder, "modules/package-1/package.json"))).toBe(false);
});
