// Which jobs of GitHub Actions may take which role. The subject of GitHub's token is what AWS can compare: it names the
// branch or tag of a job, or says that the job is one of a pull request.
// https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims

import { type PolicyDocument, policyOf } from "./documents.ts";
import type { Names } from "./names.ts";

export const GITHUB_ISSUER = "token.actions.githubusercontent.com";
export const AUDIENCE = "sts.amazonaws.com";

/** A save at the end of a long job needs the credentials of its beginning: as long as a hosted job may last. */
export const MAX_SESSION_SECONDS: number = 6 * 3_600;

/** The roles that a workflow takes. Who looks after the store is a person, or a job with an environment of its own. */
export const GITHUB_ROLES: readonly ["trusted-writer", "pull-request-writer", "reader"] = [
  "trusted-writer",
  "pull-request-writer",
  "reader",
];
export type GithubRole = (typeof GITHUB_ROLES)[number];

export function githubTrust(
  role: GithubRole,
  names: Pick<Names, "partition" | "account" | "repository">,
): PolicyDocument {
  const subject = (what: string) => `repo:${names.repository}:${what}`;
  const subjects = {
    "trusted-writer": [subject("ref:refs/heads/*"), subject("ref:refs/tags/*")],
    "pull-request-writer": [subject("pull_request")],
    reader: [subject("*")],
  }[role];
  return policyOf({
    Sid: "GitHubActions",
    Effect: "Allow",
    Principal: { Federated: `arn:${names.partition}:iam::${names.account}:oidc-provider/${GITHUB_ISSUER}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: { [`${GITHUB_ISSUER}:aud`]: AUDIENCE },
      StringLike: { [`${GITHUB_ISSUER}:sub`]: subjects },
    },
  });
}
