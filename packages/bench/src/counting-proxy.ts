// An HTTP proxy in front of the S3 server that counts requests and body bytes. It passes everything on unchanged, the
// Host header too, so that signatures hold. It costs time, so only warm-up runs go through it.

import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

export interface Traffic {
  readonly requests: number;
  /** Of request bodies. */
  readonly uploadedBytes: number;
  /** Of response bodies. */
  readonly downloadedBytes: number;
}

export interface CountingProxy {
  readonly url: string;
  /** What passed since the last call. */
  take(): Traffic;
  close(): Promise<void>;
}

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const counts = { requests: 0, uploadedBytes: 0, downloadedBytes: 0 };
  const server = createServer((incoming, outgoing) => {
    counts.requests++;
    incoming.on("data", (bytes: Buffer) => {
      counts.uploadedBytes += bytes.length;
    });
    passOn(incoming, outgoing, target, (bytes) => {
      counts.downloadedBytes += bytes;
    }).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = { ...counts };
      Object.assign(counts, { requests: 0, uploadedBytes: 0, downloadedBytes: 0 });
      return taken;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  onDownloaded: (bytes: number) => void,
): Promise<void> {
  const { hostname, port } = new URL(target);
  const forwarded = request({
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    headers: incoming.rawHeaders,
    setHost: false,
    agent: false,
  });
  const answered = once(forwarded, "response") as Promise<[IncomingMessage]>;
  // A server that refuses early answers before it has read the whole body.
  const sent = pipeline(incoming, forwarded).catch(() => undefined);
  const [response] = await answered;
  outgoing.writeHead(response.statusCode!, response.statusMessage, response.rawHeaders);
  response.on("data", (bytes: Buffer) => onDownloaded(bytes.length));
  await pipeline(response, outgoing);
  await sent;
}
