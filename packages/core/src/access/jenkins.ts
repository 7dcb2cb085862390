// Jenkins: variables of multibranch jobs (CHANGE_*, BRANCH_NAME, TAG_NAME) and of the git plugin -> CiJob. Jenkins has
// no variable for the default branch, so it comes from git.

import { branchRef, type CiJob, type Env, type GitFacts, repositoryOf, tagRef } from "./ci-job.ts";

export function readJenkins(env: Env, git: GitFacts): CiJob {
  const repository =
    repositoryOf(env["GIT_URL"]) ?? repositoryOf(env["GIT_URL_1"]) ?? git.repository ?? projectOf(env);
  const primary = env["BRANCH_IS_PRIMARY"] === "true" ? env["BRANCH_NAME"] : undefined;
  const defaultBranch = branchRef(primary ?? git.defaultBranch);
  const change = env["CHANGE_ID"];
  if (change) {
    return {
      repository,
      ref: `refs/pull/${change}/merge`,
      fallbacks: [branchRef(env["CHANGE_TARGET"]), defaultBranch],
      domain: "pr",
      saves: "yes",
      subject: "a change request",
    };
  }
  // GIT_BRANCH carries the remote's name: origin/main.
  const gitBranch = env["GIT_LOCAL_BRANCH"] || env["GIT_BRANCH"]?.replace(/^(refs\/remotes\/)?origin\//, "");
  return {
    repository,
    ref: tagRef(env["TAG_NAME"]) ?? branchRef(env["BRANCH_NAME"] || gitBranch || git.branch),
    fallbacks: [defaultBranch],
    domain: "trusted",
    saves: "yes",
    subject: "this build",
    refHint: "neither BRANCH_NAME nor GIT_BRANCH is set",
  };
}

/** The job's folder and name; in a multibranch job the last part is the branch and is left out. */
function projectOf(env: Env): string | undefined {
  const parts = (env["JOB_NAME"] ?? "").split("/").filter(Boolean);
  if (env["BRANCH_NAME"] && parts.length > 1) parts.pop();
  return parts.length > 0 ? parts.join("/") : undefined;
}
