// What the bucket of a store has to be. Days follow from the lifetime of the store (docs/format.md, Lifetime): a rule
// that deletes later than that can't take anything from a Ref that is not a miss.

import { createHash } from "node:crypto";
import { type Domain, LIFETIME_MS } from "@cairn/core";
import { type PolicyDocument, policyOf, type Statement } from "./documents.ts";
import type { Names } from "./names.ts";

const DAY_MS = 86_400_000;
/** Births are whole days of UTC and S3 counts from the next midnight: a day would do, five leave room to see a mistake. */
const SLACK_DAYS = 5;
/** How long what was replaced or deleted can still be brought back. */
export const NONCURRENT_DAYS = 7;
/** Cairn's objects are single uploads: what is unfinished here for so long is nobody's. */
export const ABORT_UPLOAD_DAYS = 7;
/** From then on a pack is read seldom; Glacier Instant Retrieval still answers at once. */
export const ARCHIVE_DAYS = 90;
export const ARCHIVE_CLASS = "GLACIER_IR";

export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly expireDays?: number;
  /** Whether the rule is one that `archive` adds a transition to. */
  readonly archived?: boolean;
  readonly removeDeleteMarkers?: boolean;
  readonly noncurrentDays?: number;
  readonly abortUploadDays?: number;
}

/** The days of age at which objects of a domain may go, and not one earlier. */
export function expireDays(domain: Domain): number {
  return lifetimeDays(domain) + SLACK_DAYS;
}

export function lifetimeDays(domain: Domain): number {
  return Math.ceil(LIFETIME_MS[domain] / DAY_MS);
}

/** Of one store: other stores of the bucket have rules of their own. `store.json` and the names under `refs/` stay. */
export function lifecycleRules({ prefix }: Pick<Names, "prefix">): LifecycleRule[] {
  return [
    {
      id: ruleId("trusted", prefix),
      prefix: `${prefix}v1/trusted/`,
      expireDays: expireDays("trusted"),
      archived: true,
    },
    { id: ruleId("pr", prefix), prefix: `${prefix}v1/pr/`, expireDays: expireDays("pr") },
    {
      id: ruleId("leftovers", prefix),
      prefix: `${prefix}v1/`,
      removeDeleteMarkers: true,
      noncurrentDays: NONCURRENT_DAYS,
      abortUploadDays: ABORT_UPLOAD_DAYS,
    },
  ];
}

/** `cairn-pr:team/`: the rules of one store among all of a bucket. */
function ruleId(what: string, prefix: string): string {
  return `cairn-${what}:${prefix}`;
}

/**
 * The policy of the bucket, which holds for everyone who writes, whatever their own policy says: objects are written
 * once, names under `refs/` (where the bucket is the index) change only under a condition, and nothing goes over plain
 * HTTP. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
export function bucketPolicy(
  names: Pick<Names, "partition" | "bucket" | "prefix">,
  sidSuffix = "",
): PolicyDocument {
  const objects = (path: string) => `arn:${names.partition}:s3:::${names.bucket}/${names.prefix}v1/${path}`;
  const deny = (Sid: string, rest: Pick<Statement, "Action" | "Resource" | "Condition">): Statement => ({
    Sid: `${Sid}${sidSuffix}`,
    Effect: "Deny",
    Principal: "*",
    ...rest,
  });
  // Of the requests of a multipart upload only the last makes an object, and only it can carry a condition.
  const creates = { Bool: { "s3:ObjectCreationOperation": "true" } };
  return policyOf(
    deny("CairnWriteOnce", {
      Action: "s3:PutObject",
      Resource: [objects("trusted/*"), objects("pr/*"), objects("store.json")],
      Condition: { Null: { "s3:if-none-match": "true" }, ...creates },
    }),
    deny("CairnSwapOnly", {
      Action: "s3:PutObject",
      Resource: objects("refs/*"),
      Condition: { Null: { "s3:if-none-match": "true", "s3:if-match": "true" }, ...creates },
    }),
    deny("CairnTlsOnly", {
      Action: "s3:*",
      Resource: objects("*"),
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    }),
  );
}

/** Sids of one store among the statements of a bucket; they may hold letters and digits only. */
export function sidSuffix(prefix: string): string {
  return prefix === "" ? "" : createHash("sha256").update(prefix).digest("hex").slice(0, 8);
}
