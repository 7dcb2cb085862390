// The requests of a DynamoDB index, one function each, all on one table: strongly consistent reads, writes that say what
// stood in their way, and pages that follow each other by themselves.

import type {
  DeleteItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { AwsSession } from "../aws/aws-session.ts";
import type { Clock } from "../lib/clock.ts";
import type { CallOptions } from "../ports/object-store.ts";
import {
  createDynamoSession,
  type DynamoConnection,
  type DynamoPlace,
  type DynamoSession,
} from "./dynamo-client.ts";
import type { Item } from "./dynamo-items.ts";

type OnTable<Input> = Omit<Input, "TableName">;
type Abort = { abortSignal?: AbortSignal };

/** The condition of a write did not hold. */
export interface Refused {
  /** What is there, where the server tells; undefined: nothing, or it does not tell. */
  readonly existing: Item | undefined;
}

export interface Page {
  readonly items: readonly Item[];
  /** Where the next page starts; undefined: this was the last. */
  readonly next: Item | undefined;
}

/** All reject with a CacheError, an abort with the signal's reason. */
export interface DynamoRequests {
  get(key: Item, options?: CallOptions): Promise<Item | undefined>;
  /** @returns undefined when it was written. */
  put(input: OnTable<PutItemCommandInput>, options?: CallOptions): Promise<Refused | undefined>;
  update(input: OnTable<UpdateItemCommandInput>, options?: CallOptions): Promise<Refused | undefined>;
  remove(input: OnTable<DeleteItemCommandInput>, options?: CallOptions): Promise<Refused | undefined>;
  queryPage(input: OnTable<QueryCommandInput>, options?: CallOptions): Promise<Page>;
  /** Every item, page after page. */
  query(input: OnTable<QueryCommandInput>, options?: CallOptions): AsyncGenerator<Item>;
  scan(input: OnTable<ScanCommandInput>, options?: CallOptions): AsyncGenerator<Item>;
  close(): Promise<void>;
}

export function createDynamoRequests(place: DynamoPlace, clock: Clock, aws?: AwsSession): DynamoRequests {
  const TableName = place.table;
  const session = createDynamoSession(place, clock, aws);
  const onRefusal = "ALL_OLD" as const;

  async function queryPage(input: OnTable<QueryCommandInput>, options?: CallOptions): Promise<Page> {
    return session.call(options, async ({ sdk, client }, abort) => {
      const answer = await client.send(new sdk.QueryCommand({ ...input, TableName }), abort);
      return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
    });
  }

  async function scanPage(input: OnTable<ScanCommandInput>, options?: CallOptions): Promise<Page> {
    return session.call(options, async ({ sdk, client }, abort) => {
      const answer = await client.send(new sdk.ScanCommand({ ...input, TableName }), abort);
      return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
    });
  }

  return {
    get: (key, options) =>
      session.call(options, async ({ sdk, client }, abort) => {
        const command = new sdk.GetItemCommand({ TableName, Key: key, ConsistentRead: true });
        return (await client.send(command, abort)).Item;
      }),

    put: (input, options) =>
      conditional(session, options, ({ sdk, client }, abort) =>
        client.send(
          new sdk.PutItemCommand({ ReturnValuesOnConditionCheckFailure: onRefusal, ...input, TableName }),
          abort,
        ),
      ),

    update: (input, options) =>
      conditional(session, options, ({ sdk, client }, abort) =>
        client.send(new sdk.UpdateItemCommand({ ...input, TableName }), abort),
      ),

    remove: (input, options) =>
      conditional(session, options, ({ sdk, client }, abort) =>
        client.send(new sdk.DeleteItemCommand({ ...input, TableName }), abort),
      ),

    queryPage,
    query: (input, options) =>
      follow((start) => queryPage({ ...input, ...(start && { ExclusiveStartKey: start }) }, options)),
    scan: (input, options) =>
      follow((start) => scanPage({ ...input, ...(start && { ExclusiveStartKey: start }) }, options)),
    close: () => session.close(),
  };
}

function conditional(
  session: DynamoSession,
  options: CallOptions | undefined,
  send: (connection: DynamoConnection, abort: Abort) => Promise<unknown>,
): Promise<Refused | undefined> {
  return session.call(options, async (connection, abort) => {
    try {
      await send(connection, abort);
      return undefined;
    } catch (error) {
      if (error instanceof connection.sdk.ConditionalCheckFailedException) return { existing: error.Item };
      throw error;
    }
  });
}

async function* follow(readPage: (start: Item | undefined) => Promise<Page>): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page = await readPage(start);
    yield* page.items;
    start = page.next;
  } while (start);
}
