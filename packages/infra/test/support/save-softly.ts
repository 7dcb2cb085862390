// `cairn save --soft` by the built command line, in a process of its own with the credentials of a role.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Place, REPOSITORY } from "./jobs.ts";

const bin = join(import.meta.dirname, "../../../cli/dist/bin.js");

export async function saveSoftly(
  { store, index }: Place,
  accessKeyId: string,
): Promise<{ code: number; warnings: string[] }> {
  const workspace = mkdtempSync(join(tmpdir(), "cairn-soft-"));
  mkdirSync(join(workspace, "tree"));
  writeFileSync(join(workspace, "tree", "file"), "content");
  const args = ["save", "--soft", "--key", "soft-1", "--store", store, "--index", index];
  const job = ["--scope", "refs/heads/main", "--repository", REPOSITORY, "tree"];
  const { stderr } = await promisify(execFile)(process.execPath, [bin, ...args, ...job], {
    cwd: workspace,
    env: { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: "any", CI: "" },
  });
  return { code: 0, warnings: stderr.split("\n").filter((line) => line.startsWith("warning: ")) };
}
