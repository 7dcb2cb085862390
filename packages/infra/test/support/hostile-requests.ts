// What a pull request that runs something else than Cairn would ask for. Every one has to be denied.

import { createHash } from "node:crypto";
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { partitionKey, type Scope } from "@cairn/core";

/** What there is to attack: a Ref of a branch, an object that it needs, and one of the pull request's own. */
export interface HostileTarget {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly table: string;
  readonly repository: string;
  readonly branch: string;
  readonly pull: string;
  /** Of the branch's Ref, and its version. */
  readonly key: string;
  readonly version: string;
  /** Whole names in the bucket. */
  readonly trustedObject: string;
  readonly ownObject: string;
}

export interface HostileRequest {
  readonly what: string;
  /** On a store that is in use it would do harm if it were allowed. */
  readonly dangerous?: boolean;
  /** One of the client that it is for; the SDK's types of commands have none in common. */
  readonly command: (target: HostileTarget) => object;
}

const EVIL = { S: "sha256:evil" };

const branchOf = ({ repository, branch }: HostileTarget): Scope => ({ repository, ref: branch });
const pullOf = ({ repository, pull }: HostileTarget): Scope => ({ repository, ref: pull });
/** No store has it: what would be written there harms nobody. */
const strangerOf = ({ pull }: HostileTarget): Scope => ({ repository: "cairn-isolation/nobody", ref: pull });

function row(target: HostileTarget, scope: Scope = branchOf(target), sk: string = target.key) {
  return { pk: { S: partitionKey(scope, target.version) }, sk: { S: sk } };
}

const endNow = {
  UpdateExpression: "SET #ttl = :now, expiresAtMs = :now",
  ExpressionAttributeNames: { "#ttl": "ttl" },
  ExpressionAttributeValues: { ":now": { N: "0" } },
};

export const ROW_REQUESTS: readonly HostileRequest[] = [
  {
    what: "replace a branch's Ref",
    command: (t) => new PutItemCommand({ TableName: t.table, Item: { ...row(t), contentHash: EVIL } }),
  },
  {
    what: "change a branch's Ref",
    command: (t) =>
      new UpdateItemCommand({
        TableName: t.table,
        Key: row(t),
        UpdateExpression: "SET contentHash = :evil",
        ExpressionAttributeValues: { ":evil": EVIL },
      }),
  },
  {
    what: "end a branch's Ref by its time to live",
    command: (t) => new UpdateItemCommand({ TableName: t.table, Key: row(t), ...endNow }),
  },
  {
    what: "delete a branch's Ref",
    command: (t) => new DeleteItemCommand({ TableName: t.table, Key: row(t) }),
  },
  {
    what: "hold a lease on a branch's key",
    command: (t) =>
      new PutItemCommand({ TableName: t.table, Item: { ...row(t), pk: { S: `${row(t).pk.S}:lease` } } }),
  },
  {
    what: "count uses in a branch's name",
    command: (t) =>
      new UpdateItemCommand({
        TableName: t.table,
        Key: { ...row(t), pk: { S: `${row(t).pk.S}:uses` } },
        UpdateExpression: "ADD uses :many",
        ExpressionAttributeValues: { ":many": { N: "1000" } },
      }),
  },
  {
    what: "count uses on a branch's Ref",
    command: (t) =>
      new UpdateItemCommand({
        TableName: t.table,
        Key: row(t),
        UpdateExpression: "ADD accessCount :many",
        ExpressionAttributeValues: { ":many": { N: "1000" } },
      }),
  },
  {
    what: "invalidate a branch's Ref",
    command: (t) =>
      new UpdateItemCommand({
        TableName: t.table,
        Key: row(t),
        UpdateExpression: "SET invalidatedAtMs = :now",
        ExpressionAttributeValues: { ":now": { N: "0" } },
      }),
  },
  {
    what: "keep prunes away by their lease",
    command: (t) =>
      new PutItemCommand({
        TableName: t.table,
        Item: { pk: { S: `${partitionKey({ repository: ":prune", ref: "" }, "")}:lease` }, sk: { S: "x" } },
      }),
  },
  {
    what: "make a Ref of a branch",
    command: (t) => new PutItemCommand({ TableName: t.table, Item: row(t, branchOf(t), `${t.key}-evil`) }),
  },
  {
    what: "make a Ref of a tag",
    command: (t) =>
      new PutItemCommand({
        TableName: t.table,
        Item: row(t, { repository: t.repository, ref: "refs/tags/cairn-isolation" }),
      }),
  },
  {
    what: "make a row of another repository",
    command: (t) => new PutItemCommand({ TableName: t.table, Item: row(t, strangerOf(t)) }),
  },
  {
    what: "end a row of another repository",
    command: (t) => new UpdateItemCommand({ TableName: t.table, Key: row(t, strangerOf(t)), ...endNow }),
  },
  {
    what: "read a row of another repository",
    command: (t) => new GetItemCommand({ TableName: t.table, Key: row(t, strangerOf(t)) }),
  },
  {
    what: "list the rows of another repository",
    command: (t) =>
      new QueryCommand({
        TableName: t.table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": row(t, strangerOf(t)).pk },
      }),
  },
  {
    what: "query an index that is for dashboards",
    command: (t) =>
      new QueryCommand({
        TableName: t.table,
        IndexName: "repository-toolchain-index",
        KeyConditionExpression: "repository = :r",
        ExpressionAttributeValues: { ":r": { S: t.repository } },
      }),
  },
  {
    what: "give the store another identity",
    dangerous: true,
    command: (t) =>
      new PutItemCommand({
        TableName: t.table,
        Item: { pk: { S: ":identity" }, sk: { S: "store" }, identity: { S: "evil" } },
      }),
  },
  {
    what: "hide a branch's row among its own in one transaction",
    command: (t) =>
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: t.table, Item: row(t, pullOf(t), `${t.key}-evil`) } },
          { Delete: { TableName: t.table, Key: row(t) } },
        ],
      }),
  },
  {
    what: "write many rows at once",
    command: (t) =>
      new BatchWriteItemCommand({ RequestItems: { [t.table]: [{ PutRequest: { Item: row(t) } }] } }),
  },
  {
    what: "write by SQL",
    command: (t) =>
      new ExecuteStatementCommand({
        Statement: `DELETE FROM "${t.table}" WHERE pk='${row(t).pk.S}' AND sk='${t.key}'`,
      }),
  },
  { what: "read everything", command: (t) => new ScanCommand({ TableName: t.table, Limit: 1 }) },
  {
    what: "turn the time to live off",
    dangerous: true,
    command: (t) =>
      new UpdateTimeToLiveCommand({
        TableName: t.table,
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: false },
      }),
  },
  {
    what: "delete the table",
    dangerous: true,
    command: (t) => new DeleteTableCommand({ TableName: t.table }),
  },
];

