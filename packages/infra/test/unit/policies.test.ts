// What each role may and may not do, decided by a simulator of IAM from the documents that are shipped.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { leasePartitionKey } from "../../../core/src/indexes/dynamo-items.ts";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";
import { bucketIndexPolicy, type Role } from "../../src/blueprint/policies.ts";
import { EXAMPLE_NAMES } from "../../src/render/templates.ts";
import { type AwsRequest, decide } from "../support/simulate.ts";

const folder = join(import.meta.dirname, "../../policies");
const read = (name: string) =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as PolicyDocument;
const { bucket, account, table, region } = EXAMPLE_NAMES;

const object = (path: string) => `arn:aws:s3:::${bucket}/team/v1/${path}`;
const tableArn = `arn:aws:dynamodb:${region}:${account}:table/${table}`;
const TLS = { "aws:SecureTransport": "true" };
const put = (path: string, context: AwsRequest["context"] = { "s3:if-none-match": "*" }): AwsRequest => ({
  action: "s3:PutObject",
  resource: object(path),
  context: { ...TLS, "s3:ObjectCreationOperation": "true", ...context },
});
const on = (action: string, path: string): AwsRequest => ({ action, resource: object(path), context: TLS });
const row = (action: string, partition: string | undefined, index = ""): AwsRequest => ({
  action: `dynamodb:${action}`,
  resource: tableArn + index,
  context: partition === undefined ? {} : { "dynamodb:LeadingKeys": [partition] },
});

const MAIN = "acme/api:refs/heads/main:0123";
const PULL = "acme/api:refs/pull/7/merge:0123";
const OTHER = "acme/web:refs/heads/main:0123";
const LOCAL = "/index/createdAt-index";
/** As prune makes it: a scope that no repository has. */
const PRUNE_LEASE = leasePartitionKey({ repository: ":prune", ref: "" }, "");

const allowed: Readonly<Record<Role, readonly AwsRequest[]>> = {
  "trusted-writer": [
    put("store.json"),
    put("trusted/packs/aa"),
    put("trusted/metadata/aa/1-1.json"),
    on("s3:GetObject", "trusted/packs/aa"),
    on("s3:GetObject", "condemned/current.json"),
    row("PutItem", MAIN),
    row("PutItem", `${MAIN}:lease`),
    row("UpdateItem", `${MAIN}:uses`),
    row("UpdateItem", MAIN),
    row("DeleteItem", `${PULL}:uses`),
    row("UpdateItem", PULL),
    row("PutItem", ":identity"),
    row("Query", MAIN, LOCAL),
  ],
  "pull-request-writer": [
    put("pr/packs/aa"),
    on("s3:GetObject", "trusted/packs/aa"),
    on("s3:GetObject", "pr/packs/aa"),
    row("PutItem", PULL),
    row("DeleteItem", `${PULL}:lease`),
    row("UpdateItem", `${PULL}:uses`),
    row("PutItem", `${PULL}:uses`),
    put("pr/metadata/aa/1-1.json"),
    row("GetItem", MAIN),
    row("GetItem", ":identity"),
    row("Query", MAIN, LOCAL),
    row("Query", "some key", "/index/cacheKey-index"),
  ],
  reader: [
    on("s3:GetObject", "trusted/packs/aa"),
    on("s3:GetObject", "pr/artifacts/aa"),
    row("GetItem", MAIN),
    row("Query", PULL, LOCAL),
  ],
  maintainer: [
    on("s3:DeleteObject", "trusted/packs/aa"),
    on("s3:DeleteObject", "pr/metadata/aa/1-1.json"),
    on("s3:GetObject", "condemned/clock.json"),
    put("condemned/current.json", {}),
    put("condemned/clock.json", { "s3:if-match": "etag" }),
    put("condemned/index.json"),
    row("Scan", undefined),
    row("GetItem", OTHER),
    row("Query", "\u0001uses", "/index/cacheKey-index"),
    row("UpdateItem", OTHER),
    row("DeleteItem", OTHER),
    row("DeleteItem", `${PULL}:uses`),
    row("PutItem", PRUNE_LEASE),
    row("DeleteItem", PRUNE_LEASE),
  ],
};

const WRITES = ["PutItem", "UpdateItem", "DeleteItem"];

