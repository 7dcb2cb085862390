// The template of the roles that the workflows of one repository take.

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
import { camelCase, type Json, KEY_CONDITION, PARAMETERS, withKey, withReferences } from "./words.ts";

export function rolesTemplate(): Json {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "Cairn: the roles that the workflows of one repository on GitHub take.",
    Parameters: {
      ...PARAMETERS,
      Repository: {
        Type: "String",
        Description: "owner/name on GitHub; owner/* for all of an owner's, which then share their caches.",
        AllowedPattern: "^[A-Za-z0-9-]+/([A-Za-z0-9._-]+|\\*)$",
      },
      CreateProvider: {
        Type: "String",
        Description: "Whether to make GitHub's identity provider: an account has one, for all of its roles.",
        Default: "true",
        AllowedValues: ["true", "false"],
      },
    },
    Conditions: {
      ...KEY_CONDITION,
      CreatesProvider: { "Fn::Equals": [{ Ref: "CreateProvider" }, "true"] },
    },
    Resources: {
      Provider: {
        Type: "AWS::IAM::OIDCProvider",
        Condition: "CreatesProvider",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: { Url: `https://${GITHUB_ISSUER}`, ClientIdList: [AUDIENCE] },
      },
      ...Object.fromEntries(GITHUB_ROLES.map((role) => [camelCase(role), roleResource(role)])),
      MaintainerPolicy: {
        Type: "AWS::IAM::ManagedPolicy",
        Properties: {
          Description: "For whoever looks after the store: attach it to a person or a role of your own.",
          PolicyDocument: withReferences(rolePolicy("maintainer", TOKENS)),
        },
      },
    },
    Outputs: Object.fromEntries([
      ...GITHUB_ROLES.map((role) => [
        `${camelCase(role)}Arn`,
        { Description: `role-to-assume of a ${role}`, Value: { "Fn::GetAtt": [camelCase(role), "Arn"] } },
      ]),
      [
        "MaintainerPolicyArn",
        { Description: "For whoever looks after the store", Value: { Ref: "MaintainerPolicy" } },
      ],
    ]),
  };
}

function roleResource(role: GithubRole): Json {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      Description: `Cairn: ${role} of a repository on GitHub`,
      MaxSessionDuration: MAX_SESSION_SECONDS,
      AssumeRolePolicyDocument: withReferences(githubTrust(role, TOKENS)),
      Policies: [
        { PolicyName: "cairn", PolicyDocument: withReferences(rolePolicy(role, TOKENS)) },
        withKey({ PolicyName: "cairn-key", PolicyDocument: withReferences(keyPolicy(role, TOKENS)) }),
      ],
    },
  };
}
