// The blueprint as Terraform: a module of the store and one of the roles of a repository, each one file. The policies
// are documents in Terraform's own words, so that they can be read, and compared, one statement at a time.

import { createTableInput, keyAttributes, TABLE_SHAPE, type TableIndex, type TableKey } from "@cairn/core";
import {
  ARCHIVE_CLASS,
  ARCHIVE_DAYS,
  bucketPolicy,
  type LifecycleRule,
  lifecycleRules,
} from "../blueprint/bucket.ts";
import type { PolicyDocument, Statement } from "../blueprint/documents.ts";
import { type Alarm, alarms, dashboard, monitoringName } from "../blueprint/monitoring.ts";
import { type Names, replaceTokens, TOKENS } from "../blueprint/names.ts";
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
import { attribute as attr, block, type Expression, hclFile, type Item, list, raw } from "./hcl.ts";

const REFERENCES: Readonly<Record<keyof Names, string>> = {
  partition: "data.aws_partition.current.partition",
  region: "data.aws_region.current.region",
  account: "data.aws_caller_identity.current.account_id",
  bucket: "var.bucket",
  prefix: "var.prefix",
  table: "var.table",
  repository: "var.repository",
  kmsKey: "var.kms_key_arn",
};

const GENERATED = "Made by `node scripts/build-infra.ts` from packages/infra/src: change that, not this.";

/** @returns the text of each module's main.tf. */
export function terraform(): Readonly<Record<"store" | "roles", string>> {
  return {
    store: hclFile(
      `Cairn: the bucket and the table of a store, its dashboard and its alarms.\n${GENERATED}`,
      [
        ...head(),
        ...storeVariables(),
        ...bucketResources(),
        tableResource(),
        ...monitoringResources(),
        output("store", "CAIRN_STORE", "s3://{{bucket}}/{{prefix}}?region={{region}}"),
        output("index", "CAIRN_INDEX", "dynamodb://{{table}}?region={{region}}"),
      ],
    ),
    roles: hclFile(`Cairn: the roles that the workflows of one repository on GitHub take.\n${GENERATED}`, [
      ...head(),
      ...roleVariables(),
      ...provider(),
      ...GITHUB_ROLES.flatMap(roleResources),
      ...maintainer(),
    ]),
  };
}

function head(): Item[] {
  return [
    block(
      "terraform",
      [],
      attr("required_version", text(">= 1.5")),
      block(
        "required_providers",
        [],
        attr("aws", raw('{\n  source  = "hashicorp/aws"\n  version = ">= 6.0"\n}')),
      ),
    ),
    ...["aws_partition", "aws_region", "aws_caller_identity"].map((type) => block("data", [type, "current"])),
  ];
}

function variable(name: string, type: string, description: string, ...rest: readonly Item[]): Item {
  return block("variable", [name], attr("type", raw(type)), attr("description", text(description)), ...rest);
}

function placeVariables(): Item[] {
  return [
    variable("bucket", "string", "Name of the bucket."),
    variable(
      "prefix",
      "string",
      "What stands before v1/ in the bucket: empty, or with a slash at its end (team/).",
      attr("default", text("")),
      block(
        "validation",
        [],
        attr(
          "condition",
          raw('var.prefix == "" || can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/$", var.prefix))'),
        ),
        attr("error_message", text("Write a prefix with a slash at its end, team/, or none.")),
      ),
    ),
    variable("table", "string", "Name of the table."),
    variable(
      "kms_key_arn",
      "string",
      "ARN of a KMS key that encrypts the bucket; empty: S3's own keys.",
      attr("default", text("")),
    ),
  ];
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

function output(name: string, description: string, value: string): Item {
  return block("output", [name], attr("description", text(description)), attr("value", text(value)));
}

function policyDocument(name: string, { Statement: statements }: PolicyDocument): Item {
  return block("data", ["aws_iam_policy_document", name], ...statements.map(statementBlock));
}

function statementBlock({ Sid, Effect, Principal, Action, Resource, Condition = {} }: Statement): Item {
  return block(
    "statement",
    [],
    attr("sid", text(Sid)),
    attr("effect", text(Effect)),
    attr("actions", texts(many(Action))),
    ...(Resource === undefined ? [] : [attr("resources", texts(many(Resource)))]),
    ...(Principal === undefined
      ? []
      : [
          block(
            "principals",
            [],
            attr("type", text(Principal === "*" ? "*" : "Federated")),
            attr("identifiers", texts([Principal === "*" ? "*" : Principal.Federated])),
          ),
        ]),
    ...Object.entries(Condition).flatMap(([test, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        block(
          "condition",
          [],
          attr("test", text(test)),
          attr("variable", text(key)),
          attr("values", texts(many(values))),
        ),
      ),
    ),
  );
}

function many(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function texts(values: readonly string[]): Expression {
  return list(values.map(text));
}

/** A quoted string, its tokens as interpolations. */
function text(value: string): Expression {
  const body = replaceTokens(
    value,
    (name) => `\${${REFERENCES[name]}}`,
    (plain) => JSON.stringify(plain).slice(1, -1).replaceAll("${", "$${").replaceAll("%{", "%%{"),
  );
  return raw(`"${body}"`);
}

/** plainName() in Terraform's functions; the variables allow nothing but slashes to be replaced. */
function withoutSlashes(value: string): Expression {
  return raw(`replace(${text(value).hcl}, "/", "-")`);
}

function snakeCase(value: string): string {
  return value.replaceAll("-", "_");
}