const denied: Readonly<Record<Role, readonly AwsRequest[]>> = {
  "trusted-writer": [
    put("trusted/packs/aa", {}),
    put("trusted/packs/aa", { "s3:if-match": "etag" }),
    put("pr/packs/aa"),
    put("condemned/current.json"),
    row("PutItem", PRUNE_LEASE),
    on("s3:GetObject", "pr/packs/aa"),
    on("s3:DeleteObject", "trusted/packs/aa"),
    on("s3:AbortMultipartUpload", "trusted/packs/aa"),
    { ...put("trusted/packs/aa"), context: { ...put("").context, "aws:SecureTransport": "false" } },
    ...WRITES.map((action) => row(action, OTHER)),
    row("Scan", undefined),
    row("UpdateTimeToLive", undefined),
    row("DeleteTable", undefined),
  ],
  "pull-request-writer": [
    put("trusted/packs/aa"),
    put("trusted/artifacts/aa"),
    put("store.json"),
    put("condemned/current.json"),
    put("pr/packs/aa", {}),
    put("pr/packs/aa", { "s3:if-match": "etag" }),
    on("s3:DeleteObject", "pr/packs/aa"),
    on("s3:DeleteObject", "trusted/packs/aa"),
    ...WRITES.flatMap((action) => [
      row(action, MAIN),
      row(action, `${MAIN}:lease`),
      row(action, `${MAIN}:uses`),
      row(action, PRUNE_LEASE),
      row(action, OTHER),
      row(action, "acme/web:refs/pull/7/merge:0123"),
      row(action, ":identity"),
      // A name that only looks alike, and no name at all.
      row(action, `x${PULL}`),
      row(action, undefined),
    ]),
    row("GetItem", OTHER),
    row("Scan", undefined),
    row("UpdateTimeToLive", undefined),
    row("BatchWriteItem", PULL),
    row("PartiQLUpdate", MAIN),
  ],
  reader: [
    put("pr/packs/aa"),
    put("trusted/packs/aa"),
    ...WRITES.map((action) => row(action, PULL)),
    row("GetItem", OTHER),
  ],
  maintainer: [
    put("trusted/packs/aa", {}),
    put("trusted/packs/aa", { "s3:if-match": "etag" }),
    put("trusted/packs/aa"),
    put("trusted/artifacts/aa"),
    put("pr/packs/aa"),
    put("store.json"),
    on("s3:DeleteObject", "store.json"),
    on("s3:DeleteObject", "condemned/current.json"),
    row("PutItem", MAIN),
    row("PutItem", ":identity"),
    row("DeleteTable", undefined),
  ],
};

const spell = ({ action, resource, context }: AwsRequest) =>
  `${action} on ${resource.split(/[/:](?:v1|table)\//).at(-1)} ${JSON.stringify(context)}`;

describe.each(Object.keys(allowed) as Role[])("a %s", (role) => {
  const rules = { policies: [read(role)], bucketPolicy: read("bucket"), account };
  test.each(allowed[role].map((request) => [spell(request), request] as const))(
    "may %s",
    async (_text, request) => {
      expect(await decide(rules, request)).toBe("Allowed");
    },
  );
  test.each(denied[role].map((request) => [spell(request), request] as const))(
    "may not %s",
    async (_text, request) => {
      expect(await decide(rules, request)).toMatch(/Denied$/);
    },
  );
});

test("the bucket's policy stops an administrator, too", async () => {
  const everything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Sid: "All", Effect: "Allow", Action: "s3:*", Resource: "*" }],
  };
  const rules = { policies: [everything], bucketPolicy: read("bucket"), account };
  expect(await decide(rules, put("trusted/packs/aa", {}))).toBe("ExplicitlyDenied");
  expect(await decide(rules, put("refs/x/key/y/heads-z", {}))).toBe("ExplicitlyDenied");
  expect(await decide(rules, put("refs/x/key/y/heads-z", { "s3:if-match": "etag" }))).toBe("Allowed");
  expect(await decide(rules, put("trusted/packs/aa"))).toBe("Allowed");
  // The parts of a multipart upload can carry no condition; what ends it must.
  expect(await decide(rules, put("trusted/packs/aa", { "s3:ObjectCreationOperation": "false" }))).toBe(
    "Allowed",
  );
});

