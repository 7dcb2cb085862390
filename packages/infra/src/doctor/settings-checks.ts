// The settings of bucket and table, as `cairn setup` sees them without --apply; and the lifecycle rules against the times
// that rows live.

import type { S3Connection } from "@cairn/core";
import { lifetimeDays } from "../blueprint/bucket.ts";
import type { S3Place } from "../setup/bucket-context.ts";
import { judgeLifecycle } from "../setup/judge-lifecycle.ts";
import { failureOf, isDenied, isUnsupported, type SetupStep } from "../setup/setting.ts";
import type { Examination } from "./examination.ts";
import { type Finding, ok, problem, unknown, warning } from "./finding.ts";

const DAY_MS = 86_400_000;
const SET_UP = "run cairn setup --apply with an administrator's credentials";

export function findingOf({ resource, state, detail, hint, optional }: SetupStep): Finding {
  switch (state) {
    case "differs":
      return problem(resource, detail, hint ?? SET_UP);
    case "missing":
    case "outdated":
      return optional
        ? unknown(resource, "not set; this server may not have it")
        : warning(resource, `not as it should be: ${detail}`, SET_UP);
    case "denied":
      return unknown(resource, detail);
    case "unsupported":
      return unknown(resource, detail);
    default:
      return ok(resource, detail);
  }
}

export async function examineLifecycle(
  place: S3Place,
  refTtlMs: number,
  { signal }: Examination,
): Promise<Finding[]> {
  return place.call("examination of the lifecycle", undefined, { signal }, async (connection) => {
    const check = "lifecycle against lifetimes";
    const rules = await readRules(connection, place.target.bucket, signal);
    if (typeof rules === "string") return [unknown(check, rules), ...examineTtl(refTtlMs)];
    const prefix = place.target.prefix === "" ? "" : `${place.target.prefix}/`;
    const verdict = judgeLifecycle(rules, prefix);
    const findings: Finding[] = verdict.faults.map(({ id, what }) =>
      problem(check, `the rule "${id}" breaks live saves: ${what}`, "change or remove that rule"),
    );
    if (verdict.endless.length > 0) {
      findings.push(
        warning(
          check,
          `nothing ever goes under ${verdict.endless.map((domain) => `v1/${domain}/`).join(" and ")}`,
          SET_UP,
        ),
      );
    }
    if (findings.length === 0) {
      findings.push(
        ok(
          check,
          `no rule deletes before the ${lifetimeDays("trusted")} days (pr: ${lifetimeDays("pr")}) that saves count on`,
        ),
      );
    }
    return [...findings, ...examineTtl(refTtlMs)];
  });
}

function examineTtl(refTtlMs: number): Finding[] {
  const check = "ttl of the store";
  const days = refTtlMs / DAY_MS;
  if (days <= lifetimeDays("trusted"))
    return [ok(check, `a save that is not used is a miss after ${round(days)} days`)];
  return [
    warning(
      check,
      `it is ${round(days)} days, but saves end after ${lifetimeDays("trusted")} (pr: ${lifetimeDays("pr")}), used or not`,
      `write ttl=${lifetimeDays("trusted")}d or less in the store`,
    ),
  ];
}

function round(days: number): string {
  return Number.isInteger(days) ? String(days) : days.toFixed(2);
}

/** @returns why they can't be read, where they can't. */
async function readRules(
  { sdk, client }: S3Connection,
  Bucket: string,
  signal: AbortSignal | undefined,
): Promise<import("@aws-sdk/client-s3").LifecycleRule[] | string> {
  try {
    const answer = await client.send(
      new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }),
      signal ? { abortSignal: signal } : {},
    );
    return answer.Rules ?? [];
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "NoSuchLifecycleConfiguration") return [];
    if (isDenied(failure)) return "these credentials lack s3:GetLifecycleConfiguration";
    if (isUnsupported(failure))
      return "this server has no lifecycle rules: objects stay until they are pruned";
    throw error;
  }
}
