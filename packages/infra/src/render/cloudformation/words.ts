// CloudFormation's words for what both templates have: references, parameters of the place, the condition on a key.

import { hasTokens, type Names, replaceTokens } from "../../blueprint/names.ts";

export type Json = unknown;

const REFERENCES: Readonly<Record<keyof Names, string>> = {
  partition: "AWS::Partition",
  region: "AWS::Region",
  account: "AWS::AccountId",
  bucket: "BucketName",
  prefix: "Prefix",
  table: "TableName",
  repository: "Repository",
  kmsKey: "KmsKeyArn",
};

export const PARAMETERS: Readonly<Record<string, Json>> = {
  BucketName: {
    Type: "String",
    Description: "Name of the bucket.",
    AllowedPattern: "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
  },
  Prefix: {
    Type: "String",
    Description: "What stands before v1/ in the bucket: empty, or with a slash at its end (team/).",
    Default: "",
    AllowedPattern: "^$|^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/$",
  },
  TableName: {
    Type: "String",
    Description: "Name of the table.",
    AllowedPattern: "^[A-Za-z0-9_.-]{3,255}$",
  },
  KmsKeyArn: {
    Type: "String",
    Description: "ARN of a KMS key that encrypts the bucket; empty: S3's own keys.",
    Default: "",
  },
};

export const NO_VALUE: Json = { Ref: "AWS::NoValue" };

export const KEY_CONDITION: Readonly<Record<string, Json>> = {
  HasKmsKey: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "KmsKeyArn" }, ""] }] },
};

/** What holds only where the bucket has a key of its own. */
export function withKey(then: Json, otherwise: Json = NO_VALUE): Json {
  return { "Fn::If": ["HasKmsKey", then, otherwise] };
}

/** `trusted-writer` -> `TrustedWriter`, the logical ids of a template. */
export function camelCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** Every string that has a token becomes a Fn::Sub. */
export function withReferences(value: unknown): Json {
  if (typeof value === "string") return hasTokens(value) ? substitution(value) : value;
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReferences(inner)]));
}

export function substitution(text: string): Json {
  // What would look like a reference is escaped.
  return {
    "Fn::Sub": replaceTokens(
      text,
      (name) => `\${${REFERENCES[name]}}`,
      (plain) => plain.replaceAll("${", "${!"),
    ),
  };
}

/** plainName() in CloudFormation's functions; the parameters allow nothing but slashes to be replaced. */
export function withoutSlashes(text: string): Json {
  return { "Fn::Join": ["-", { "Fn::Split": ["/", substitution(text)] }] };
}
