// What this command may read and write: derived from the CI event as in an action, then narrowed or moved by --scope,
// --read-scope and --repository. Moving never crosses from a pull request into a branch.

import {
  type Access,
  deriveAccess,
  type GitFacts,
  InputError,
  repositoryOfJob,
  type Scope,
} from "@cairn/core";
import type { CliContext } from "./context.ts";

export interface AccessOptions {
  /** A full git ref to work in instead of the job's own. */
  readonly scope?: string | undefined;
  readonly readScope?: readonly string[] | undefined;
  readonly repository?: string | undefined;
  /** Whether the user named a mode that saves, which lets a merge group do so. */
  readonly savesExplicitly?: boolean;
}

/** @throws InputError, SettingsError */
export async function resolveAccess(context: CliContext, options: AccessOptions): Promise<Access> {
  const { env } = context;
  const eventPath = env["GITHUB_EVENT_PATH"];
  const [event, git] = await Promise.all([
    eventPath ? readEvent(context, eventPath) : undefined,
    // GitHub's own variables say all that is needed: no process is started for them.
    env["GITHUB_ACTIONS"] ? undefined : context.readGit(context.cwd),
  ]);
  const derived = deriveAccess({
    env,
    event,
    git: named(git, options),
    readScopes: options.readScope ?? [],
    mergeGroupSaves: options.savesExplicitly ?? false,
  });
  return moved(derived, options);
}

/** The repository that this checkout or job is of; `local` where nothing says. */
export async function ownRepository({ env, cwd, readGit }: CliContext): Promise<string> {
  const git = env["GITHUB_ACTIONS"] ? undefined : await readGit(cwd);
  return repositoryOfJob({ env, git }) ?? "local";
}

/** The repository that maintenance commands look at. */
export function repositoryOfAccess(access: Access): string | undefined {
  return (access.writes ?? access.reads[0])?.repository;
}

/** Where only git knows (no CI, or a detached HEAD), what the user names stands in for it. */
function named(git: GitFacts | undefined, { scope, repository }: AccessOptions): GitFacts | undefined {
  if (scope === undefined && repository === undefined) return git;
  return { branch: "local", ...git, ...(scope && { branch: scope }), ...(repository && { repository }) };
}

function moved(access: Access, { scope, repository }: AccessOptions): Access {
  if (scope === undefined && repository === undefined) return access;
  const ref = scope === undefined ? undefined : checkedRef(scope);
  const own = access.writes ?? access.reads[0];
  const target: Scope | undefined =
    ref !== undefined || own !== undefined
      ? { repository: repository ?? own?.repository ?? "local", ref: ref ?? own!.ref }
      : undefined;
  if (!target) {
    throw new InputError("this job has no branch of its own", { hint: "name one: --scope refs/heads/main" });
  }
  const isPull = /^refs\/(pull|merge-requests)\//.test(target.ref);
  if (access.domain === "pr" && !isPull && ref !== undefined) {
    throw new InputError(`a pull request's job can't work in ${target.ref}`, {
      hint: "leave out --scope, or read it with --read-scope",
    });
  }
  const others = access.reads.map((read) =>
    repository !== undefined && read.repository === own?.repository ? { ...read, repository } : read,
  );
  const isTarget = (read: Scope) => read.ref === target.ref && read.repository === target.repository;
  return {
    reads: [target, ...others.filter((read) => !isTarget(read))],
    // A job that may not save doesn't come to save by naming another scope.
    writes: access.writes && target,
    domain: isPull ? "pr" : access.domain,
    note: access.note,
  };
}

function checkedRef(scope: string): string {
  if (/^refs\/[^/\s]+\/\S+$/.test(scope)) return scope;
  throw new InputError(`--scope is not a git ref: ${JSON.stringify(scope)}`, {
    hint: `write it in full: refs/heads/${scope.replace(/^\/+|\s/g, "") || "main"}`,
  });
}

export async function readEvent(context: CliContext, path: string): Promise<unknown> {
  try {
    return JSON.parse(Buffer.from(await context.readFile(path)).toString("utf8"));
  } catch {
    // As for a job without a payload: fewer fallbacks, never more rights.
    return undefined;
  }
}
