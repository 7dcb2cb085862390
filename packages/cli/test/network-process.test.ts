// The program against a server with a private authority, and with settings that only the actions know.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { newBucket } from "../../core/test/support/s3-bucket.ts";
import { service } from "../../core/test/support/services.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";
import { startTlsFront, type TlsFront } from "../../core/test/support/tls-front.ts";

let front: TlsFront;
let bucket: string;
let folder: string;
beforeAll(async () => {
  front = await startTlsFront(service("versitygw"));
  ({ bucket } = await newBucket("versitygw"));
  folder = temporaryFolder();
});
afterAll(() => front.close());

function cairn(env: Readonly<Record<string, string>>, ...args: string[]) {
  return promisify(execFile)(process.execPath, [join(import.meta.dirname, "../dist/bin.js"), ...args], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"],
      AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"],
      CAIRN_STORE: `s3://${bucket}?endpoint=${front.url}`,
      ...env,
    },
  });
}

test.each(["NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"])("%s makes a private authority known", async (name) => {
  const env = { [name]: front.caFile };
  mkdirSync(join(folder, "made"), { recursive: true });
  writeFileSync(join(folder, "made/file"), name);
  await cairn(env, "save", "--key", name, "made");
  rmSync(join(folder, "made"), { recursive: true });
  await cairn(env, "restore", "--key", name, "made");
  expect(readFileSync(join(folder, "made/file"), "utf8")).toBe(name);
});

test("a role that only the actions can take is an error that says what to set", async () => {
  const env = { CAIRN_ROLE_TO_ASSUME: "arn:aws:iam::111122223333:role/cairn" };
  await expect(cairn(env, "restore", "--key", "k", "made")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no identity token here.*AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE/s),
  });
});

test("fallback: github is told to be out of reach, and a folder is used", async () => {
  const env = { CAIRN_STORE: "", CAIRN_FALLBACK: "github" };
  await expect(cairn(env, "restore", "--key", "k", "made")).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/GitHub's own cache can't be reached from here.*the cache is kept in/s),
  });
});
