// Buildkite: variables -> CiJob. BUILDKITE_PULL_REQUEST is the number or "false"; a fork's branch arrives as
// "owner:branch" and never names a scope, since a fork builds as a pull request.

import { branchRef, type CiJob, type Env, repositoryOf, tagRef } from "./ci-job.ts";

export function readBuildkite(env: Env): CiJob {
  const repository = repositoryOf(env["BUILDKITE_REPO"]) ?? slugOf(env);
  const defaultBranch = branchRef(env["BUILDKITE_PIPELINE_DEFAULT_BRANCH"]);
  const pullRequest = env["BUILDKITE_PULL_REQUEST"];
  if (pullRequest && pullRequest !== "false") {
    return {
      repository,
      ref: `refs/pull/${pullRequest}/head`,
      fallbacks: [branchRef(env["BUILDKITE_PULL_REQUEST_BASE_BRANCH"]), defaultBranch],
      domain: "pr",
      saves: "yes",
      subject: "a pull request build",
    };
  }
  const queueBase = env["BUILDKITE_MERGE_QUEUE_BASE_BRANCH"];
  return {
    repository,
    ref: tagRef(env["BUILDKITE_TAG"]) ?? branchRef(env["BUILDKITE_BRANCH"]),
    fallbacks: [branchRef(queueBase), defaultBranch],
    domain: "trusted",
    saves: queueBase ? "asked" : "yes",
    subject: queueBase ? "a merge queue build" : "this build",
    refHint: "BUILDKITE_BRANCH is not set",
  };
}

function slugOf(env: Env): string | undefined {
  const organization = env["BUILDKITE_ORGANIZATION_SLUG"];
  const pipeline = env["BUILDKITE_PIPELINE_SLUG"];
  return organization && pipeline ? `${organization}/${pipeline}` : undefined;
}
