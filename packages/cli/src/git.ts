// What git says of the working tree, for access outside a CI system that says it in variables: read from git itself, so
// that worktrees, packed refs and includes are its business.

import { execFile } from "node:child_process";
import { type GitFacts, repositoryOf } from "@cairn/core";

const TIMEOUT_MS = 5_000;
/** Of what asks a server. */
const REMOTE_TIMEOUT_MS = 60_000;
/** A server lists every pull request that there ever was. */
const MAX_BYTES = 64 * 2 ** 20;

/** @returns undefined where there is no working tree, or no git. */
export async function readGit(cwd: string): Promise<GitFacts | undefined> {
  const [top, branch, remote, remoteHead, commit] = await Promise.all([
    git(cwd, ["rev-parse", "--show-toplevel"]),
    git(cwd, ["symbolic-ref", "--quiet", "--short", "HEAD"]),
    git(cwd, ["config", "--get", "remote.origin.url"]),
    git(cwd, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]),
    git(cwd, ["log", "-1", "--no-show-signature", "--format=%H%n%B"]),
  ]);
  if (top === undefined) return undefined;
  const [commitSha, ...message] = commit?.split("\n") ?? [];
  return {
    branch,
    repository: repositoryOf(remote),
    defaultBranch: remoteHead?.replace(/^origin\//, ""),
    commitSha,
    commitMessage: message.join("\n") || undefined,
  };
}

/** Full names of the refs that origin has. @returns undefined where it can't be asked. */
export async function readRemoteRefs(cwd: string): Promise<ReadonlySet<string> | undefined> {
  // Nobody is there to type a password.
  const quietly = ["-c", "credential.interactive=false", "-c", "core.askPass=true"];
  const lines = await git(cwd, [...quietly, "ls-remote", "origin"], REMOTE_TIMEOUT_MS);
  if (lines === undefined) return undefined;
  return new Set(lines.split("\n").flatMap((line) => line.split("\t")[1] ?? []));
}

function git(cwd: string, args: readonly string[], timeout = TIMEOUT_MS): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { cwd, timeout, maxBuffer: MAX_BYTES, windowsHide: true };
    execFile("git", args, options, (error, stdout) => {
      resolve(error ? undefined : stdout.trim() || undefined);
    });
  });
}
