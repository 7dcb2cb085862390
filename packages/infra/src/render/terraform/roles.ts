// The module of the roles that the workflows of one repository take.

import { TOKENS } from "../../blueprint/names.ts";
import { keyPolicy, rolePolicy } from "../../blueprint/policies.ts";
import {
  AUDIENCE,
  GITHUB_ISSUER,
  GITHUB_ROLES,
  type GithubRole,
  githubTrust,
  MAX_SESSION_SECONDS,
} from "../../blueprint/trust.ts";
import { attribute as attr, block, hclFile, type Item, raw } from "../hcl.ts";
import {
  GENERATED,
  head,
  placeVariables,
  policyDocument,
  snakeCase,
  text,
  texts,
  variable,
} from "./words.ts";

/** @returns the text of main.tf. */
export function rolesModule(): string {
  return hclFile(`Cairn: the roles that the workflows of one repository on GitHub take.\n${GENERATED}`, [
    ...head(),
    ...roleVariables(),
    ...provider(),
    ...GITHUB_ROLES.flatMap(roleResources),
    ...maintainer(),
  ]);
}

function roleVariables(): Item[] {
  return [
    ...placeVariables(),
    variable(
      "repository",
      "string",
      "owner/name on GitHub; owner/* for all of an owner's, which then share their caches.",
    ),
    variable(
      "create_provider",
      "bool",
      "Whether to make GitHub's identity provider: an account has one, for all of its roles.",
      attr("default", raw("true")),
    ),
  ];
}

function provider(): Item[] {
  return [
    block(
      "resource",
      ["aws_iam_openid_connect_provider", "github"],
      attr("count", raw("var.create_provider ? 1 : 0")),
      attr("url", text(`https://${GITHUB_ISSUER}`)),
      attr("client_id_list", texts([AUDIENCE])),
    ),
  ];
}

function roleResources(role: GithubRole): Item[] {
  const name = snakeCase(role);
  const trust = `${name}_trust`;
  const key = `${name}_key`;
  return [
    policyDocument(trust, githubTrust(role, TOKENS)),
    policyDocument(name, rolePolicy(role, TOKENS)),
    policyDocument(key, keyPolicy(role, TOKENS)),
    block(
      "resource",
      ["aws_iam_role", name],
      attr("name_prefix", text(`cairn-${role}-`)),
      attr("description", text(`Cairn: ${role} of a repository on GitHub`)),
      attr("max_session_duration", raw(String(MAX_SESSION_SECONDS))),
      attr("assume_role_policy", raw(`data.aws_iam_policy_document.${trust}.json`)),
    ),
    rolePolicyResource(name, "cairn", name, name),
    rolePolicyResource(key, "cairn-key", name, key, attr("count", raw('var.kms_key_arn == "" ? 0 : 1'))),
    block(
      "output",
      [`${name}_arn`],
      attr("description", text(`role-to-assume of a ${role}`)),
      attr("value", raw(`aws_iam_role.${name}.arn`)),
    ),
  ];
}

function rolePolicyResource(
  label: string,
  name: string,
  role: string,
  document: string,
  ...rest: readonly Item[]
): Item {
  return block(
    "resource",
    ["aws_iam_role_policy", label],
    ...rest,
    attr("name", text(name)),
    attr("role", raw(`aws_iam_role.${role}.id`)),
    attr("policy", raw(`data.aws_iam_policy_document.${document}.json`)),
  );
}

function maintainer(): Item[] {
  return [
    policyDocument("maintainer", rolePolicy("maintainer", TOKENS)),
    block(
      "resource",
      ["aws_iam_policy", "maintainer"],
      attr("name_prefix", text("cairn-maintainer-")),
      attr(
        "description",
        text("For whoever looks after the store: attach it to a person or a role of your own."),
      ),
      attr("policy", raw("data.aws_iam_policy_document.maintainer.json")),
    ),
    block(
      "output",
      ["maintainer_policy_arn"],
      attr("description", text("For whoever looks after the store")),
      attr("value", raw("aws_iam_policy.maintainer.arn")),
    ),
  ];
}
