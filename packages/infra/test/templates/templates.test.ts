// The templates: CloudFormation as cfn-lint judges it, Terraform as HashiCorp's own parser reads it, and the documents in
// both against those of the blueprint. `terraform validate` needs a provider from Terraform's registry and is not run.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { service } from "../../../core/test/support/services.ts";
import { bucketPolicy, lifecycleRules } from "../../src/blueprint/bucket.ts";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";
import { alarms, dashboard, monitoringName } from "../../src/blueprint/monitoring.ts";
import { type Names, TOKENS } from "../../src/blueprint/names.ts";
import { keyPolicy, rolePolicy } from "../../src/blueprint/policies.ts";
import { GITHUB_ROLES, githubTrust } from "../../src/blueprint/trust.ts";
import { isEqual } from "../../src/setup/is-equal.ts";
import { documentOf, evaluate, type Hcl, one, parseHcl, type Tree } from "../support/hcl.ts";
import { resolveSubstitutions, type Template, templateOf } from "../support/template.ts";

const root = join(import.meta.dirname, "../..");
const file = (path: string) => join(root, path);

/** As both templates are to be read: each parameter has the name of its token in the blueprint. */
const CFN_NAMES: Readonly<Record<string, keyof Names>> = {
  "AWS::Partition": "partition",
  "AWS::Region": "region",
  "AWS::AccountId": "account",
  BucketName: "bucket",
  Prefix: "prefix",
  TableName: "table",
  Repository: "repository",
  KmsKeyArn: "kmsKey",
};
const HCL_NAMES: Readonly<Record<string, keyof Names>> = {
  "data.aws_partition.current.partition": "partition",
  "data.aws_region.current.region": "region",
  "data.aws_caller_identity.current.account_id": "account",
  "var.bucket": "bucket",
  "var.prefix": "prefix",
  "var.table": "table",
  "var.repository": "repository",
  "var.kms_key_arn": "kmsKey",
};

const cfn = {
  store: resolveSubstitutions(templateOf(file("cloudformation/store.json")), CFN_NAMES),
  roles: resolveSubstitutions(templateOf(file("cloudformation/roles.json")), CFN_NAMES),
};
const hcl = {
  store: evaluate(parseHcl(service("hcl2json"), file("terraform/store/main.tf")), HCL_NAMES),
  roles: evaluate(parseHcl(service("hcl2json"), file("terraform/roles/main.tf")), HCL_NAMES),
};
const properties = (template: Template, id: string) => template.Resources[id]!.Properties;
const inHcl = (module: Hcl, name: string): PolicyDocument =>
  documentOf(one(module, "data", "aws_iam_policy_document", name));
const reference = (name: string) => `\${data.aws_iam_policy_document.${name}.json}`;
const expectSame = (a: unknown, b: unknown) => expect([isEqual(a, b), a]).toEqual([true, a]);

test.each(["store", "roles"])("cfn-lint finds nothing in %s.json", (name) => {
  const output = execFileSync(
    service("cfnlint"),
    ["--format", "parseable", file(`cloudformation/${name}.json`)],
    {
      encoding: "utf8",
    },
  );
  expect(output).toBe("");
});

test("cfn-lint would find something", () => {
  const broken = JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Resources: { A: { Type: "AWS::S3::Bucke" } },
  });
  expect(() => execFileSync(service("cfnlint"), ["-"], { input: broken, stdio: "pipe" })).toThrow();
});

describe.each(GITHUB_ROLES)("the role of a %s", (role) => {
  const id = role.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());
  const name = role.replaceAll("-", "_");
  const { Policies, AssumeRolePolicyDocument } = properties(cfn.roles, id) as {
    Policies: [{ PolicyDocument: unknown }, { "Fn::If": [string, { PolicyDocument: unknown }, unknown] }];
    AssumeRolePolicyDocument: unknown;
  };

  test("has the blueprint's policy in both templates", () => {
    expectSame(Policies[0].PolicyDocument, rolePolicy(role, TOKENS));
    expectSame(inHcl(hcl.roles, name), rolePolicy(role, TOKENS));
  });
  test("has the blueprint's trust in both templates", () => {
    expectSame(AssumeRolePolicyDocument, githubTrust(role, TOKENS));
    expectSame(inHcl(hcl.roles, `${name}_trust`), githubTrust(role, TOKENS));
  });
  test("may use the key, where there is one, in both templates", () => {
    const [condition, { PolicyDocument: key }] = Policies[1]["Fn::If"];
    expect(condition).toBe("HasKmsKey");
    expectSame(key, keyPolicy(role, TOKENS));
    expectSame(inHcl(hcl.roles, `${name}_key`), keyPolicy(role, TOKENS));
  });
  test("uses its documents in Terraform", () => {
    const resource = one(hcl.roles, "resource", "aws_iam_role", name);
    expect(resource["assume_role_policy"]).toBe(reference(`${name}_trust`));
    const policy = one(hcl.roles, "resource", "aws_iam_role_policy", name);
    expect(policy["policy"]).toBe(reference(name));
  });
});

test("the maintainer's policy is the blueprint's in both templates", () => {
  expectSame(properties(cfn.roles, "MaintainerPolicy")["PolicyDocument"], rolePolicy("maintainer", TOKENS));
  expectSame(inHcl(hcl.roles, "maintainer"), rolePolicy("maintainer", TOKENS));
});

