// The module of a store: bucket, table, dashboard, alarms.

import { createTableInput, keyAttributes, TABLE_SHAPE, type TableIndex, type TableKey } from "@cairn/core";
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
import { attribute as attr, block, hclFile, type Item, raw } from "../hcl.ts";
import {
  GENERATED,
  head,
  output,
  placeVariables,
  policyDocument,
  snakeCase,
  text,
  texts,
  variable,
  withoutSlashes,
} from "./words.ts";

/** @returns the text of main.tf. */
export function storeModule(): string {
  return hclFile(`Cairn: the bucket and the table of a store, its dashboard and its alarms.\n${GENERATED}`, [
    ...head(),
    ...storeVariables(),
    ...bucketResources(),
    tableResource(),
    ...monitoringResources(),
    output("store", "CAIRN_STORE", "s3://{{bucket}}/{{prefix}}?region={{region}}"),
    output("index", "CAIRN_INDEX", "dynamodb://{{table}}?region={{region}}"),
  ]);
}

function storeVariables(): Item[] {
  return [
    ...placeVariables(),
    variable(
      "archive",
      "bool",
      `Whether packs of branches move to Glacier Instant Retrieval after ${ARCHIVE_DAYS} days.`,
      attr("default", raw("false")),
    ),
    variable(
      "alarm_topic_arn",
      "string",
      "ARN of an SNS topic that the alarms tell; empty: they only show in CloudWatch.",
      attr("default", text("")),
    ),
  ];
}

function bucketResources(): Item[] {
  const bucket = attr("bucket", raw("aws_s3_bucket.store.id"));
  return [
    block(
      "resource",
      ["aws_s3_bucket", "store"],
      attr("bucket", raw("var.bucket")),
      block("lifecycle", [], attr("prevent_destroy", raw("true"))),
    ),
    block(
      "resource",
      ["aws_s3_bucket_versioning", "store"],
      bucket,
      block("versioning_configuration", [], attr("status", text("Enabled"))),
    ),
    block(
      "resource",
      ["aws_s3_bucket_server_side_encryption_configuration", "store"],
      bucket,
      block(
        "rule",
        [],
        attr("bucket_key_enabled", raw('var.kms_key_arn != ""')),
        block(
          "apply_server_side_encryption_by_default",
          [],
          attr("sse_algorithm", raw('var.kms_key_arn == "" ? "AES256" : "aws:kms"')),
          attr("kms_master_key_id", raw('var.kms_key_arn == "" ? null : var.kms_key_arn')),
        ),
      ),
    ),
    block(
      "resource",
      ["aws_s3_bucket_public_access_block", "store"],
      bucket,
      ...["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map(
        (name) => attr(name, raw("true")),
      ),
    ),
    block(
      "resource",
      ["aws_s3_bucket_lifecycle_configuration", "store"],
      bucket,
      attr("depends_on", raw("[aws_s3_bucket_versioning.store]")),
      ...lifecycleRules(TOKENS).map(lifecycleRule),
    ),
    policyDocument("bucket", bucketPolicy(TOKENS)),
    block(
      "resource",
      ["aws_s3_bucket_policy", "store"],
      bucket,
      attr("policy", raw("data.aws_iam_policy_document.bucket.json")),
      // S3 refuses two changes of a bucket's access at once.
      attr("depends_on", raw("[aws_s3_bucket_public_access_block.store]")),
    ),
  ];
}

function lifecycleRule(rule: LifecycleRule): Item {
  const days = (type: string, name: string, value: number | undefined): Item[] =>
    value === undefined ? [] : [block(type, [], attr(name, raw(String(value))))];
  return block(
    "rule",
    [],
    attr("id", text(rule.id)),
    attr("status", text("Enabled")),
    block("filter", [], attr("prefix", text(rule.prefix))),
    ...days("expiration", "days", rule.expireDays),
    ...(rule.removeDeleteMarkers
      ? [block("expiration", [], attr("expired_object_delete_marker", raw("true")))]
      : []),
    ...days("noncurrent_version_expiration", "noncurrent_days", rule.noncurrentDays),
    ...days("abort_incomplete_multipart_upload", "days_after_initiation", rule.abortUploadDays),
    ...(rule.archived
      ? [
          block(
            "dynamic",
            ["transition"],
            attr("for_each", raw(`var.archive ? [${ARCHIVE_DAYS}] : []`)),
            block(
              "content",
              [],
              attr("days", raw("transition.value")),
              attr("storage_class", text(ARCHIVE_CLASS)),
            ),
          ),
        ]
      : []),
  );
}

