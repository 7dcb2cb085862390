// CircleCI: variables -> CiJob. CIRCLE_PR_NUMBER is there for forks only; a branch of the repository itself counts as
// that branch, pull request or not. CircleCI has no variable for the default branch, so it comes from git.

import { branchRef, type CiJob, type Env, type GitFacts, repositoryOf, tagRef } from "./ci-job.ts";

export function readCircleCi(env: Env, git: GitFacts): CiJob {
  const owner = env["CIRCLE_PROJECT_USERNAME"];
  const project = env["CIRCLE_PROJECT_REPONAME"];
  const repository =
    owner && project ? `${owner}/${project}` : (repositoryOf(env["CIRCLE_REPOSITORY_URL"]) ?? git.repository);
  const fallbacks = [branchRef(git.defaultBranch)];
  const branch = env["CIRCLE_BRANCH"];
  const pullRequest = env["CIRCLE_PR_NUMBER"] || /^pull\/(\d+)/.exec(branch ?? "")?.[1];
  if (pullRequest) {
    return {
      repository,
      ref: `refs/pull/${pullRequest}/head`,
      fallbacks,
      domain: "pr",
      saves: "yes",
      subject: "a pull request build",
    };
  }
  return {
    repository,
    ref: tagRef(env["CIRCLE_TAG"]) ?? branchRef(branch),
    fallbacks,
    domain: "trusted",
    saves: "yes",
    subject: "this build",
    refHint: "neither CIRCLE_BRANCH nor CIRCLE_TAG is set",
  };
}
