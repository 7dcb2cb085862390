// RunFacts from a job's environment: which commit, which run, whose. The same systems as for the access, read from their
// own variables; where one does not say, git does.

import type { RunFacts } from "../model/provenance.ts";
import type { Env, GitFacts } from "./ci-job.ts";

export interface RunSources {
  readonly env: Env;
  /** The parsed payload of GITHUB_EVENT_PATH. */
  readonly event?: unknown;
  /** Undefined: not a git working tree, or not asked. */
  readonly git?: GitFacts | undefined;
}

export function describeRun(sources: RunSources): RunFacts {
  const { env, git } = sources;
  const facts = readRun(sources);
  const message = facts.commitMessage ?? (isSameCommit(facts, git) ? git?.commitMessage : undefined);
  return known({
    ...facts,
    commitSha: facts.commitSha ?? git?.commitSha,
    commitMessage: message,
    branch: facts.branch ?? git?.branch,
    tools: toolsOf(env["npm_config_user_agent"]),
  });
}

function readRun({ env, event }: RunSources): RunFacts {
  const isSet = (name: string) => Boolean(env[name]) && env[name] !== "false";
  if (isSet("GITHUB_ACTIONS")) return gitHubRun(env, event);
  if (isSet("GITLAB_CI")) return gitLabRun(env);
  if (isSet("BUILDKITE")) return buildkiteRun(env);
  if (isSet("CIRCLECI")) return circleCiRun(env);
  if (isSet("JENKINS_URL")) return jenkinsRun(env);
  return { system: "git" };
}

function gitHubRun(env: Env, event: unknown): RunFacts {
  const [server, repository, runId] = [
    env["GITHUB_SERVER_URL"],
    env["GITHUB_REPOSITORY"],
    env["GITHUB_RUN_ID"],
  ];
  return {
    system: "github",
    runId,
    attempt: env["GITHUB_RUN_ATTEMPT"],
    url: server && repository && runId ? `${server}/${repository}/actions/runs/${runId}` : undefined,
    workflow: env["GITHUB_WORKFLOW"],
    job: env["GITHUB_JOB"],
    event: env["GITHUB_EVENT_NAME"],
    actor: env["GITHUB_ACTOR"],
    server,
    commitSha: env["GITHUB_SHA"],
    // A pull request's commit is a merge that nobody wrote: its title says more.
    commitMessage: text(event, "head_commit", "message") ?? text(event, "pull_request", "title"),
    branch: env["GITHUB_HEAD_REF"] || env["GITHUB_REF_NAME"],
  };
}

function gitLabRun(env: Env): RunFacts {
  return {
    system: "gitlab",
    runId: env["CI_PIPELINE_ID"],
    // A retried job of a pipeline has an id of its own.
    attempt: env["CI_JOB_ID"],
    url: env["CI_JOB_URL"] ?? env["CI_PIPELINE_URL"],
    workflow: env["CI_PIPELINE_NAME"],
    job: env["CI_JOB_NAME"],
    event: env["CI_PIPELINE_SOURCE"],
    actor: env["GITLAB_USER_LOGIN"],
    server: env["CI_SERVER_URL"],
    commitSha: env["CI_COMMIT_SHA"],
    commitMessage: env["CI_COMMIT_MESSAGE"],
    branch: env["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] || env["CI_COMMIT_BRANCH"] || env["CI_COMMIT_TAG"],
  };
}

function buildkiteRun(env: Env): RunFacts {
  return {
    system: "buildkite",
    runId: env["BUILDKITE_BUILD_ID"],
    attempt: env["BUILDKITE_RETRY_COUNT"],
    url: env["BUILDKITE_BUILD_URL"],
    workflow: env["BUILDKITE_PIPELINE_SLUG"],
    job: env["BUILDKITE_LABEL"],
    event: env["BUILDKITE_SOURCE"],
    actor: env["BUILDKITE_BUILD_CREATOR"],
    commitSha: commitOf(env["BUILDKITE_COMMIT"]),
    commitMessage: env["BUILDKITE_MESSAGE"],
    branch: env["BUILDKITE_BRANCH"],
  };
}

function circleCiRun(env: Env): RunFacts {
  return {
    system: "circleci",
    runId: env["CIRCLE_WORKFLOW_ID"],
    attempt: env["CIRCLE_BUILD_NUM"],
    url: env["CIRCLE_BUILD_URL"],
    job: env["CIRCLE_JOB"],
    actor: env["CIRCLE_USERNAME"],
    commitSha: env["CIRCLE_SHA1"],
    branch: env["CIRCLE_BRANCH"] || env["CIRCLE_TAG"],
  };
}

function jenkinsRun(env: Env): RunFacts {
  return {
    system: "jenkins",
    runId: env["BUILD_TAG"],
    url: env["BUILD_URL"],
    workflow: env["JOB_NAME"],
    job: env["STAGE_NAME"],
    actor: env["CHANGE_AUTHOR"],
    server: env["JENKINS_URL"],
    commitSha: env["GIT_COMMIT"],
    commitMessage: env["CHANGE_TITLE"],
    branch:
      env["CHANGE_BRANCH"] ||
      env["BRANCH_NAME"] ||
      env["GIT_BRANCH"]?.replace(/^(refs\/remotes\/)?origin\//, ""),
  };
}

/** Buildkite says HEAD until the checkout has told which commit that is. */
function commitOf(text: string | undefined): string | undefined {
  return text === "HEAD" ? undefined : text;
}

/** A message belongs to its own commit only. */
function isSameCommit(facts: RunFacts, git: GitFacts | undefined): boolean {
  return !facts.commitSha || facts.commitSha === git?.commitSha;
}

/** `npm/9.6.7 node/v20.1.0 linux x64`: what a script of npm, yarn or pnpm runs under. */
function toolsOf(userAgent: string | undefined): Record<string, string> | undefined {
  const tools = [...(userAgent ?? "").matchAll(/(?:^| )(npm|pnpm|yarn|bun|node)\/v?(\d\S*)/g)];
  return tools.length === 0
    ? undefined
    : Object.fromEntries(tools.map(([, name, version]) => [name, version]));
}

/** Without what is empty. */
function known(facts: RunFacts): RunFacts {
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined && value !== ""),
  ) as unknown as RunFacts;
}

/** The string at a path of the payload; undefined where there is none. */
function text(event: unknown, ...path: string[]): string | undefined {
  let value = event;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}
