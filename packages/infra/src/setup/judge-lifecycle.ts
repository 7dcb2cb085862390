// Which lifecycle rules of a bucket touch a store, and what they do to it: pure. A rule that deletes before the lifetime
// is over, that deletes names or the identity, or that moves objects where they must be thawed first breaks live Refs.

import type { LifecycleRule as S3Rule } from "@aws-sdk/client-s3";
import type { Domain } from "@cairn/core";
import { lifetimeDays } from "../blueprint/bucket.ts";

export interface LifecycleFault {
  /** Of the rule. */
  readonly id: string;
  readonly what: string;
}

export interface LifecycleVerdict {
  readonly faults: readonly LifecycleFault[];
  /** Domains in which nothing ever goes. */
  readonly endless: readonly Domain[];
  /** Whether replaced versions go. */
  readonly dropsNoncurrent: boolean;
  readonly abortsUploads: boolean;
}

/** Storage classes that answer only hours after they were asked. */
const FROZEN = ["GLACIER", "DEEP_ARCHIVE"];
const DOMAINS: readonly Domain[] = ["trusted", "pr"];

/** @param prefix of the store: empty, or with a slash at its end. */
export function judgeLifecycle(rules: readonly S3Rule[], prefix: string): LifecycleVerdict {
  const enabled = rules.filter(({ Status }) => Status === "Enabled");
  const faults = enabled.flatMap((rule) => faultsOf(rule, prefix));
  const covers = (rule: S3Rule, path: string) =>
    !isNarrowed(rule) && `${prefix}${path}`.startsWith(prefixOf(rule));
  return {
    faults,
    endless: DOMAINS.filter(
      (domain) => !enabled.some((rule) => covers(rule, `v1/${domain}/`) && expires(rule) !== undefined),
    ),
    dropsNoncurrent: enabled.some(
      (rule) => covers(rule, "v1/") && rule.NoncurrentVersionExpiration?.NoncurrentDays !== undefined,
    ),
    abortsUploads: enabled.some(
      (rule) => covers(rule, "v1/") && rule.AbortIncompleteMultipartUpload !== undefined,
    ),
  };
}

/** A rule may be narrowed by tags and sizes; its effect is judged as if it were not, its protection as if it had none. */
function faultsOf(rule: S3Rule, prefix: string): LifecycleFault[] {
  const id = rule.ID ?? `(without a name, prefix "${prefixOf(rule)}")`;
  const touches = (path: string) => overlap(prefixOf(rule), `${prefix}${path}`);
  const faults: LifecycleFault[] = [];
  const days = expires(rule);
  for (const domain of DOMAINS) {
    const least = lifetimeDays(domain) + 1;
    if (days !== undefined && days < least && touches(`v1/${domain}/`)) {
      faults.push({
        id,
        what: `it deletes after ${days} days under v1/${domain}/, where saves count on ${least - 1}`,
      });
    }
    const frozen = rule.Transitions?.find(({ StorageClass = "" }) => FROZEN.includes(StorageClass));
    if (frozen && touches(`v1/${domain}/`)) {
      faults.push({
        id,
        what: `it moves objects under v1/${domain}/ to ${frozen.StorageClass}, which can't be read at once`,
      });
    }
  }
  if (days !== undefined && touches("v1/store.json")) {
    faults.push({ id, what: "it deletes v1/store.json, the identity of the store" });
  }
  if (days !== undefined && touches("v1/refs/")) {
    faults.push({ id, what: "it deletes names under v1/refs/ by age, whether or not they are in use" });
  }
  return faults;
}

/** A date is a rule that deletes everything from then on, whatever its age. */
function expires({ Expiration }: S3Rule): number | undefined {
  if (Expiration?.Date !== undefined) return 0;
  return Expiration?.Days;
}

/** Old rules have their prefix beside the filter, new ones in it, or in an And with tags and sizes. */
export function prefixOf(rule: S3Rule): string {
  return rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? "";
}

function isNarrowed({ Filter }: S3Rule): boolean {
  if (!Filter) return false;
  const { And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan } = Filter;
  return [And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan].some((part) => part !== undefined);
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}