function tableResource(): Item {
  const { BillingMode } = createTableInput(TOKENS.table);
  const keys = ({ partition, sort }: TableKey) => [
    attr("hash_key", text(partition)),
    ...(sort === undefined ? [] : [attr("range_key", text(sort))]),
  ];
  return block(
    "resource",
    ["aws_dynamodb_table", "index"],
    attr("name", raw("var.table")),
    attr("billing_mode", text(BillingMode!)),
    ...keys(TABLE_SHAPE),
    ...keyAttributes().map((name) =>
      block("attribute", [], attr("name", text(name)), attr("type", text("S"))),
    ),
    // The partition of a local index is that of the table.
    ...TABLE_SHAPE.local.map((index) =>
      block(
        "local_secondary_index",
        [],
        attr("name", text(index.name)),
        attr("range_key", text(index.sort!)),
        ...projection(index),
      ),
    ),
    ...TABLE_SHAPE.global.map((index) =>
      block(
        "global_secondary_index",
        [],
        attr("name", text(index.name)),
        ...keys(index),
        ...projection(index),
      ),
    ),
    block("ttl", [], attr("attribute_name", text(TABLE_SHAPE.ttlAttribute)), attr("enabled", raw("true"))),
    block("point_in_time_recovery", [], attr("enabled", raw("true"))),
    block("lifecycle", [], attr("prevent_destroy", raw("true"))),
  );
}

function projection({ projects }: TableIndex): Item[] {
  if (projects === "all") return [attr("projection_type", text("ALL"))];
  if (projects === "none") return [attr("projection_type", text("KEYS_ONLY"))];
  return [attr("projection_type", text("INCLUDE")), attr("non_key_attributes", texts(projects))];
}

function monitoringResources(): Item[] {
  return [
    block(
      "resource",
      ["aws_cloudwatch_dashboard", "store"],
      attr("dashboard_name", withoutSlashes(monitoringName(TOKENS))),
      attr("dashboard_body", text(JSON.stringify(dashboard(TOKENS)))),
    ),
    ...alarms(TOKENS).map(alarmResource),
  ];
}

function alarmResource(alarm: Alarm): Item {
  return block(
    "resource",
    ["aws_cloudwatch_metric_alarm", snakeCase(alarm.name.slice(monitoringName(TOKENS).length + 1))],
    attr("alarm_name", withoutSlashes(alarm.name)),
    attr("alarm_description", text(alarm.description)),
    attr("comparison_operator", text(alarm.comparison)),
    attr("threshold", raw(String(alarm.threshold))),
    attr("evaluation_periods", raw("1")),
    attr("treat_missing_data", text("notBreaching")),
    attr("alarm_actions", raw('var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]')),
    ...alarmQueries(alarm).map(({ Id, Label, ReturnData, Expression, MetricStat }) =>
      block(
        "metric_query",
        [],
        attr("id", text(Id)),
        attr("label", text(Label)),
        attr("return_data", raw(String(ReturnData))),
        ...(Expression === undefined ? [] : [attr("expression", text(Expression))]),
        ...(MetricStat === undefined
          ? []
          : [
              block(
                "metric",
                [],
                attr("namespace", text(MetricStat.Metric.Namespace)),
                attr("metric_name", text(MetricStat.Metric.MetricName)),
                attr("period", raw(String(MetricStat.Period))),
                attr("stat", text(MetricStat.Stat)),
                attr(
                  "dimensions",
                  raw(
                    `{\n${MetricStat.Metric.Dimensions.map(({ Name, Value }) => `  ${Name} = ${text(Value).hcl}\n`).join("")}}`,
                  ),
                ),
              ),
            ]),
      ),
    ),
  );
}
