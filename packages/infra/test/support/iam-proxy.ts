// AWS's door in front of servers that have none: every request is mapped to the actions, the resource and the condition
// keys that AWS would see, decided by the policies that packages/infra ships, and only then forwarded. Who asks is told
// by the access key; the bucket's policy is kept here, since the servers behind know none of its conditions.

import { createHash, createHmac } from "node:crypto";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SignatureV4 } from "@smithy/signature-v4";
import { credentials } from "../../../../scripts/lib/services/parts.ts";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";
import { actionsOf, type ProxiedRequest } from "./aws-actions.ts";
import { type AwsRequest, decide } from "./simulate.ts";

export const ACCOUNT = "111122223333";

export interface IamProxy {
  readonly s3: string;
  readonly dynamodb: string;
  /** What was refused, `action resource` each. */
  readonly refused: string[];
  close(): Promise<void>;
}

export interface IamProxyOptions {
  /** URLs of the servers behind. */
  readonly s3: string;
  readonly dynamodb: string;
  /** Access key id -> what it may do. */
  readonly principals: Readonly<Record<string, readonly PolicyDocument[]>>;
}

export async function startIamProxy(options: IamProxyOptions): Promise<IamProxy> {
  const refused: string[] = [];
  const bucketPolicies = new Map<string, PolicyDocument>();

  async function answer(
    service: "s3" | "dynamodb",
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const headers = incoming.headers as Record<string, string | undefined>;
    const request: ProxiedRequest = {
      service,
      method: incoming.method!,
      url: new URL(incoming.url!, options[service]),
      headers,
      body: Buffer.concat(chunks),
    };
    const keyId = /Credential=([^/]+)\//.exec(headers["authorization"] ?? "")?.[1];
    const policies = keyId === undefined ? undefined : options.principals[keyId];
    if (policies === undefined) return deny(service, response, "InvalidAccessKeyId", 403);
    const bucket = service === "s3" ? request.url.pathname.split("/")[1]! : "";
    const isAllowed = async (asked: AwsRequest): Promise<boolean> => {
      const rules = { policies, bucketPolicy: bucketPolicies.get(bucket), account: ACCOUNT };
      if ((await decide(rules, asked)) === "Allowed") return true;
      refused.push(`${asked.action} ${asked.resource}`);
      return false;
    };
    for (const asked of actionsOf(request, ACCOUNT))
      if (!(await isAllowed(asked))) return deny(service, response, "AccessDenied", 403);
    if (service === "s3" && request.url.searchParams.has("policy"))
      return keepPolicy(bucketPolicies, bucket, request, response);
    await forward(request, response);
  }

  const servers = await Promise.all(
    (["s3", "dynamodb"] as const).map(async (service) => {
      const server = createServer((incoming, response) => {
        answer(service, incoming, response).catch((error: Error) => {
          response.writeHead(500, { "content-type": "text/plain" });
          response.end(error.message);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const [s3, dynamodb] = servers.map(
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  return {
    s3: s3!,
    dynamodb: dynamodb!,
    refused,
    close: async () => {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

function deny(service: "s3" | "dynamodb", response: ServerResponse, code: string, status: number): void {
  if (service === "s3") {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>Access Denied</Message></Error>`,
    );
    return;
  }
  response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
  response.end(
    JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", Message: "not authorized" }),
  );
}

function keepPolicy(
  kept: Map<string, PolicyDocument>,
  bucket: string,
  { method, body }: ProxiedRequest,
  response: ServerResponse,
): void {
  const found = kept.get(bucket);
  if (method === "GET" && found === undefined) {
    deny("s3", response, "NoSuchBucketPolicy", 404);
    return;
  }
  if (method === "PUT") kept.set(bucket, JSON.parse(body.toString()) as PolicyDocument);
  if (method === "DELETE") kept.delete(bucket);
  response.writeHead(method === "GET" ? 200 : 204, { "content-type": "application/json" });
  response.end(method === "GET" ? JSON.stringify(found) : undefined);
}

/** With the same bytes, signed anew by who owns the server behind; DynamoDB Local takes any signature. */
async function forward(
  { service, method, url, headers, body }: ProxiedRequest,
  response: ServerResponse,
): Promise<void> {
  const { authorization, host: _, connection: __, ...rest } = headers;
  const plain = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const outgoing =
    service === "dynamodb"
      ? { ...plain, host: url.host, authorization: authorization! }
      : await signed(method, url, plain, body);
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest(url, { method, headers: outgoing }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
      answer.on("error", reject);
      response.on("close", resolve);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function signed(
  method: string,
  url: URL,
  headers: Record<string, string>,
  body: Buffer,
): Promise<Record<string, string>> {
  const { "x-amz-date": _, "x-amz-security-token": __, ...rest } = headers;
  const signer = new SignatureV4({
    service: "s3",
    region: credentials.AWS_REGION,
    credentials: {
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
    },
    sha256: NodeSha256,
    uriEscapePath: false,
  });
  const request = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...rest, host: url.host },
    body,
  });
  return request.headers;
}

/** As the signer wants a digest. */
class NodeSha256 {
  readonly #hash;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}
