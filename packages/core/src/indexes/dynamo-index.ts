// The index in DynamoDB: one item a Ref, one conditional write a commit. Requests: exact look-up 1; prefix look-up 1
// where the newest page has a match or holds the whole scope, else 1 more for each MB of rows with the prefix; commit 1;
// lease 1; touch 1 (2 when a later use came first); finding a key 1 and 1 for each row found.

import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { CorruptError, StoreUnavailableError } from "../model/errors.ts";
import type { Ref } from "../model/ref.ts";
import type { CommitOutcome, MaintainableIndex, RefFilter, RefQuery } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";
import type { DynamoPlace } from "./dynamo-client.ts";
import {
  IDENTITY_KEY,
  type Item,
  isoOf,
  itemOf,
  keyOf,
  leaseItemOf,
  leaseKeyOf,
  number,
  partitionKey,
  refOf,
  sortKeyCeiling,
  sortKeyPrefix,
} from "./dynamo-items.ts";
import { createDynamoRequests } from "./dynamo-requests.ts";
import { createDynamoUses } from "./dynamo-uses.ts";
import { answers, fits } from "./ref-state.ts";
import { CACHE_KEY_INDEX, CREATED_AT_INDEX } from "./table-shape.ts";

/** Newest Refs of a scope that a prefix look-up reads before it turns to the sorted keys. */
const NEWEST_PAGE = 100;
/** How often a commit is sent while the row in its way is gone before it can be told. */
const COMMIT_ATTEMPTS = 3;

/** A row that a commit may replace. Without `expiresAtMs` it is none of Cairn's. */
const GIVES_WAY =
  "attribute_not_exists(pk) OR attribute_not_exists(expiresAtMs) OR attribute_exists(invalidatedAtMs) OR expiresAtMs <= :now OR notAfterMs <= :now";

export interface DynamoIndexOptions extends DynamoPlace {
  readonly clock: Clock;
}

