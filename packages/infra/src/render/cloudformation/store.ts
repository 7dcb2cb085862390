// The template of a store: bucket, table, dashboard, alarms. JSON, which CloudFormation takes as it takes YAML.

import { createTableInput, TABLE_SHAPE } from "@cairn/core";
import {
  ARCHIVE_CLASS,
  ARCHIVE_DAYS,
  bucketPolicy,
  type LifecycleRule,
  lifecycleRules,
} from "../../blueprint/bucket.ts";
import { type Alarm, alarms, dashboard, monitoringName } from "../../blueprint/monitoring.ts";
import { TOKENS } from "../../blueprint/names.ts";
import { alarmQueries } from "../alarm-queries.ts";
import {
  camelCase,
  type Json,
  KEY_CONDITION,
  NO_VALUE,
  PARAMETERS,
  substitution,
  withKey,
  withoutSlashes,
  withReferences,
} from "./words.ts";

export function storeTemplate(): Json {
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
      ...KEY_CONDITION,
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
    BucketKeyEnabled: withKey(true),
    ServerSideEncryptionByDefault: {
      SSEAlgorithm: withKey("aws:kms", "AES256"),
      KMSMasterKeyID: withKey({ Ref: "KmsKeyArn" }),
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
        "Fn::If": ["Archives", [{ StorageClass: ARCHIVE_CLASS, TransitionInDays: ARCHIVE_DAYS }], NO_VALUE],
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
      AlarmActions: { "Fn::If": ["HasAlarmTopic", [{ Ref: "AlarmTopicArn" }], NO_VALUE] },
      Metrics: withReferences(alarmQueries(alarm)),
    },
  };
}

/** `LowHitRate`. */
function logicalId({ name }: Alarm): string {
  return camelCase(name.slice(monitoringName(TOKENS).length));
}
