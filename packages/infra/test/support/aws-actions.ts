// A request to S3 or DynamoDB as IAM sees it: actions, resources and condition keys, by the Service Authorization
// Reference. What is not known here is no request at all: it throws, and the test fails.

import type { AwsRequest } from "./simulate.ts";

export interface ProxiedRequest {
  readonly service: "s3" | "dynamodb";
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** @returns every one of them has to be allowed. */
export function actionsOf(request: ProxiedRequest, account: string): AwsRequest[] {
  return request.service === "s3" ? s3Actions(request) : dynamoActions(request, account);
}

/** As if it came over TLS: the loopback between test and proxy stands for the way to AWS. */
const TLS = { "aws:SecureTransport": "true" };

const BUCKET_SETTINGS: Readonly<Record<string, string>> = {
  versioning: "BucketVersioning",
  encryption: "EncryptionConfiguration",
  publicAccessBlock: "BucketPublicAccessBlock",
  lifecycle: "LifecycleConfiguration",
  policy: "BucketPolicy",
};

function s3Actions({ method, url, headers }: ProxiedRequest): AwsRequest[] {
  const [, bucket, ...parts] = url.pathname.split("/").map(decodeURIComponent);
  const key = parts.join("/");
  const query = url.searchParams;
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const on = (action: string, resource: string, context: AwsRequest["context"] = {}): AwsRequest => ({
    action: `s3:${action}`,
    resource,
    context: { ...TLS, ...context },
  });
  if (key === "") {
    const setting = Object.keys(BUCKET_SETTINGS).find((name) => query.has(name));
    if (setting !== undefined) {
      const verb = method === "GET" ? "Get" : method === "DELETE" && setting === "policy" ? "Delete" : "Put";
      return [on(`${verb}${BUCKET_SETTINGS[setting]}`, bucketArn)];
    }
    if (method === "PUT") return [on("CreateBucket", bucketArn)];
    if (method === "DELETE") return [on("DeleteBucket", bucketArn)];
    if (method === "POST" && query.has("delete")) throw new Error("DeleteObjects is not mapped");
    if (query.has("versions")) return [on("ListBucketVersions", bucketArn)];
    return [on("ListBucket", bucketArn, query.has("prefix") ? { "s3:prefix": query.get("prefix")! } : {})];
  }
  const object = `${bucketArn}/${key}`;
  const conditions = {
    ...(headers["if-none-match"] && { "s3:if-none-match": headers["if-none-match"] }),
    ...(headers["if-match"] && { "s3:if-match": headers["if-match"] }),
  };
  const put = (creates: boolean) =>
    on("PutObject", object, { ...conditions, "s3:ObjectCreationOperation": String(creates) });
  switch (method) {
    case "GET":
    case "HEAD":
      return [on(query.has("versionId") ? "GetObjectVersion" : "GetObject", object)];
    case "PUT": {
      const source = headers["x-amz-copy-source"];
      const isPart = query.has("partNumber");
      const from = source && on("GetObject", `arn:aws:s3:::${decodeURIComponent(source).replace(/^\//, "")}`);
      return [put(!isPart), ...(from ? [from] : [])];
    }
    case "POST":
      return [put(query.has("uploadId"))];
    case "DELETE":
      if (query.has("uploadId")) return [on("AbortMultipartUpload", object)];
      return [on(query.has("versionId") ? "DeleteObjectVersion" : "DeleteObject", object)];
    default:
      throw new Error(`${method} ${url.pathname} is not mapped`);
  }
}

interface DynamoInput {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly TransactItems?: readonly Readonly<Record<string, DynamoInput>>[];
  readonly RequestItems?: Readonly<Record<string, readonly Readonly<Record<string, DynamoInput>>[]>>;
  readonly Statement?: string;
}
type Item = Readonly<Record<string, { readonly S?: string }>>;

/** The partition keys of the tables of the tests. */
const PARTITION = "pk";

function dynamoActions({ headers, body }: ProxiedRequest, account: string): AwsRequest[] {
  const operation = headers["x-amz-target"]?.split(".")[1];
  if (operation === undefined) throw new Error("not a request of DynamoDB");
  return actions(operation, JSON.parse(body.toString()) as DynamoInput);

  function actions(name: string, input: DynamoInput): AwsRequest[] {
    const table = `arn:aws:dynamodb:us-east-1:${account}:table/${input.TableName}`;
    const on = (action: string, resource: string, leadingKeys?: readonly string[]): AwsRequest => ({
      action: `dynamodb:${action}`,
      resource,
      context: leadingKeys === undefined ? {} : { "dynamodb:LeadingKeys": [...leadingKeys] },
    });
    switch (name) {
      case "GetItem":
      case "UpdateItem":
      case "DeleteItem":
        return [on(name, table, [input.Key![PARTITION]!.S!])];
      case "PutItem":
        return [on(name, table, [input.Item![PARTITION]!.S!])];
      case "Query": {
        const resource = input.IndexName === undefined ? table : `${table}/index/${input.IndexName}`;
        const [, variable] = /^\s*\S+\s*=\s*(:\w+)/.exec(input.KeyConditionExpression ?? "") ?? [];
        return [on(name, resource, [input.ExpressionAttributeValues![variable!]!.S!])];
      }
      case "TransactWriteItems":
        return input.TransactItems!.flatMap((item) =>
          Object.entries(item).flatMap(([kind, part]) =>
            actions(kind === "ConditionCheck" ? "ConditionCheckItem" : `${kind}Item`, part),
          ),
        );
      case "BatchWriteItem":
        return Object.entries(input.RequestItems!).map(([TableName, requests]) =>
          on(
            name,
            `arn:aws:dynamodb:us-east-1:${account}:table/${TableName}`,
            requests.flatMap((each) =>
              Object.values(each).map((part) => (part.Item ?? part.Key)![PARTITION]!.S!),
            ),
          ),
        );
      case "ExecuteStatement": {
        const [, verb = "", from] =
          /^\s*(\w+)(?:.*?\b(?:FROM|INTO|UPDATE))?\s+"([^"]+)"/i.exec(input.Statement!) ?? [];
        const word = verb.charAt(0).toUpperCase() + verb.slice(1).toLowerCase();
        return [on(`PartiQL${word}`, `arn:aws:dynamodb:us-east-1:${account}:table/${from}`)];
      }
      default:
        return [on(name, table)];
    }
  }
}
