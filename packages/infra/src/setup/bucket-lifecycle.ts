// The lifecycle rules of a store among those of its bucket. S3 replaces all rules of a bucket at once, so those of
// others are read and sent back as they were; one that would break live Refs is told and left alone.

import type { LifecycleRule as S3Rule, TransitionDefaultMinimumObjectSize } from "@aws-sdk/client-s3";
import {
  ARCHIVE_CLASS,
  ARCHIVE_DAYS,
  expireDays,
  type LifecycleRule,
  lifecycleRules,
  NONCURRENT_DAYS,
} from "../blueprint/bucket.ts";
import type { BucketContext } from "./bucket-context.ts";
import { isEqual } from "./is-equal.ts";
import { judgeLifecycle, prefixOf } from "./judge-lifecycle.ts";
import type { Setting } from "./setting.ts";

interface Lifecycle {
  readonly rules: readonly S3Rule[];
  readonly minimumSize: TransitionDefaultMinimumObjectSize | undefined;
}

export function lifecycleSetting(context: BucketContext): Setting<Lifecycle> {
  const {
    connection: { sdk, client },
    target,
    names,
    abort,
    archive,
  } = context;
  const Bucket = target.bucket;
  const blueprint = lifecycleRules(names);
  const isOurs = ({ ID }: S3Rule) => blueprint.some(({ id }) => id === ID);
  // Who asked for the archive once need not ask at every later run.
  const isArchived = (found: Lifecycle | undefined) =>
    archive || (found?.rules.some((rule) => isOurs(rule) && (rule.Transitions?.length ?? 0) > 0) ?? false);
  const wantedFor = (found: Lifecycle | undefined) => blueprint.map((rule) => toS3(rule, isArchived(found)));
  const summaryOf = (found: Lifecycle | undefined) =>
    [
      `objects go after ${expireDays("trusted")} days, those of pull requests after ${expireDays("pr")}`,
      `what was replaced after ${NONCURRENT_DAYS}`,
      ...(isArchived(found) ? [`packs are archived after ${ARCHIVE_DAYS}`] : []),
    ].join(", ");
  return {
    resource: `s3://${Bucket} lifecycle`,
    actions: { read: "s3:GetLifecycleConfiguration", write: "s3:PutLifecycleConfiguration" },
    absentCodes: ["NoSuchLifecycleConfiguration"],
    // A server that has no such storage class.
    refusedCodes: ["InvalidStorageClass"],
    async read() {
      const answer = await client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), abort);
      return { rules: answer.Rules ?? [], minimumSize: answer.TransitionDefaultMinimumObjectSize };
    },
    judge(found) {
      const rules = found?.rules ?? [];
      const wanted = wantedFor(found);
      const summary = summaryOf(found);
      const foreign = rules.filter((rule) => !isOurs(rule));
      const [fault, ...more] = judgeLifecycle(foreign, names.prefix).faults;
      if (fault) {
        return {
          state: "differs",
          detail: `the rule "${fault.id}" is in the way: ${fault.what}${more.length > 0 ? `; ${more.length} more like it` : ""}`,
          hint: "change or remove that rule, then run this again: until then a restore can meet objects that are gone",
        };
      }
      const kept =
        foreign.length === 0
          ? ""
          : `; ${counted(foreign.length)} of others stay${foreign.length === 1 ? "s" : ""}`;
      const ours = rules.filter(isOurs);
      if (ours.length === 0) return { state: "missing", detail: summary + kept };
      const dropped =
        target.endpoint !== undefined && !ours.some((rule) => rule.AbortIncompleteMultipartUpload);
      const compared = dropped
        ? wanted.map(({ AbortIncompleteMultipartUpload: _, ...rule }) => rule)
        : wanted;
      const isSame =
        ours.length === wanted.length &&
        compared.every((rule) => ours.some((one) => isEqual(plain(one), plain(rule))));
      const note = dropped ? "; this server keeps no rule for unfinished uploads" : "";
      return { state: isSame ? "present" : "outdated", detail: summary + (isSame ? note : "") + kept };
    },
    async write(found) {
      const foreign = found?.rules.filter((rule) => !isOurs(rule)) ?? [];
      await client.send(
        new sdk.PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: { Rules: [...foreign, ...wantedFor(found)] },
          ...(found?.minimumSize ? { TransitionDefaultMinimumObjectSize: found.minimumSize } : {}),
        }),
        abort,
      );
      return undefined;
    },
  };
}

function toS3(rule: LifecycleRule, archive: boolean): S3Rule {
  const { noncurrentDays, abortUploadDays } = rule;
  return {
    ID: rule.id,
    Status: "Enabled",
    Filter: { Prefix: rule.prefix },
    ...(rule.expireDays !== undefined && { Expiration: { Days: rule.expireDays } }),
    ...(rule.removeDeleteMarkers && { Expiration: { ExpiredObjectDeleteMarker: true } }),
    ...(rule.archived && archive && { Transitions: [{ Days: ARCHIVE_DAYS, StorageClass: ARCHIVE_CLASS }] }),
    ...(noncurrentDays !== undefined && { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays } }),
    ...(abortUploadDays !== undefined && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortUploadDays },
    }),
  };
}

/** Servers write the prefix in two places, and leave empty parts in. */
function plain(rule: S3Rule): Record<string, unknown> {
  const { Filter: _, Prefix: __, ...rest } = rule;
  const parts = Object.entries(rest).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return { ...Object.fromEntries(parts), prefix: prefixOf(rule) };
}

function counted(rules: number): string {
  return rules === 1 ? "1 rule" : `${rules} rules`;
}
