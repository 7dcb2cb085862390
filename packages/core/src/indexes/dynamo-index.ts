// The index in DynamoDB: one item a Ref, one conditional write a commit. Requests: exact look-up 1; prefix look-up 1
// where the newest page has a match, else 1 for each page of keys with the prefix (1 MB each); commit 1.

import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { Ref } from "../model/ref.ts";
import type { MaintainableIndex, RefQuery } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { createDynamoSession, type DynamoConnection, type DynamoPlace } from "./dynamo-client.ts";
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
  sortKeyPrefix,
} from "./dynamo-items.ts";
import { answers, fits } from "./ref-state.ts";

/** Of the table: strongly consistent, newest first within a scope. */
export const CREATED_AT_INDEX = "createdAt-index";
/** Of the whole: where else a key exists, for telling why a look-up missed. */
export const CACHE_KEY_INDEX = "cacheKey-index";

/** Newest Refs of a scope that a prefix look-up reads before it turns to the sorted keys. */
const NEWEST_PAGE = 100;

export interface DynamoIndexOptions extends DynamoPlace {
  readonly clock: Clock;
}

export function createDynamoIndex({ clock, ...place }: DynamoIndexOptions): MaintainableIndex {
  const TableName = place.table;
  const session = createDynamoSession(place, clock);

  /** @returns the item that stood in the way, or undefined when the write went through. */
  async function write(
    options: CallOptions | undefined,
    action: (connection: DynamoConnection, abort: { abortSignal?: AbortSignal }) => Promise<unknown>,
  ): Promise<{ existing: Item | undefined } | undefined> {
    return session.call(options, async (connection, abort) => {
      try {
        await action(connection, abort);
        return undefined;
      } catch (error) {
        if (error instanceof connection.sdk.ConditionalCheckFailedException) return { existing: error.Item };
        throw error;
      }
    });
  }

  async function getItem(key: Item, options?: CallOptions): Promise<Item | undefined> {
    return session.call(options, async ({ sdk, client }, abort) => {
      const { Item: item } = await client.send(
        new sdk.GetItemCommand({ TableName, Key: key, ConsistentRead: true }),
        abort,
      );
      return item;
    });
  }

  /** The newest page first, which nearly always decides; then all keys with the prefix. */
  async function findNewest(query: RefQuery, options?: CallOptions): Promise<Ref | undefined> {
    const pk = { S: partitionKey(query.scope, query.version) };
    const now = clock.now();
    const newest = await session.call(options, async ({ sdk, client }, abort) =>
      client.send(
        new sdk.QueryCommand({
          TableName,
          IndexName: CREATED_AT_INDEX,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": pk },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: NEWEST_PAGE,
        }),
        abort,
      ),
    );
    const page = (newest.Items ?? []).map(refOf);
    const first = page.find((ref) => answers(ref, query, now));
    if (first || !newest.LastEvaluatedKey) return first;
    let best: Ref | undefined;
    const prefix = sortKeyPrefix(query.key);
    for await (const ref of queryAll(pk, prefix, options)) {
      if (answers(ref, query, now) && (!best || ref.createdAtMs > best.createdAtMs)) best = ref;
    }
    return best;
  }

  async function* queryAll(pk: Item[string], prefix: string, options?: CallOptions): AsyncGenerator<Ref> {
    let start: Item | undefined;
    do {
      const page = await session.call(options, async ({ sdk, client }, abort) =>
        client.send(
          new sdk.QueryCommand({
            TableName,
            KeyConditionExpression: prefix === "" ? "pk = :pk" : "pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues: { ":pk": pk, ...(prefix !== "" && { ":prefix": { S: prefix } }) },
            ConsistentRead: true,
            ...(start && { ExclusiveStartKey: start }),
          }),
          abort,
        ),
      );
      yield* (page.Items ?? []).map(refOf);
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** Every row of the table that is a Ref: only maintenance asks for it. */
  async function* scan(options?: CallOptions): AsyncGenerator<Ref> {
    let start: Item | undefined;
    do {
      const page = await session.call(options, async ({ sdk, client }, abort) =>
        client.send(
          new sdk.ScanCommand({
            TableName,
            ConsistentRead: true,
            ...(start && { ExclusiveStartKey: start }),
          }),
          abort,
        ),
      );
      yield* (page.Items ?? []).filter((item) => item["contentHash"] !== undefined).map(refOf);
      start = page.LastEvaluatedKey;
    } while (start);
  }

  const sameRow = (ref: Ref) => ({
    condition: "contentHash = :hash AND createdAt = :created",
    values: { ":hash": { S: `sha256:${ref.contentHash}` }, ":created": { S: isoOf(ref.createdAtMs) } },
  });

  return {
    description: `dynamodb://${TableName}`,

    async lookup(query, options) {
      if (query.match === "prefix") return findNewest(query, options);
      const item = await getItem(keyOf(query), options);
      const ref = item && refOf(item);
      return ref && answers(ref, query, clock.now()) ? ref : undefined;
    },

    async commit(ref, options) {
      const replaced = options?.replaces && sameRow(options.replaces);
      const isGone =
        "attribute_not_exists(pk) OR attribute_exists(invalidatedAtMs) OR expiresAtMs <= :now OR notAfterMs <= :now";
      const writer = randomUUID();
      const failed = await write(options, ({ sdk, client }, abort) =>
        client.send(
          new sdk.PutItemCommand({
            TableName,
            Item: { ...itemOf(ref), writer: { S: writer } },
            ConditionExpression: replaced ? `${isGone} OR (${replaced.condition})` : isGone,
            ExpressionAttributeValues: { ":now": number(clock.now()), ...replaced?.values },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
          abort,
        ),
      );
      if (!failed) return { status: "committed" };
      const existing = failed.existing ?? (await getItem(keyOf(ref), options));
      // The SDK sends a request again whose answer was lost: what is in the way may be what it wrote the first time.
      if (!existing || existing["writer"]?.S === writer) return { status: "committed" };
      return { status: "conflict", existing: refOf(existing) };
    },

    async acquireLease(lease, options) {
      const failed = await write(options, ({ sdk, client }, abort) =>
        client.send(
          new sdk.PutItemCommand({
            TableName,
            Item: leaseItemOf(lease),
            ConditionExpression: "attribute_not_exists(pk) OR #owner = :owner OR expiresAtMs <= :now",
            ExpressionAttributeNames: { "#owner": "owner" },
            ExpressionAttributeValues: { ":owner": { S: lease.owner }, ":now": number(clock.now()) },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
          abort,
        ),
      );
      if (!failed?.existing) return undefined;
      return {
        id: lease.id,
        owner: failed.existing["owner"]?.S ?? "unknown",
        expiresAtMs: Number(failed.existing["expiresAtMs"]?.N ?? 0),
      };
    },

    async releaseLease(lease, options) {
      await write(options, ({ sdk, client }, abort) =>
        client.send(
          new sdk.DeleteItemCommand({
            TableName,
            Key: leaseKeyOf(lease.id),
            ConditionExpression: "#owner = :owner",
            ExpressionAttributeNames: { "#owner": "owner" },
            ExpressionAttributeValues: { ":owner": { S: lease.owner } },
          }),
          abort,
        ),
      );
    },

    async touch(ref, { atMs, expiresAtMs, signal }) {
      const { condition, values } = sameRow(ref);
      const endMs = Math.max(ref.expiresAtMs, Math.min(expiresAtMs, ref.notAfterMs));
      const update = (UpdateExpression: string, furtherCondition: string, furtherValues: Item) =>
        write({ signal }, ({ sdk, client }, abort) =>
          client.send(
            new sdk.UpdateItemCommand({
              TableName,
              Key: keyOf(ref),
              UpdateExpression,
              ConditionExpression: `${condition} AND attribute_not_exists(invalidatedAtMs) AND expiresAtMs > :now AND notAfterMs > :now${furtherCondition}`,
              ...(furtherCondition !== "" && { ExpressionAttributeNames: { "#ttl": "ttl" } }),
              ExpressionAttributeValues: {
                ...values,
                ":one": number(1),
                ":now": number(atMs),
                ...furtherValues,
              },
            }),
            abort,
          ),
        );
      const moved = await update(
        "ADD accessCount :one SET lastAccessed = :at, expiresAtMs = :end, #ttl = :ttl",
        " AND lastAccessed <= :at AND expiresAtMs <= :end",
        { ":at": { S: isoOf(atMs) }, ":end": number(endMs), ":ttl": number(Math.ceil(endMs / 1000)) },
      );
      // A later use moved the times further already: then only the count is left to do.
      if (moved) await update("ADD accessCount :one", "", {});
    },

    async identity(options) {
      return (await getItem(IDENTITY_KEY, options))?.["identity"]?.S;
    },

    async claimIdentity(identity, options) {
      const failed = await write(options, ({ sdk, client }, abort) =>
        client.send(
          new sdk.PutItemCommand({
            TableName,
            Item: { ...IDENTITY_KEY, identity: { S: identity } },
            ConditionExpression: "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
          abort,
        ),
      );
      return failed?.existing?.["identity"]?.S ?? identity;
    },

    async *list(filter, options) {
      const { repository, ref, version } = filter;
      const rows =
        repository !== undefined && ref !== undefined && version !== undefined
          ? queryAll(
              { S: partitionKey({ repository, ref }, version) },
              sortKeyPrefix(filter.keyPrefix ?? ""),
              options,
            )
          : scan(options);
      for await (const row of rows) if (fits(row, filter)) yield row;
    },

    async findByKey(repository, key, limit, options) {
      const { Items: keys = [] } = await session.call(options, async ({ sdk, client }, abort) =>
        client.send(
          new sdk.QueryCommand({
            TableName,
            IndexName: CACHE_KEY_INDEX,
            KeyConditionExpression: "cacheKey = :key AND repository = :repository",
            ExpressionAttributeValues: { ":key": { S: key }, ":repository": { S: repository } },
            Limit: limit,
          }),
          abort,
        ),
      );
      const rows = await Promise.all(keys.map(({ pk, sk }) => getItem({ pk: pk!, sk: sk! }, options)));
      return rows.flatMap((row) => (row ? [refOf(row)] : []));
    },

    async invalidate(ref, { atMs, signal }) {
      const same = sameRow(ref);
      const failed = await write({ signal }, ({ sdk, client }, abort) =>
        client.send(
          new sdk.UpdateItemCommand({
            TableName,
            Key: keyOf(ref),
            UpdateExpression: "SET invalidatedAtMs = if_not_exists(invalidatedAtMs, :at)",
            ConditionExpression: same.condition,
            ExpressionAttributeValues: { ...same.values, ":at": number(atMs) },
          }),
          abort,
        ),
      );
      return failed === undefined;
    },

    async remove(ref, options) {
      const same = sameRow(ref);
      const failed = await write(options, ({ sdk, client }, abort) =>
        client.send(
          new sdk.DeleteItemCommand({
            TableName,
            Key: keyOf(ref),
            ConditionExpression: same.condition,
            ExpressionAttributeValues: same.values,
          }),
          abort,
        ),
      );
      return failed === undefined;
    },

    close: () => session.close(),
  };
}
