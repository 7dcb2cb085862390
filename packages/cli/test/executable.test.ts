// The single executable where there is no Node and no program at all: a save and a restore with worker threads, over a
// folder and over S3, whose SDK is a part of the bundle that is loaded late.

import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { differences } from "../../../scripts/lib/demo/compare-trees.ts";
import { newBucket } from "../../core/test/support/s3-bucket.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";
import { VERSION } from "../src/version.ts";

const root = join(import.meta.dirname, "../../..");
let folder: string;
let executable: string;

beforeAll(() => {
  folder = temporaryFolder();
  const built = join(folder, "built");
  execFileSync(process.execPath, [join(root, "scripts/build-executable.ts"), built], { stdio: "pipe" });
  // It needs nothing of the place where it was built.
  executable = join(folder, "cairn");
  copyFileSync(built, executable);
  rmSync(built);
  // More than the pool of the main thread does by itself.
  for (let i = 0; i < 40; i++) {
    mkdirSync(join(folder, `before/d${i}`), { recursive: true });
    for (let j = 0; j < 10; j++) writeFileSync(join(folder, `before/d${i}/${j}`), `${i} ${j} `.repeat(5_000));
  }
});

function cairn(env: Readonly<Record<string, string>>, ...args: string[]) {
  return promisify(execFile)(executable, args, {
    cwd: folder,
    env: { HOME: folder, PATH: join(folder, "nothing"), RUNNER_TEMP: join(folder, "temp"), ...env },
  });
}

test("tells its version and its help, and a wrong command as ever", async () => {
  expect((await cairn({}, "--version")).stdout).toBe(`${VERSION}\n`);
  expect((await cairn({}, "help", "restore")).stdout).toContain(
    "cairn restore --key deps node_modules || npm ci",
  );
  await expect(cairn({}, "restroe")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("restore"),
  });
});

describe.each(["a folder", "S3"])("over %s", (where) => {
  test("it saves and restores the same tree", async () => {
    const env: Record<string, string> = {};
    if (where === "S3") {
      const { bucket, endpoint } = await newBucket("versitygw");
      env["CAIRN_STORE"] = `s3://${bucket}?endpoint=${endpoint}`;
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) env[name] = process.env[name]!;
    } else env["CAIRN_STORE"] = `file://${join(folder, "store")}`;
    renameSync(join(folder, "before"), join(folder, "tree"));
    const saved = await cairn(env, "save", "--key", "k", "tree");
    expect(saved.stdout).toContain("saved k");
    expect(saved.stderr).toBe("");
    renameSync(join(folder, "tree"), join(folder, "before"));
    const restored = await cairn(env, "restore", "--key", "k", "tree");
    expect(restored.stdout).toContain("restored k");
    expect(differences(join(folder, "before"), join(folder, "tree"))).toEqual([]);
    rmSync(join(folder, "tree"), { recursive: true });
  });
});
