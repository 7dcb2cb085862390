// Who may do what: the policies of a trusted writer (branches), a pull-request writer, a reader and whoever looks after
// the store. What they rest on: partition keys of the table start with `repository:ref:` (docs/format.md), names of
// objects with their domain, and an allowed upload is one that replaces nothing.

import { METRIC_NAMESPACE, TABLE_SHAPE } from "@cairn/core";
import { type PolicyDocument, policyOf, type Statement } from "./documents.ts";
import type { Names } from "./names.ts";

export const ROLES = ["trusted-writer", "pull-request-writer", "reader", "maintainer"] as const;
export type Role = (typeof ROLES)[number];

/** The partition of the row that holds the identity of the store. */
const IDENTITY_PARTITION = ":identity";
/** Of the lease that a prune holds. */
const PRUNE_PARTITION = "%3Aprune:*";

export function rolePolicy(role: Role, names: Names): PolicyDocument {
  switch (role) {
    case "trusted-writer":
      return policyOf(
        listNames(names),
        readObjects(names, ["store.json", "condemned/*", "trusted/*"]),
        createObjects(names, ["store.json", "trusted/*"]),
        readRows(names),
        nameOtherBranches(names),
        writeRows(names, [`${names.repository}:*`, IDENTITY_PARTITION]),
        publishMetrics(),
      );
    case "pull-request-writer":
      return policyOf(
        listNames(names),
        readObjects(names, ["store.json", "condemned/*", "trusted/*", "pr/*"]),
        createObjects(names, ["pr/*"]),
        readRows(names),
        nameOtherBranches(names),
        writeRows(names, [`${names.repository}:refs/pull/*`]),
        publishMetrics(),
      );
    case "reader":
      return policyOf(
        listNames(names),
        readObjects(names, ["store.json", "condemned/*", "trusted/*", "pr/*"]),
        readRows(names),
        nameOtherBranches(names),
      );
    case "maintainer":
      return policyOf(
        listNames(names),
        readObjects(names, ["*"]),
        {
          Sid: "Condemn",
          Effect: "Allow",
          Action: "s3:PutObject",
          Resource: objectArn(names, "condemned/*"),
        },
        {
          Sid: "PruneObjects",
          Effect: "Allow",
          Action: "s3:DeleteObject",
          Resource: ["trusted/*", "pr/*"].map((path) => objectArn(names, path)),
        },
        {
          Sid: "LookAtRows",
          Effect: "Allow",
          Action: [...READ_ROWS, "dynamodb:Scan"],
          Resource: [tableArn(names), `${tableArn(names)}/index/*`],
        },
        {
          Sid: "LookAfterRows",
          Effect: "Allow",
          Action: ["dynamodb:UpdateItem", "dynamodb:DeleteItem"],
          Resource: tableArn(names),
        },
        {
          Sid: "HoldPruneLease",
          Effect: "Allow",
          Action: "dynamodb:PutItem",
          Resource: tableArn(names),
          Condition: leadingKeys([PRUNE_PARTITION]),
        },
        {
          Sid: "ExamineBucket",
          Effect: "Allow",
          Action: [
            "s3:GetBucketLocation",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
          ],
          Resource: bucketArn(names),
        },
        {
          Sid: "ExamineTable",
          Effect: "Allow",
          Action: [
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
          ],
          Resource: tableArn(names),
        },
        publishMetrics(),
      );
  }
}

/** What a role needs beside its policy where the bucket is encrypted by a key of KMS. */
export function keyPolicy(role: Role, { kmsKey }: Pick<Names, "kmsKey">): PolicyDocument {
  const actions = role === "reader" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"];
  return policyOf({ Sid: "UseKey", Effect: "Allow", Action: actions, Resource: kmsKey });
}

/**
 * What a role needs beside its policy where the bucket itself is the index. Rows are objects that are swapped under a
 * condition; the kind of git ref stands in each name, which keeps pull requests away from the rows of branches. A
 * repository is a hash in these names, so the policy does not tell repositories apart: give each a prefix.
 */
