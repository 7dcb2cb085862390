// Uses counted by jobs that may not write the Ref's row: one item for each Ref in a partition beside the user's own, so
// that a policy on leading keys covers it. It ends by itself. The index by key finds the items of a repository.

import { mapOrdered } from "../lib/concurrency.ts";
import { REF_TTL_MS } from "../model/limits.ts";
import type { Scope, Version } from "../model/ref.ts";
import type { MaintainableIndex, Usage } from "../ports/key-index.ts";
import { type Item, number, partitionKey, usageSortKey } from "./dynamo-items.ts";
import type { DynamoRequests } from "./dynamo-requests.ts";
import { isUsage } from "./is-usage.ts";
import { fitsUsage } from "./ref-state.ts";
import { CACHE_KEY_INDEX } from "./table-shape.ts";

/** What these items have as their `cacheKey`: no key starts with U+0001. */
const USES = "\u0001uses";
const CONCURRENT_READS = 16;

export function createDynamoUses(
  requests: DynamoRequests,
): Pick<MaintainableIndex, "recordUse" | "uses" | "takeUsage"> {
  return {
    async recordUse(ref, { by, atMs, signal }) {
      const first: Usage = { of: ref, by, count: 1, lastAtMs: atMs };
      const { pk, sk, ...attributes } = itemOf(first);
      const { uses: _, ...set } = attributes;
      const names = Object.keys(set);
      const refused = await requests.update(
        {
          Key: { pk: pk!, sk: sk! },
          UpdateExpression: `ADD uses :one SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
          ConditionExpression:
            "attribute_not_exists(pk) OR (usedContent = :usedContent AND usedCreatedAtMs = :usedCreatedAtMs)",
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ":one": number(1),
            ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]!])),
          },
        },
        { signal },
      );
      if (!refused) return;
      // What was counted belongs to another Ref of this key: an older one no longer matters.
      await requests.put(
        {
          Item: itemOf(first),
          ConditionExpression: "usedCreatedAtMs < :created",
          ExpressionAttributeValues: { ":created": number(ref.createdAtMs) },
        },
        { signal },
      );
    },

    async *uses(filter, options) {
      const { repository } = filter;
      const keys = requests.query(
        {
          IndexName: CACHE_KEY_INDEX,
          KeyConditionExpression: `cacheKey = :uses${repository === undefined ? "" : " AND repository = :repository"}`,
          ExpressionAttributeValues: {
            ":uses": { S: USES },
            ...(repository !== undefined && { ":repository": { S: repository } }),
          },
        },
        options,
      );
      const read = ({ pk, sk }: Item) => requests.get({ pk: pk!, sk: sk! }, options);
      for await (const item of mapOrdered(keys, CONCURRENT_READS, read)) {
        const usage = item && usageOf(item);
        if (usage && fitsUsage(usage, filter)) yield usage;
      }
    },

    async takeUsage(usage, options) {
      const { pk, sk, uses, usedContent, usedCreatedAtMs, lastUsedAtMs } = itemOf(usage);
      const refused = await requests.remove(
        {
          Key: { pk: pk!, sk: sk! },
          ConditionExpression:
            "uses = :uses AND usedContent = :content AND usedCreatedAtMs = :created AND lastUsedAtMs = :at",
          ExpressionAttributeValues: {
            ":uses": uses!,
            ":content": usedContent!,
            ":created": usedCreatedAtMs!,
            ":at": lastUsedAtMs!,
          },
        },
        options,
      );
      return refused === undefined;
    },
  };
}

/** Beside the partition of the Refs that the user saves itself. */
function usesPartitionKey(by: Scope, version: Version): string {
  return `${partitionKey(by, version)}:uses`;
}

function itemOf({ of, by, count, lastAtMs }: Usage): Item {
  return {
    pk: { S: usesPartitionKey(by, of.version) },
    sk: { S: usageSortKey(of) },
    cacheKey: { S: USES },
    repository: { S: of.scope.repository },
    usedRef: { S: of.scope.ref },
    version: { S: of.version },
    usedKey: { S: of.key },
    usedContent: { S: of.contentHash },
    usedCreatedAtMs: number(of.createdAtMs),
    byRepository: { S: by.repository },
    byRef: { S: by.ref },
    uses: number(count),
    lastUsedAtMs: number(lastAtMs),
    // A use that is older keeps nothing alive.
    ttl: number(Math.ceil((lastAtMs + REF_TTL_MS) / 1000)),
  };
}

/** @returns undefined for what is not wholly a usage, or stands under another key than its own. */
function usageOf(item: Item): Usage | undefined {
  const text = (name: string): string => item[name]?.S ?? "";
  const count = (name: string): number => Number(item[name]?.N ?? Number.NaN);
  const usage = {
    of: {
      scope: { repository: text("repository"), ref: text("usedRef") },
      version: text("version"),
      key: text("usedKey"),
      contentHash: text("usedContent"),
      createdAtMs: count("usedCreatedAtMs"),
    },
    by: { repository: text("byRepository"), ref: text("byRef") },
    count: count("uses"),
    lastAtMs: count("lastUsedAtMs"),
  };
  if (!isUsage(usage)) return undefined;
  const { pk, sk } = itemOf(usage);
  return pk!.S === text("pk") && sk!.S === text("sk") ? usage : undefined;
}