const evil = ({ bucket }: HostileTarget) => ({
  Bucket: bucket,
  Body: "evil",
  ChecksumSHA256: createHash("sha256").update("evil").digest("base64"),
});
const NEW = { IfNoneMatch: "*" };

export const OBJECT_REQUESTS: readonly HostileRequest[] = [
  {
    what: "put a pack that a branch would read",
    command: (t) =>
      new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/trusted/packs/isolation` }),
  },
  {
    what: "put an artifact that a branch would read",
    command: (t) =>
      new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/trusted/artifacts/isolation` }),
  },
  {
    what: "overwrite an object of a branch",
    command: (t) => new PutObjectCommand({ ...evil(t), Key: t.trustedObject }),
  },
  {
    what: "overwrite an object of a branch under its ETag",
    command: (t) => new PutObjectCommand({ ...evil(t), Key: t.trustedObject, IfMatch: '"0"' }),
  },
  {
    what: "overwrite an object of a pull request",
    command: (t) => new PutObjectCommand({ ...evil(t), Key: t.ownObject }),
  },
  {
    what: "overwrite an object of a pull request under its ETag",
    command: (t) => new PutObjectCommand({ ...evil(t), Key: t.ownObject, IfMatch: '"0"' }),
  },
  {
    what: "copy over an object of a pull request",
    command: (t) =>
      new CopyObjectCommand({
        Bucket: t.bucket,
        Key: t.ownObject,
        CopySource: `${t.bucket}/${t.trustedObject}`,
      }),
  },
  {
    what: "begin an upload in parts among a branch's",
    command: (t) =>
      new CreateMultipartUploadCommand({ Bucket: t.bucket, Key: `${t.prefix}v1/trusted/packs/parts` }),
  },
  {
    what: "begin an upload in parts among its own",
    command: (t) =>
      new CreateMultipartUploadCommand({ Bucket: t.bucket, Key: `${t.prefix}v1/pr/packs/parts` }),
  },
  {
    what: "delete an object of a branch",
    command: (t) => new DeleteObjectCommand({ Bucket: t.bucket, Key: t.trustedObject }),
  },
  {
    what: "delete an object of a pull request",
    command: (t) => new DeleteObjectCommand({ Bucket: t.bucket, Key: t.ownObject }),
  },
  {
    what: "give the store another identity",
    command: (t) => new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/store.json` }),
  },
  {
    what: "condemn what branches need",
    dangerous: true,
    command: (t) => new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/condemned/current.json` }),
  },
  {
    what: "turn the clock that prunes go by",
    dangerous: true,
    command: (t) => new PutObjectCommand({ ...evil(t), Key: `${t.prefix}v1/condemned/clock.json` }),
  },
  {
    what: "say by which index prunes go",
    dangerous: true,
    command: (t) => new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/condemned/index.json` }),
  },
  {
    what: "speak for what a branch saved",
    command: (t) =>
      new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/trusted/metadata/isolation/1.json` }),
  },
  {
    what: "make a row of a branch where the bucket is the index",
    command: (t) =>
      new PutObjectCommand({ ...evil(t), ...NEW, Key: `${t.prefix}v1/refs/isolation/key/k/heads-0` }),
  },
  {
    what: "write outside the store",
    command: (t) => new PutObjectCommand({ ...evil(t), ...NEW, Key: "cairn-isolation/outside" }),
  },
  {
    what: "read outside the store",
    command: (t) => new GetObjectCommand({ Bucket: t.bucket, Key: "cairn-isolation/outside" }),
  },
  {
    what: "replace the bucket's policy",
    dangerous: true,
    command: (t) => new PutBucketPolicyCommand({ Bucket: t.bucket, Policy: "{}" }),
  },
  {
    what: "remove the bucket's policy",
    dangerous: true,
    command: (t) => new DeleteBucketPolicyCommand({ Bucket: t.bucket }),
  },
  {
    what: "let objects go sooner",
    dangerous: true,
    command: (t) =>
      new PutBucketLifecycleConfigurationCommand({ Bucket: t.bucket, LifecycleConfiguration: { Rules: [] } }),
  },
];

/** The name of the error that it ends with; undefined: it was allowed. */
export async function refusalOf(
  client: { send(command: never): Promise<unknown> },
  { command }: HostileRequest,
  target: HostileTarget,
): Promise<string | undefined> {
  return client.send(command(target) as never).then(
    () => undefined,
    (error: Error) => error.name,
  );
}
