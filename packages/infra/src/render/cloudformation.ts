// The blueprint as CloudFormation: a template of the store (bucket, table, dashboard, alarms) and one of the roles of a
// repository. JSON, which CloudFormation takes as it takes YAML.

import { createTableInput, TABLE_SHAPE } from "@cairn/core";
import {
  ARCHIVE_CLASS,
  ARCHIVE_DAYS,
  bucketPolicy,
  type LifecycleRule,
  lifecycleRules,
} from "../blueprint/bucket.ts";
import { type Alarm, alarms, dashboard, monitoringName } from "../blueprint/monitoring.ts";
import { hasTokens, type Names, replaceTokens, TOKENS } from "../blueprint/names.ts";
import { keyPolicy, rolePolicy } from "../blueprint/policies.ts";
import {
  AUDIENCE,
  GITHUB_ISSUER,
  GITHUB_ROLES,
  type GithubRole,
  githubTrust,
  MAX_SESSION_SECONDS,
} from "../blueprint/trust.ts";
import { alarmQueries } from "./alarm-queries.ts";

type Json = unknown;

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

const PARAMETERS = {
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
} as const;

/** @returns the two templates by the names of their files. */
export function cloudFormation(): Readonly<Record<"store" | "roles", Json>> {
  return { store: storeTemplate(), roles: rolesTemplate() };
}

const hasKey = (then: Json, otherwise: Json = noValue): Json => ({
  "Fn::If": ["HasKmsKey", then, otherwise],
});
const noValue = { Ref: "AWS::NoValue" };
const keyCondition = { HasKmsKey: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "KmsKeyArn" }, ""] }] } };

function storeTemplate(): Json {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "Cairn: the bucket and the table of a store, its dashboard and its alarms.",
    Parameters: {
      ...PARAMETERS,
      Archive: {
        Type: "String",
        Description: `Whether packs of branches move to Glacier Instant Retrieval after ${ARCHIVE_DAYS} days.`,
        Default: "false",
        AllowedValues: ["true", "false"],
      },
      AlarmTopicArn: {
        Type: "String",
        Description: "ARN of an SNS topic that the alarms tell; empty: they only show in CloudWatch.",
        Default: "",
      },
    },
    Conditions: {
      ...keyCondition,
      Archives: { "Fn::Equals": [{ Ref: "Archive" }, "true"] },
      HasAlarmTopic: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AlarmTopicArn" }, ""] }] },
    },
    Resources: {
      Bucket: {
        Type: "AWS::S3::Bucket",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: {
          BucketName: { Ref: "BucketName" },
          VersioningConfiguration: { Status: "Enabled" },
          BucketEncryption: { ServerSideEncryptionConfiguration: [encryption()] },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          LifecycleConfiguration: { Rules: lifecycleRules(TOKENS).map(lifecycleRule) },
        },
      },
      BucketPolicy: {
        Type: "AWS::S3::BucketPolicy",
        Properties: { Bucket: { Ref: "Bucket" }, PolicyDocument: withReferences(bucketPolicy(TOKENS)) },
      },
      Table: {
        Type: "AWS::DynamoDB::Table",
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: {
          ...createTableInput(TOKENS.table),
          TableName: { Ref: "TableName" },
          TimeToLiveSpecification: { AttributeName: TABLE_SHAPE.ttlAttribute, Enabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      },
      Dashboard: {
        Type: "AWS::CloudWatch::Dashboard",
        Properties: {
          DashboardName: withoutSlashes(monitoringName(TOKENS)),
          DashboardBody: withReferences(JSON.stringify(dashboard(TOKENS))),
        },
      },
      ...Object.fromEntries(alarms(TOKENS).map((alarm) => [logicalId(alarm), alarmResource(alarm)])),
    },
    Outputs: {
      Store: {
        Description: "CAIRN_STORE",
        Value: substitution("s3://{{bucket}}/{{prefix}}?region={{region}}"),
      },
      Index: {
        Description: "CAIRN_INDEX",
        Value: substitution("dynamodb://{{table}}?region={{region}}"),
      },
    },
  };
}

function encryption(): Json {
  return {
    BucketKeyEnabled: hasKey(true),
    ServerSideEncryptionByDefault: {
      SSEAlgorithm: hasKey("aws:kms", "AES256"),
      KMSMasterKeyID: hasKey({ Ref: "KmsKeyArn" }),
    },
  };
}

function lifecycleRule(rule: LifecycleRule): Json {
  return {
    Id: withReferences(rule.id),
    Status: "Enabled",
    Prefix: withReferences(rule.prefix),
    ...(rule.expireDays !== undefined && { ExpirationInDays: rule.expireDays }),
    ...(rule.archived && {
      Transitions: {
        "Fn::If": ["Archives", [{ StorageClass: ARCHIVE_CLASS, TransitionInDays: ARCHIVE_DAYS }], noValue],
      },
    }),
    ...(rule.removeDeleteMarkers && { ExpiredObjectDeleteMarker: true }),
    ...(rule.noncurrentDays !== undefined && {
      NoncurrentVersionExpiration: { NoncurrentDays: rule.noncurrentDays },
    }),
    ...(rule.abortUploadDays !== undefined && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortUploadDays },
    }),
  };
}

function alarmResource(alarm: Alarm): Json {
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      AlarmName: withoutSlashes(alarm.name),
      AlarmDescription: alarm.description,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      EvaluationPeriods: 1,
      TreatMissingData: "notBreaching",
      AlarmActions: { "Fn::If": ["HasAlarmTopic", [{ Ref: "AlarmTopicArn" }], noValue] },
      Metrics: withReferences(alarmQueries(alarm)),
    },
  };
}

function rolesTemplate(): Json {
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
      ...keyCondition,
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
        hasKey({ PolicyName: "cairn-key", PolicyDocument: withReferences(keyPolicy(role, TOKENS)) }),
      ],
    },
  };
}

/** `trusted-writer` -> `TrustedWriter`, the logical ids of a template. */
function camelCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** `LowHitRate`. */
function logicalId({ name }: Alarm): string {
  return camelCase(name.slice(monitoringName(TOKENS).length));
}

/** Every string that has a token becomes a Fn::Sub. */
function withReferences(value: unknown): Json {
  if (typeof value === "string") return hasTokens(value) ? substitution(value) : value;
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReferences(inner)]));
}

function substitution(text: string): Json {
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
function withoutSlashes(text: string): Json {
  return { "Fn::Join": ["-", { "Fn::Split": ["/", substitution(text)] }] };
}