export function createDynamoIndex({ clock, ...place }: DynamoIndexOptions): MaintainableIndex {
  const requests = createDynamoRequests(place, clock);
  const description = `dynamodb://${place.table}`;

  /** The newest page first, which nearly always decides; then all keys with the prefix. */
  async function findNewest(query: RefQuery, options?: CallOptions): Promise<Ref | undefined> {
    const pk = { S: partitionKey(query.scope, query.version) };
    const now = clock.now();
    const { items, next } = await requests.queryPage(
      {
        IndexName: CREATED_AT_INDEX,
        KeyConditionExpression: "pk = :pk",
        ...(query.key !== "" && { FilterExpression: "begins_with(cacheKey, :prefix)" }),
        ExpressionAttributeValues: { ":pk": pk, ...(query.key !== "" && { ":prefix": { S: query.key } }) },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: NEWEST_PAGE,
      },
      options,
    );
    const first = items.map(refOf).find((ref) => ref && answers(ref, query, now));
    if (first || !next) return first;
    let best: Ref | undefined;
    for await (const ref of partition(pk, query.key, options)) {
      if ((!best || ref.createdAtMs > best.createdAtMs) && answers(ref, query, now)) best = ref;
    }
    return best;
  }

  /** The Refs of one scope and version whose sort key can belong to the prefix. */
  async function* partition(pk: Item[string], keyPrefix: string, options?: CallOptions): AsyncGenerator<Ref> {
    const prefix = sortKeyPrefix(keyPrefix);
    const items = requests.query(
      {
        KeyConditionExpression: prefix === "" ? "pk = :pk" : "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":pk": pk,
          ...(prefix !== "" && { ":first": { S: prefix }, ":last": { S: sortKeyCeiling(prefix) } }),
        },
        ConsistentRead: true,
      },
      options,
    );
    yield* refsOf(items);
  }

  return {
    description,

    async lookup(query, options) {
      if (query.match === "prefix") return findNewest(query, options);
      const item = await requests.get(keyOf(query), options);
      const ref = item && refOf(item);
      return ref && answers(ref, query, clock.now()) ? ref : undefined;
    },

    async commit(ref, options): Promise<CommitOutcome> {
      const replaced = options?.replaces && sameRow(options.replaces);
      const writer = randomUUID();
      for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt++) {
        const refused = await requests.put(
          {
            Item: { ...itemOf(ref), writer: { S: writer } },
            ConditionExpression: replaced ? `${GIVES_WAY} OR (${replaced.condition})` : GIVES_WAY,
            ExpressionAttributeValues: { ":now": number(clock.now()), ...replaced?.values },
          },
          options,
        );
        if (!refused) return { status: "committed" };
        const existing = refused.existing ?? (await requests.get(keyOf(ref), options));
        // Removed since: the way is free now.
        if (!existing) continue;
        // The SDK sends a request again whose answer was lost: what is in the way may be what it wrote the first time.
        if (existing["writer"]?.S === writer) return { status: "committed" };
        const taken = refOf(existing);
        if (taken) return { status: "conflict", existing: taken };
        throw new CorruptError(`the row of "${ref.key}" in ${description}`, "another program wrote it", {
          hint: "remove the row, or save under another key",
        });
      }
      throw new StoreUnavailableError(`too many writers change "${ref.key}" in ${description} at once`);
    },

    async acquireLease(lease, options) {
      const refused = await requests.put(
        {
          Item: leaseItemOf(lease),
          ConditionExpression: "attribute_not_exists(pk) OR #owner = :owner OR expiresAtMs <= :now",
          ExpressionAttributeNames: { "#owner": "owner" },
          ExpressionAttributeValues: { ":owner": { S: lease.owner }, ":now": number(clock.now()) },
        },
        options,
      );
      if (!refused?.existing) return undefined;
      return {
        id: lease.id,
        owner: refused.existing["owner"]?.S ?? "unknown",
        expiresAtMs: Number(refused.existing["expiresAtMs"]?.N ?? 0),
      };
    },

    async releaseLease(lease, options) {
      await requests.remove(
        {
          Key: leaseKeyOf(lease.id),
          ConditionExpression: "#owner = :owner",
          ExpressionAttributeNames: { "#owner": "owner" },
          ExpressionAttributeValues: { ":owner": { S: lease.owner } },
        },
        options,
      );
    },

    ...createDynamoUses(requests),

    async touch(ref, { atMs, expiresAtMs, count = 1, signal }) {
      const { condition, values } = sameRow(ref);
      const alive = `${condition} AND attribute_not_exists(invalidatedAtMs) AND expiresAtMs > :now AND notAfterMs > :now`;
      const endMs = Math.max(ref.expiresAtMs, Math.min(expiresAtMs, ref.notAfterMs));
      const counted = {
        ...values,
        ":count": number(count),
        ":now": number(Math.max(atMs, clock.now())),
      };
      const refused = await requests.update(
        {
          Key: keyOf(ref),
          UpdateExpression: "ADD accessCount :count SET lastAccessed = :at, expiresAtMs = :end, #ttl = :ttl",
          ConditionExpression: `${alive} AND lastAccessed <= :at AND expiresAtMs <= :end`,
          ExpressionAttributeNames: { "#ttl": "ttl" },
          ExpressionAttributeValues: {
            ...counted,
            ":at": { S: isoOf(atMs) },
            ":end": number(endMs),
            ":ttl": number(Math.ceil(endMs / 1000)),
          },
        },
        { signal },
      );
      if (!refused) return;
      // A later use moved the times further already: then only the count is left to do.
      await requests.update(
        {
          Key: keyOf(ref),
          UpdateExpression: "ADD accessCount :count",
          ConditionExpression: alive,
          ExpressionAttributeValues: counted,
        },
        { signal },
      );
    },

    async identity(options) {
      return (await requests.get(IDENTITY_KEY, options))?.["identity"]?.S;
    },

    async claimIdentity(identity, options) {
      const refused = await requests.put(
        {
          Item: { ...IDENTITY_KEY, identity: { S: identity } },
          ConditionExpression: "attribute_not_exists(pk)",
        },
        options,
      );
      return refused?.existing?.["identity"]?.S ?? identity;
    },

    async *list(filter, options) {
      const { repository, ref, version, keyPrefix = "" } = filter;
      const rows =
        repository !== undefined && ref !== undefined && version !== undefined
          ? partition({ S: partitionKey({ repository, ref }, version) }, keyPrefix, options)
          : refsOf(requests.scan({ ConsistentRead: true, ...conditionOf(filter) }, options), options);
      for await (const row of rows) if (fits(row, filter)) yield row;
    },

    async findByKey(repository, key, limit, options) {
      const { items: keys } = await requests.queryPage(
        {
          IndexName: CACHE_KEY_INDEX,
          KeyConditionExpression: "cacheKey = :key AND repository = :repository",
          ExpressionAttributeValues: { ":key": { S: key }, ":repository": { S: repository } },
          Limit: limit,
        },
        options,
      );
      const rows = await Promise.all(keys.map(({ pk, sk }) => requests.get({ pk: pk!, sk: sk! }, options)));
      return rows.flatMap((row) => (row && refOf(row)) ?? []);
    },

    async invalidate(ref, { atMs, signal }) {
      const { condition, values } = sameRow(ref);
      const refused = await requests.update(
        {
          Key: keyOf(ref),
          UpdateExpression: "SET invalidatedAtMs = if_not_exists(invalidatedAtMs, :at)",
          ConditionExpression: condition,
          ExpressionAttributeValues: { ...values, ":at": number(atMs) },
        },
        { signal },
      );
      return refused === undefined;
    },

    async revalidate(ref, options) {
      const { condition, values } = sameRow(ref);
      const seen = ref.invalidatedAtMs;
      const refused = await requests.update(
        {
          Key: keyOf(ref),
          UpdateExpression: "REMOVE invalidatedAtMs",
          ConditionExpression: `${condition} AND ${seen === undefined ? "attribute_not_exists(invalidatedAtMs)" : "invalidatedAtMs = :at"}`,
          ExpressionAttributeValues: { ...values, ...(seen !== undefined && { ":at": number(seen) }) },
        },
        options,
      );
      return refused === undefined;
    },

    async remove(ref, options) {
      const { condition, values } = sameRow(ref);
      const refused = await requests.remove(
        { Key: keyOf(ref), ConditionExpression: condition, ExpressionAttributeValues: values },
        options,
      );
      return refused === undefined;
    },

    // The table's time to live does it.
    async sweep() {},

    close: () => requests.close(),
  };
}

/** The condition that a row is still the Ref that was seen; isSameRef in DynamoDB's words. */
function sameRow(ref: Ref): { readonly condition: string; readonly values: Item } {
  return {
    condition: "contentHash = :hash AND createdAt = :created",
    values: { ":hash": { S: `sha256:${ref.contentHash}` }, ":created": { S: isoOf(ref.createdAtMs) } },
  };
}

/** What the server leaves out of a scan, so that it need not travel. */
function conditionOf({ repository, ref, toolchain, lockfileHash }: RefFilter) {
  const wanted = Object.entries({ repository, ref, toolchain, lockfileHash }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  if (wanted.length === 0) return {};
  return {
    FilterExpression: wanted.map(([name]) => `#${name} = :${name}`).join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, { S: value }])),
  };
}

async function* refsOf(
  items: AsyncIterable<Item>,
  options?: { readonly onUnreadable?: ((row: string) => void) | undefined },
): AsyncGenerator<Ref> {
  for await (const item of items) {
    const ref = refOf(item);
    if (ref) yield ref;
    // Every row of a Ref has it, in whatever version, and no other row.
    else if (item["notAfterMs"]) options?.onUnreadable?.(`${item["pk"]?.S} ${item["sk"]?.S}`);
  }
}
