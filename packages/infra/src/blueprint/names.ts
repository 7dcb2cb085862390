// The names that the blueprint is written with. For `cairn setup` they are those of one store; for the templates each is
// a token, which the renderer turns into a parameter. So every policy and rule has one source.

import type { DynamoPlace, S3Target } from "@cairn/core";

export interface Names {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly bucket: string;
  /** What stands before `v1/`: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly table: string;
  /** `owner/name`. In policies a `*` may stand for a part of it. */
  readonly repository: string;
  /** ARN of the key that encrypts the bucket; empty: S3's own. */
  readonly kmsKey: string;
}

const TOKEN = /\{\{(\w+)\}\}/g;

/** Every name is a token of itself. */
export const TOKENS: Names = {
  partition: "{{partition}}",
  region: "{{region}}",
  account: "{{account}}",
  bucket: "{{bucket}}",
  prefix: "{{prefix}}",
  table: "{{table}}",
  repository: "{{repository}}",
  kmsKey: "{{kmsKey}}",
};

export function hasTokens(text: string): boolean {
  return text.search(TOKEN) >= 0;
}

/** @param replace what stands for a token; what is around them is handed through `literal` first. */
export function replaceTokens(
  text: string,
  replace: (name: keyof Names) => string,
  literal: (text: string) => string = (plain) => plain,
): string {
  return text
    .split(TOKEN)
    .map((part, index) => (index % 2 === 0 ? literal(part) : replace(part as keyof Names)))
    .join("");
}

/** The account is not known from the settings: a policy that is printed has this in its place. */
export const UNKNOWN_ACCOUNT = "ACCOUNT";

export function namesOf(
  target: S3Target,
  table: DynamoPlace | undefined,
  repository: string,
  account: string = UNKNOWN_ACCOUNT,
): Names {
  const region = table?.region ?? target.region ?? "us-east-1";
  return {
    partition: partitionOf(region),
    region,
    account,
    bucket: target.bucket,
    prefix: target.prefix === "" ? "" : `${target.prefix}/`,
    table: table?.table ?? "TABLE",
    repository,
    kmsKey: target.kmsKey ?? "",
  };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
