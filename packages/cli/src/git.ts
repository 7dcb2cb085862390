// What git says of the working tree, for access outside a CI system that says it in variables: read from git itself, so
// that worktrees, packed refs and includes are its business.

import { execFile } from "node:child_process";
import { type GitFacts, repositoryOf } from "@cairn/core";

const TIMEOUT_MS = 5_000;

/** @returns undefined where there is no working tree, or no git. */
export async function readGit(cwd: string): Promise<GitFacts | undefined> {
  const [top, branch, remote, remoteHead] = await Promise.all([
    git(cwd, "rev-parse", "--show-toplevel"),
    git(cwd, "symbolic-ref", "--quiet", "--short", "HEAD"),
    git(cwd, "config", "--get", "remote.origin.url"),
    git(cwd, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"),
  ]);
  if (top === undefined) return undefined;
  return { branch, repository: repositoryOf(remote), defaultBranch: remoteHead?.replace(/^origin\//, "") };
}

function git(cwd: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", args, { cwd, timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout) => {
      resolve(error ? undefined : stdout.trim() || undefined);
    });
  });
}