test("the bucket's policy is the blueprint's in both templates", () => {
  expectSame(properties(cfn.store, "BucketPolicy")["PolicyDocument"], bucketPolicy(TOKENS));
  expectSame(inHcl(hcl.store, "bucket"), bucketPolicy(TOKENS));
});

test("the lifecycle rules are the blueprint's in both templates", () => {
  const { Rules } = properties(cfn.store, "Bucket")["LifecycleConfiguration"] as {
    Rules: Record<string, Tree>[];
  };
  const fromCfn = Rules.map((rule) => ({
    id: rule["Id"],
    prefix: rule["Prefix"],
    expireDays: rule["ExpirationInDays"],
    archived: rule["Transitions"] && rule["Transitions"]["Fn::If"][0] === "Archives",
    removeDeleteMarkers: rule["ExpiredObjectDeleteMarker"],
    noncurrentDays: rule["NoncurrentVersionExpiration"]?.NoncurrentDays,
    abortUploadDays: rule["AbortIncompleteMultipartUpload"]?.DaysAfterInitiation,
  }));
  const { rule } = one(hcl.store, "resource", "aws_s3_bucket_lifecycle_configuration", "store") as {
    rule: Tree[];
  };
  const fromHcl = rule.map((each) => ({
    id: each.id,
    prefix: each.filter[0].prefix,
    expireDays: each.expiration?.[0].days,
    archived: each.dynamic?.transition?.[0].for_each.includes("var.archive ? [90]"),
    removeDeleteMarkers: each.expiration?.[0].expired_object_delete_marker,
    noncurrentDays: each.noncurrent_version_expiration?.[0].noncurrent_days,
    abortUploadDays: each.abort_incomplete_multipart_upload?.[0].days_after_initiation,
  }));
  expectSame(fromCfn, lifecycleRules(TOKENS));
  expectSame(fromHcl, lifecycleRules(TOKENS));
});

test("the table is the same in both templates", () => {
  const table = properties(cfn.store, "Table") as Tree;
  const fromHcl = one(hcl.store, "resource", "aws_dynamodb_table", "index") as Tree;
  const keys = (index: Tree) => index.KeySchema.map((key: Tree) => key.AttributeName);
  expect(keys(table)).toEqual([fromHcl.hash_key, fromHcl.range_key]);
  expect(table.AttributeDefinitions.map((each: Tree) => each.AttributeName)).toEqual(
    fromHcl.attribute.map((each: Tree) => each.name),
  );
  const spelled = (index: Tree) => [
    index.IndexName,
    ...keys(index),
    index.Projection.ProjectionType,
    index.Projection.NonKeyAttributes,
  ];
  expect(table.GlobalSecondaryIndexes.map(spelled)).toEqual(
    fromHcl.global_secondary_index.map((index: Tree) => [
      index.name,
      ...[index.hash_key, index.range_key].filter(Boolean),
      index.projection_type,
      index.non_key_attributes,
    ]),
  );
  expect(table.LocalSecondaryIndexes.map(spelled)).toEqual(
    fromHcl.local_secondary_index.map((index: Tree) => [
      index.name,
      "pk",
      index.range_key,
      index.projection_type,
      undefined,
    ]),
  );
  expect(fromHcl.ttl).toEqual([
    { attribute_name: table.TimeToLiveSpecification.AttributeName, enabled: true },
  ]);
  expect(fromHcl.point_in_time_recovery).toEqual([{ enabled: true }]);
  expect(table.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
});

test("dashboard and alarms are the blueprint's in both templates", () => {
  const body = dashboard(TOKENS);
  expect(JSON.parse(properties(cfn.store, "Dashboard")["DashboardBody"] as string)).toEqual(body);
  const fromHcl = one(hcl.store, "resource", "aws_cloudwatch_dashboard", "store");
  expect(JSON.parse(fromHcl["dashboard_body"] as string)).toEqual(body);
  for (const alarm of alarms(TOKENS)) {
    const short = alarm.name.slice(monitoringName(TOKENS).length + 1);
    const inCfn = Object.values(cfn.store.Resources).find(
      ({ Properties }) => Properties["AlarmDescription"] === alarm.description,
    )!.Properties as Tree;
    const inTerraform = one(
      hcl.store,
      "resource",
      "aws_cloudwatch_metric_alarm",
      short.replaceAll("-", "_"),
    ) as Tree;
    for (const queries of [
      inCfn.Metrics.map((query: Tree) => [query.Id, query.Expression, query.MetricStat?.Metric.MetricName]),
      inTerraform.metric_query.map((query: Tree) => [
        query.id,
        query.expression,
        query.metric?.[0].metric_name,
      ]),
    ])
      expect(queries).toEqual(alarm.queries.map(({ id, expression, metric }) => [id, expression, metric]));
    expect([inCfn.Threshold, inCfn.ComparisonOperator]).toEqual([alarm.threshold, alarm.comparison]);
    expect([inTerraform.threshold, inTerraform.comparison_operator]).toEqual([
      alarm.threshold,
      alarm.comparison,
    ]);
  }
});