export function bucketIndexPolicy(role: Role, names: Names): PolicyDocument {
  const all = objectArn(names, "refs/*");
  const read: Statement = { Sid: "ReadRefs", Effect: "Allow", Action: "s3:GetObject", Resource: all };
  if (role === "reader") return policyOf(read);
  const own =
    role === "pull-request-writer"
      ? ["key/*/pull-*", "time/pull-*", "lease/*/pull-*", "uses/pull-*"].map((path) =>
          objectArn(names, `refs/*/${path}`),
        )
      : [all];
  return policyOf(
    read,
    { ...createObjects(names, []), Sid: "CreateRefs", Resource: own },
    {
      Sid: "SwapRefs",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: own,
      Condition: { Null: { "s3:if-match": "false" } },
    },
    { Sid: "DropRefNames", Effect: "Allow", Action: "s3:DeleteObject", Resource: own },
  );
}

const READ_ROWS = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITE_ROWS = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

/**
 * Without it S3 answers "denied" for an object that is not there, and a miss looks like a fault. Without a condition on
 * the prefix: a request for one object has none that could be compared.
 */
function listNames(names: Names): Statement {
  return { Sid: "ListNames", Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn(names) };
}

function readObjects(names: Names, paths: readonly string[]): Statement {
  return {
    Sid: "ReadObjects",
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: paths.map((path) => objectArn(names, path)),
  };
}

/** Only by a request that says "if there is none": also a multipart upload, which can't say so when it begins, is out. */
function createObjects(names: Names, paths: readonly string[]): Statement {
  return {
    Sid: "CreateObjects",
    Effect: "Allow",
    Action: "s3:PutObject",
    Resource: paths.map((path) => objectArn(names, path)),
    Condition: { StringEquals: { "s3:if-none-match": "*" } },
  };
}

function readRows(names: Names): Statement {
  return {
    Sid: "ReadRows",
    Effect: "Allow",
    Action: READ_ROWS,
    Resource: [tableArn(names), ...TABLE_SHAPE.local.map(({ name }) => indexArn(names, name))],
    Condition: leadingKeys([`${names.repository}:*`, IDENTITY_PARTITION]),
  };
}

/** For telling why a look-up missed. This index has keys and names of branches and no more; its partitions are cache keys. */
function nameOtherBranches(names: Names): Statement {
  return {
    Sid: "NameOtherBranches",
    Effect: "Allow",
    Action: "dynamodb:Query",
    Resource: TABLE_SHAPE.global
      .filter(({ projects }) => projects === "none")
      .map(({ name }) => indexArn(names, name)),
  };
}

function writeRows(names: Names, partitions: readonly string[]): Statement {
  return {
    Sid: "WriteRows",
    Effect: "Allow",
    Action: WRITE_ROWS,
    Resource: tableArn(names),
    Condition: leadingKeys(partitions),
  };
}

/** "All values" holds for a request without any, hence the second condition. */
function leadingKeys(patterns: readonly string[]): NonNullable<Statement["Condition"]> {
  return {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": patterns },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
}

function publishMetrics(): Statement {
  return {
    Sid: "PublishMetrics",
    Effect: "Allow",
    Action: "cloudwatch:PutMetricData",
    Resource: "*",
    Condition: { StringEquals: { "cloudwatch:namespace": METRIC_NAMESPACE } },
  };
}

function bucketArn({ partition, bucket }: Names): string {
  return `arn:${partition}:s3:::${bucket}`;
}

function objectArn(names: Names, path: string): string {
  return `${bucketArn(names)}/${names.prefix}v1/${path}`;
}

function tableArn({ partition, region, account, table }: Names): string {
  return `arn:${partition}:dynamodb:${region}:${account}:table/${table}`;
}

function indexArn(names: Names, index: string): string {
  return `${tableArn(names)}/index/${index}`;
}
