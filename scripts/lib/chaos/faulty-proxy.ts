// An HTTP proxy in front of a real server that spoils what a case chooses: answers in the server's place, bodies that are
// cut, stop or have one bit flipped, either way. What it lets through, it passes on as it came, signature and all.

import { createServer, type IncomingMessage, request as requestOf, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Passing {
  readonly method: string;
  /** What Cairn keeps there; `row`: a request to DynamoDB. */
  readonly kind: "pack" | "artifact" | "row" | "other";
  /** How many of this kind came before. */
  readonly index: number;
}

export type Spoiling =
  | { readonly kind: "answer"; readonly status: number; readonly code: string }
  /** In the middle of the larger body: that of an upload, or of what was asked for. */
  | { readonly kind: "reset" | "close" | "stall" | "flip" }
  /** First something happens elsewhere; and what the server has answered is told. */
  | { readonly kind: "after"; readonly what: () => Promise<void>; readonly answered?: () => void };

export type Decide = (passing: Passing) => Spoiling | undefined;

export interface FaultyProxy {
  readonly url: string;
  /** Undefined: everything passes. */
  decide: Decide | undefined;
  /** Everything passes again. */
  heal(): void;
  close(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const counts = { pack: 0, artifact: 0, row: 0, other: 0 };
  const proxy = { decide: undefined as Decide | undefined };
  const server = createServer((request, response) => {
    const kind = kindOf(request);
    const spoiling = proxy.decide?.({ method: request.method!, kind, index: counts[kind]++ });
    serve(target, request, response, spoiling).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get decide() {
      return proxy.decide;
    },
    set decide(decide) {
      proxy.decide = decide;
      counts.pack = counts.artifact = counts.row = counts.other = 0;
    },
    heal() {
      proxy.decide = undefined;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function kindOf({ url = "", headers }: IncomingMessage): Passing["kind"] {
  if (headers["x-amz-target"] !== undefined) return "row";
  return /\/packs\//.test(url) ? "pack" : /\/artifacts\//.test(url) ? "artifact" : "other";
}

async function serve(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  spoiling: Spoiling | undefined,
): Promise<void> {
  const isUpload = request.method === "PUT";
  if (isUpload && (spoiling?.kind === "reset" || spoiling?.kind === "close" || spoiling?.kind === "stall")) {
    await half(request);
    return breakOff(request, spoiling.kind);
  }
  const sent = await read(request);
  if (spoiling?.kind === "answer") return refuse(request, response, spoiling);
  if (spoiling?.kind === "after") await spoiling.what();
  if (isUpload && spoiling?.kind === "flip") flip(sent);
  const { status, headers, body } = await pass(target, request, sent);
  if (spoiling?.kind === "after") spoiling.answered?.();
  if (spoiling?.kind === "flip" && !isUpload) flip(body);
  response.writeHead(status, headers);
  if (!isUpload && (spoiling?.kind === "reset" || spoiling?.kind === "close" || spoiling?.kind === "stall")) {
    response.write(body.subarray(0, body.length >> 1));
    // So that it is on its way before the connection ends.
    await sleep(20);
    return breakOff(request, spoiling.kind);
  }
  response.end(body);
}

function breakOff({ socket }: IncomingMessage, how: "reset" | "close" | "stall"): void {
  if (how === "reset") socket.resetAndDestroy();
  if (how === "close") socket.end();
}

/** Reads half of an upload, and no more of it. */
async function half(request: IncomingMessage): Promise<void> {
  let left = Number(request.headers["content-length"] ?? 0) >> 1;
  await new Promise<void>((resolve) => {
    if (left === 0) resolve();
    request.on("data", (bytes: Buffer) => {
      left -= bytes.byteLength;
      if (left > 0) return;
      request.pause();
      resolve();
    });
  });
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function flip(bytes: Buffer): void {
  if (bytes.length > 0) bytes[bytes.length >> 1]! ^= 1;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code }: Spoiling & { kind: "answer" },
): void {
  const isRow = request.headers["x-amz-target"] !== undefined;
  const body = isRow
    ? JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: code })
    : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>It says ${code}.</Message></Error>`;
  response.writeHead(status, {
    "content-type": isRow ? "application/x-amz-json-1.0" : "application/xml",
    "content-length": request.method === "HEAD" ? 0 : Buffer.byteLength(body),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function pass(
  target: string,
  { method, url, rawHeaders }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: string[]; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target);
    const forward = requestOf({ hostname, port, method, path: url, headers: rawHeaders }, (answer) => {
      read(answer).then(
        (bytes) => resolve({ status: answer.statusCode!, headers: answer.rawHeaders, body: bytes }),
        reject,
      );
    });
    forward.on("error", reject);
    forward.end(body);
  });
}