describe("where the bucket is the index", () => {
  const rules = {
    policies: [read("pull-request-writer"), bucketIndexPolicy("pull-request-writer", EXAMPLE_NAMES)],
    bucketPolicy: read("bucket"),
    account,
  };
  test.each([
    ["creates its row", put("refs/r/key/k/pull-1"), "Allowed"],
    ["swaps its row", put("refs/r/key/k/pull-1", { "s3:if-match": "etag" }), "Allowed"],
    ["drops its name by time", on("s3:DeleteObject", "refs/r/time/pull-1/0-x"), "Allowed"],
    ["counts a use among its own", put("refs/r/uses/pull-1/u", { "s3:if-match": "etag" }), "Allowed"],
    ["counts a use as a branch", put("refs/r/uses/heads-1/u"), "ImplicitlyDenied"],
    ["drops what branches used", on("s3:DeleteObject", "refs/r/uses/heads-1/u"), "ImplicitlyDenied"],
    ["reads the row of a branch", on("s3:GetObject", "refs/r/key/k/heads-1"), "Allowed"],
    ["creates a row of a branch", put("refs/r/key/k/heads-1"), "ImplicitlyDenied"],
    ["swaps a row of a branch", put("refs/r/key/k/heads-1", { "s3:if-match": "etag" }), "ImplicitlyDenied"],
    ["drops a branch's name by time", on("s3:DeleteObject", "refs/r/time/heads-1/0-x"), "ImplicitlyDenied"],
    ["overwrites its row", put("refs/r/key/k/pull-1", {}), "ExplicitlyDenied"],
    ["writes the identity", put("refs/identity.json"), "ImplicitlyDenied"],
  ] as const)("a pull request that %s is %3$s", async (_what, request, decision) => {
    expect(await decide(rules, request)).toBe(decision);
  });
});

test.each([
  ["swaps a row", put("refs/r/key/k/heads-1", { "s3:if-match": "etag" }), "Allowed"],
  ["removes a mark", on("s3:DeleteObject", "refs/r/key/k/heads-1"), "Allowed"],
  ["takes uses", on("s3:DeleteObject", "refs/r/uses/pull-1/u"), "Allowed"],
  ["overwrites a row", put("refs/r/key/k/heads-1", {}), "ExplicitlyDenied"],
  ["makes content", put("trusted/packs/aa"), "ImplicitlyDenied"],
] as const)("where the bucket is the index a maintainer who %s is %3$s", async (_what, request, decision) => {
  const policies = [read("maintainer"), bucketIndexPolicy("maintainer", EXAMPLE_NAMES)];
  expect(await decide({ policies, bucketPolicy: read("bucket"), account }, request)).toBe(decision);
});

describe("GitHub's jobs", () => {
  const trusts = { branch: "trusted-writer", pull: "pull-request-writer", any: "reader" } as const;
  const patterns = (role: Role) => {
    const [statement] = read(`trust-${role}`).Statement;
    return statement!.Condition!.StringLike!["token.actions.githubusercontent.com:sub"] as readonly string[];
  };
  const matches = (role: Role, subject: string) =>
    [patterns(role)]
      .flat()
      .some((pattern) =>
        new RegExp(`^${pattern.replaceAll("/", "\\/").split("*").join(".*")}$`).test(subject),
      );
  test.each([
    ["repo:acme/api:ref:refs/heads/main", { branch: true, pull: false, any: true }],
    ["repo:acme/api:ref:refs/tags/v1", { branch: true, pull: false, any: true }],
    ["repo:acme/api:pull_request", { branch: false, pull: true, any: true }],
    ["repo:acme/api-evil:ref:refs/heads/main", { branch: false, pull: false, any: false }],
    ["repo:mallory/api:pull_request", { branch: false, pull: false, any: false }],
  ])("%s takes %j", (subject, expected) => {
    const taken = Object.fromEntries(
      Object.entries(trusts).map(([name, role]) => [name, matches(role, subject)]),
    );
    expect(taken).toEqual(expected);
  });

  test.each(Object.values(trusts))(
    "the token of a %s must be meant for AWS, and for one repository",
    (role) => {
      const [statement] = read(`trust-${role}`).Statement;
      expect(statement!.Condition!.StringEquals).toEqual({
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
      });
      expect(statement!.Action).toBe("sts:AssumeRoleWithWebIdentity");
      for (const pattern of [patterns(role)].flat()) expect(pattern).toMatch(/^repo:acme\/api:/);
    },
  );
});
