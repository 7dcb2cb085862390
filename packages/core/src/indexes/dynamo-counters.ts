// Counters in DynamoDB: one item for each repository, day and domain, and each step is one ADD to it. Those of pull
// requests are in a partition that a policy on leading keys lets them write, the others are in one that it does not.
// The items end by themselves. The index by key finds the partitions of all repositories.

import { COUNTERS, type CounterRow, clampCounters, countersEndMs, fitsCounters } from "../model/counters.ts";
import type { Domain } from "../model/ref.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import { type Item, number, partitionKey } from "./dynamo-items.ts";
import type { DynamoRequests } from "./dynamo-requests.ts";
import { CACHE_KEY_INDEX } from "./table-shape.ts";

/** What these items have as their `cacheKey`: no key starts with U+0001. */
const COUNTED = "\u0001counters";
const DOMAINS = ["trusted", "pr"] as const;

export function createDynamoCounters(
  requests: DynamoRequests,
): Pick<MaintainableIndex, "count" | "counters"> {
  /** Every repository that has counters, from the index by key. */
  async function repositories(options: Parameters<MaintainableIndex["counters"]>[1]): Promise<string[]> {
    const keys = requests.query(
      {
        IndexName: CACHE_KEY_INDEX,
        KeyConditionExpression: "cacheKey = :counted",
        ExpressionAttributeValues: { ":counted": { S: COUNTED } },
      },
      options,
    );
    const found = new Set<string>();
    for await (const { repository } of keys) if (repository?.S) found.add(repository.S);
    return [...found];
  }

  return {
    async count(row, options) {
      const { repository, day, domain, counters } = row;
      const added = COUNTERS.filter((name) => counters[name] !== 0);
      if (added.length === 0) return;
      const set = {
        cacheKey: { S: COUNTED },
        repository: { S: repository },
        day: { S: day },
        domain: { S: domain },
        ttl: number(Math.ceil(countersEndMs(day) / 1000)),
      };
      await requests.update(
        {
          Key: keyOf(row),
          UpdateExpression: [
            `ADD ${added.map((name) => `#${name} :${name}`).join(", ")}`,
            `SET ${Object.keys(set)
              .map((name) => `#${name} = :${name}`)
              .join(", ")}`,
          ].join(" "),
          ExpressionAttributeNames: Object.fromEntries(
            [...added, ...Object.keys(set)].map((name) => [`#${name}`, name]),
          ),
          ExpressionAttributeValues: {
            ...Object.fromEntries(added.map((name) => [`:${name}`, number(Math.round(counters[name]))])),
            ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
          },
        },
        options,
      );
    },

    async *counters(filter, options) {
      const { from, to } = filter;
      const all = filter.repository === undefined ? await repositories(options) : [filter.repository];
      for (const repository of all) {
        for (const domain of DOMAINS) {
          const items = requests.query(
            {
              KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
              ExpressionAttributeValues: {
                ":pk": { S: partitionOf(repository, domain) },
                ":from": { S: from },
                ":to": { S: to },
              },
            },
            options,
          );
          for await (const item of items) {
            const row = rowOf(item, repository, domain);
            if (fitsCounters(row, filter)) yield row;
          }
        }
      }
    },
  };
}

/** Of a pull request's: what every partition of a pull request's Refs starts with. No version has this name. */
function partitionOf(repository: string, domain: Domain): string {
  return partitionKey({ repository, ref: domain === "pr" ? "refs/pull/" : "" }, "counters");
}

function keyOf({ repository, day, domain }: CounterRow): Item {
  return { pk: { S: partitionOf(repository, domain) }, sk: { S: day } };
}

/** Whose counters they are, the key alone tells: in the attributes a pull request could write any other name. */
function rowOf(item: Item, repository: string, domain: Domain): CounterRow {
  const numbers = COUNTERS.map((name) => [name, Number(item[name]?.N ?? 0)]);
  return {
    repository,
    domain,
    day: item["sk"]?.S ?? "",
    counters: clampCounters(Object.fromEntries(numbers)),
  };
}
