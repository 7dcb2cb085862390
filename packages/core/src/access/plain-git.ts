// No CI system that we know: what git says of the working tree -> CiJob. A folder without git has one scope of its own.

import { branchRef, type CiJob, type GitFacts } from "./ci-job.ts";

const LOCAL = "local";

export function readPlainGit(git: GitFacts | undefined): CiJob {
  const rules = { domain: "trusted", saves: "yes", subject: "this checkout" } as const;
  if (!git) return { ...rules, repository: LOCAL, ref: branchRef(LOCAL), fallbacks: [] };
  return {
    ...rules,
    repository: git.repository ?? LOCAL,
    ref: branchRef(git.branch),
    fallbacks: [branchRef(git.defaultBranch)],
    refHint: "HEAD is detached, check out a branch",
  };
}
