// What git says of the working tree, for access outside a CI system that says it in variables: read from git itself, so
// that worktrees, packed refs and includes are its business.

import { execFile } from "node:child_process";
import { type GitFacts, repositoryOf, SIGNING_KEY, VERIFY_KEY } from "@cairn/core";

const TIMEOUT_MS = 5_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** @returns undefined where there is no working tree, or no git. */
export async function readGit(cwd: string, env: Environment): Promise<GitFacts | undefined> {
  // A repository's own configuration can make git run what it likes: no key goes there.
  const options = { cwd, env: { ...env, [SIGNING_KEY]: undefined, [VERIFY_KEY]: undefined } };
  const [top, branch, remote, remoteHead] = await Promise.all([
    git(options, "rev-parse", "--show-toplevel"),
    git(options, "symbolic-ref", "--quiet", "--short", "HEAD"),
    git(options, "config", "--get", "remote.origin.url"),
    git(options, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"),
  ]);
  if (top === undefined) return undefined;
  return { branch, repository: repositoryOf(remote), defaultBranch: remoteHead?.replace(/^origin\//, "") };
}

function git(
  options: { readonly cwd: string; readonly env: Environment },
  ...args: string[]
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", args, { ...options, timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout) => {
      resolve(error ? undefined : stdout.trim() || undefined);
    });
  });
}
