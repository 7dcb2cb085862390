// Which rules of a bucket break live saves, and which do not.

import type { LifecycleRule } from "@aws-sdk/client-s3";
import { LIFETIME_MS } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { lifecycleRules } from "../../src/blueprint/bucket.ts";
import { judgeLifecycle } from "../../src/setup/judge-lifecycle.ts";

const DAY_MS = 86_400_000;
const rule = (rest: Partial<LifecycleRule>): LifecycleRule => ({ ID: "r", Status: "Enabled", ...rest });
const faults = (...rules: LifecycleRule[]) => judgeLifecycle(rules, "team/").faults.map(({ what }) => what);

describe("a rule of somebody else's", () => {
  test.each([
    ["all of the bucket", rule({ Expiration: { Days: 90 } }), 3],
    ["the prefix of the store", rule({ Filter: { Prefix: "team/" }, Expiration: { Days: 400 } }), 2],
    [
      "pull requests, after 30 days",
      rule({ Filter: { Prefix: "team/v1/pr/" }, Expiration: { Days: 30 } }),
      1,
    ],
    [
      "packs of branches, after 365 days",
      rule({ Prefix: "team/v1/trusted/packs/", Expiration: { Days: 365 } }),
      1,
    ],
    [
      "what has a tag",
      rule({ Filter: { And: { Prefix: "team/v1/pr/", Tags: [] } }, Expiration: { Days: 1 } }),
      1,
    ],
    ["a date", rule({ Filter: { Prefix: "team/v1/pr/" }, Expiration: { Date: new Date() } }), 1],
    [
      "a class that must be thawed",
      rule({ Filter: { Prefix: "team/v1/trusted/" }, Transitions: [{ Days: 9, StorageClass: "GLACIER" }] }),
      1,
    ],
    [
      "the names of the bucket index",
      rule({ Filter: { Prefix: "team/v1/refs/" }, Expiration: { Days: 999 } }),
      1,
    ],
    ["the identity", rule({ Filter: { Prefix: "team/v1/store.json" }, Expiration: { Days: 999 } }), 1],
  ])("on %s breaks live saves", (_what, one, count) => {
    expect(faults(one)).toHaveLength(count);
  });

  test.each([
    ["another prefix", rule({ Filter: { Prefix: "logs/" }, Expiration: { Days: 1 } })],
    ["a prefix that only looks alike", rule({ Filter: { Prefix: "team/v10/" }, Expiration: { Days: 1 } })],
    ["replaced versions", rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } })],
    ["unfinished uploads", rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } })],
    ["a class that answers at once", rule({ Transitions: [{ Days: 0, StorageClass: "GLACIER_IR" }] })],
    ["nothing, being off", rule({ Status: "Disabled", Expiration: { Days: 1 } })],
    ["pull requests, a day later", rule({ Filter: { Prefix: "team/v1/pr/" }, Expiration: { Days: 31 } })],
  ])("on %s breaks nothing", (_what, one) => {
    expect(faults(one)).toEqual([]);
  });
});

test("Cairn's own rules delete later than any live save counts on, and never names or the identity", () => {
  for (const prefix of ["", "team/", "a/b/"]) {
    const rules = lifecycleRules({ prefix });
    for (const domain of ["trusted", "pr"] as const) {
      const [own] = rules.filter((one) => one.prefix === `${prefix}v1/${domain}/`);
      expect(own!.expireDays! * DAY_MS).toBeGreaterThan(LIFETIME_MS[domain] + DAY_MS);
    }
    const kept = [`${prefix}v1/store.json`, `${prefix}v1/refs/x`, `${prefix}v1/condemned/current.json`];
    for (const one of rules) {
      if (one.expireDays !== undefined)
        expect(kept.filter((name) => name.startsWith(one.prefix))).toEqual([]);
    }
  }
});

test("what nothing takes is told, and a rule with a filter counts for none", () => {
  expect(judgeLifecycle([], "")).toMatchObject({ endless: ["trusted", "pr"], dropsNoncurrent: false });
  const narrowed = rule({
    Filter: { And: { Prefix: "v1/", Tags: [{ Key: "a", Value: "b" }] } },
    Expiration: { Days: 400 },
  });
  expect(judgeLifecycle([narrowed], "").endless).toEqual(["trusted", "pr"]);
  expect(
    judgeLifecycle([rule({ Filter: { Prefix: "v1/pr/" }, Expiration: { Days: 35 } })], "").endless,
  ).toEqual(["trusted"]);
});
