// Terraform's words for what both modules have: texts with references, variables of the place, policy documents.

import type { PolicyDocument, Statement } from "../../blueprint/documents.ts";
import { type Names, replaceTokens } from "../../blueprint/names.ts";
import { attribute as attr, block, type Expression, type Item, list, raw } from "../hcl.ts";

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

export const GENERATED =
  "Made by `node scripts/build-infra.ts` from packages/infra/src: change that, not this.";

export function placeVariables(): Item[] {
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

export function variable(name: string, type: string, description: string, ...rest: readonly Item[]): Item {
  return block("variable", [name], attr("type", raw(type)), attr("description", text(description)), ...rest);
}

export function head(): Item[] {
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

export function output(name: string, description: string, value: string): Item {
  return block("output", [name], attr("description", text(description)), attr("value", text(value)));
}

export function policyDocument(name: string, { Statement: statements }: PolicyDocument): Item {
  return block("data", ["aws_iam_policy_document", name], ...statements.map(statementBlock));
}

export function statementBlock({
  Sid,
  Effect,
  Principal,
  Action,
  Resource,
  Condition = {},
}: Statement): Item {
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

export function many(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

export function texts(values: readonly string[]): Expression {
  return list(values.map(text));
}

/** A quoted string, its tokens as interpolations. */
export function text(value: string): Expression {
  const body = replaceTokens(
    value,
    (name) => `\${${REFERENCES[name]}}`,
    (plain) => JSON.stringify(plain).slice(1, -1).replaceAll("${", "$${").replaceAll("%{", "%%{"),
  );
  return raw(`"${body}"`);
}

/** plainName() in Terraform's functions; the variables allow nothing but slashes to be replaced. */
export function withoutSlashes(value: string): Expression {
  return raw(`replace(${text(value).hcl}, "/", "-")`);
}

export function snakeCase(value: string): string {
  return value.replaceAll("-", "_");
}
