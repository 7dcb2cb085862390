// GitLab CI: variables -> CiJob. Merge requests are GitLab's pull requests, merge trains its merge groups.

import { branchRef, type CiJob, type Env, tagRef } from "./ci-job.ts";

export function readGitLab(env: Env): CiJob {
  const repository = env["CI_PROJECT_PATH"] || undefined;
  const defaultBranch = branchRef(env["CI_DEFAULT_BRANCH"]);
  const mergeRequest = env["CI_MERGE_REQUEST_IID"];
  if (mergeRequest) {
    const isTrain = env["CI_MERGE_REQUEST_EVENT_TYPE"] === "merge_train";
    return {
      repository,
      // Detached, merged-result and train pipelines of one merge request share what they save.
      ref: `refs/merge-requests/${mergeRequest}/head`,
      fallbacks: [branchRef(env["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"]), defaultBranch],
      domain: "pr",
      saves: isTrain ? "asked" : "yes",
      subject: isTrain ? "a merge train" : "a merge request",
    };
  }
  const pullRequest = env["CI_EXTERNAL_PULL_REQUEST_IID"];
  if (pullRequest) {
    return {
      repository,
      ref: `refs/pull/${pullRequest}/head`,
      fallbacks: [branchRef(env["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"]), defaultBranch],
      domain: "pr",
      saves: "yes",
      subject: "an external pull request",
    };
  }
  return {
    repository,
    ref: tagRef(env["CI_COMMIT_TAG"]) ?? branchRef(env["CI_COMMIT_BRANCH"]),
    fallbacks: [defaultBranch],
    domain: "trusted",
    saves: "yes",
    subject: "this pipeline",
    refHint: "neither CI_COMMIT_BRANCH nor CI_COMMIT_TAG is set",
  };
}
