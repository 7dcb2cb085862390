// A repository of its own that holds what the workflow e2e-local uses: the committed bundle runs outside of ours, and
// act copies little.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "../../../../core/test/support/temporary.ts";

export const root: string = join(import.meta.dirname, "../../../../..");

const FILES = [
  "dist",
  "actions/cache/action.yml",
  "actions/restore-cache/action.yml",
  "actions/save-cache/action.yml",
  "actions/cache-key/action.yml",
  "scripts/compare-trees.ts",
  "scripts/lib/tree.ts",
  "packages/action-kit/test/e2e/fixtures/js",
  ".github/workflows/e2e-local.yml",
];

/** @param more files of its own, by path. @returns its folder, with one commit on `main`. */
export function newConsumerRepository(more: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const file of FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  for (const [file, text] of Object.entries(more)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: folder, stdio: "pipe" });
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", "https://github.com/octo/app.git");
  git("add", "--all");
  git(
    ...["-c", "user.name=Octo", "-c", "user.email=octo@example.com", "-c", "commit.gpgsign=false"],
    ...["commit", "--quiet", "--message=A consumer"],
  );
  return folder;
}
