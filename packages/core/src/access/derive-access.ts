// deriveAccess: which scopes a job reads and writes, from its CI event alone, so that an action and a command line in
// the same job come to the same answer. Pure: each CI system has its own file, and the rules are the same for all.

import { type Access, isPullRequestRef } from "../model/access.ts";
import type { Scope } from "../model/ref.ts";
import { readBuildkite } from "./buildkite.ts";
import type { CiJob, Env, GitFacts } from "./ci-job.ts";
import { readCircleCi } from "./circleci.ts";
import { readGitHub } from "./github.ts";
import { readGitLab } from "./gitlab.ts";
import { readJenkins } from "./jenkins.ts";
import { readPlainGit } from "./plain-git.ts";
import { parseReadScopes } from "./read-scopes.ts";
import { type Grants, parseGrants, READ, WRITE } from "./runtime-token.ts";

export interface JobFacts {
  readonly env: Env;
  /** The parsed payload of GITHUB_EVENT_PATH. */
  readonly event?: unknown;
  /** Undefined: not a git working tree, or not asked. */
  readonly git?: GitFacts | undefined;
  /** Lines of the setting of that name: `refs/heads/x` or `owner/repo@refs/heads/x`. */
  readonly readScopes?: readonly string[];
  /** ACTIONS_RUNTIME_TOKEN, which only JavaScript actions get. */
  readonly runtimeToken?: string | undefined;
  /** Whether a merge group saves: the user named a mode that does. Default false. */
  readonly mergeGroupSaves?: boolean;
}

/** @throws SettingsError when a line of `readScopes` is no scope. */
export function deriveAccess(facts: JobFacts): Access {
  const job = readJob(facts);
  const grants = parseGrants(facts.runtimeToken);
  const notes: string[] = [];

  const readable = [job.ref, ...job.fallbacks].filter(
    (ref): ref is string => ref !== undefined && mayRead(ref, grants),
  );
  const reads = readable.map((ref) => ({ repository: job.repository ?? "", ref }));

  const refusal = whyNotSaved(job, grants, facts.mergeGroupSaves ?? false);
  if (refusal) notes.push(refusal);

  for (const scope of parseReadScopes(facts.readScopes ?? [], job.repository)) {
    if (job.domain === "trusted" && isPullRequestRef(scope.ref)) {
      notes.push(
        `read-scopes: ${scope.ref} is left out, since only pull requests read what pull requests save`,
      );
    } else reads.push(scope);
  }
  return {
    reads: job.repository === undefined ? [] : distinct(reads),
    writes: refusal ? undefined : { repository: job.repository!, ref: job.ref! },
    domain: job.domain,
    note: notes.length > 0 ? notes.join("; ") : undefined,
  };
}

/** The job's repository, `owner/name`, whether or not it has a scope there: on a detached HEAD, too. */
export function repositoryOfJob(facts: JobFacts): string | undefined {
  return readJob(facts).repository;
}

function readJob({ env, event, git }: JobFacts): CiJob {
  const isSet = (name: string) => Boolean(env[name]) && env[name] !== "false";
  if (isSet("GITHUB_ACTIONS")) return readGitHub(env, event);
  if (isSet("GITLAB_CI")) return readGitLab(env);
  if (isSet("BUILDKITE")) return readBuildkite(env);
  if (isSet("CIRCLECI")) return readCircleCi(env, git ?? {});
  if (isSet("JENKINS_URL")) return readJenkins(env, git ?? {});
  if (isSet("GITHUB_REPOSITORY")) return readGitHub(env, event);
  return readPlainGit(git);
}

function mayRead(ref: string, grants: Grants | undefined): boolean {
  return grants === undefined || ((grants.get(ref) ?? 0) & READ) !== 0;
}

/** @returns a sentence without its full stop; undefined when the job may save to its own ref. */
function whyNotSaved(job: CiJob, grants: Grants | undefined, asked: boolean): string | undefined {
  if (job.repository === undefined) return `${job.subject} names no repository, so there is no cache to use`;
  if (job.ref === undefined) {
    return `${job.subject} has no branch or tag to save for${job.refHint ? ` (${job.refHint})` : ""}`;
  }
  const isGranted = grants !== undefined && ((grants.get(job.ref) ?? 0) & WRITE) !== 0;
  if (job.saves === "granted" && !isGranted) return `${job.subject} may only read`;
  if (job.saves === "asked" && !asked) {
    return `${job.subject} only reads unless the setting mode is given: nothing else would read what it saves`;
  }
  if (grants !== undefined && !isGranted) return `the job's token does not allow saving to ${job.ref}`;
  return undefined;
}

function distinct(scopes: readonly Scope[]): Scope[] {
  const byName = new Map(scopes.map((scope) => [`${scope.repository}@${scope.ref}`, scope]));
  return [...byName.values()];
}
