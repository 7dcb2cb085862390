// A TCP server that answers HTTP requests with raw bytes, so that a test can break an answer wherever it likes.

import { createServer, type Socket } from "node:net";

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly socket: Socket;
  /** How many requests came before, over all connections. */
  readonly index: number;
}

export interface RawServer {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export interface RawServerOptions {
  /** Stop reading once the headers are there: the body of an upload backs up in the sender. */
  readonly ignoreBodies?: boolean;
}

/** @param answer writes to `request.socket`, once the request is there with its body. */
export async function startRawServer(
  answer: (request: RawRequest) => void,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let pending = Buffer.alloc(0);
    let bodyLeft = 0;
    let current: RawRequest | undefined;
    socket.on("data", (chunk) => {
      if (current) {
        bodyLeft -= chunk.byteLength;
      } else {
        pending = Buffer.concat([pending, chunk]);
        const end = pending.indexOf("\r\n\r\n");
        if (end < 0) return;
        current = parse(pending.subarray(0, end).toString(), socket, requests.length);
        requests.push(current);
        bodyLeft = Number(current.headers.get("content-length") ?? 0) - (pending.byteLength - end - 4);
        pending = Buffer.alloc(0);
      }
      if (options.ignoreBodies) {
        socket.pause();
        return;
      }
      if (bodyLeft > 0) return;
      const complete = current;
      current = undefined;
      answer(complete);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A whole HTTP answer; `body` may be cut by the caller. */
export function httpAnswer(
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
  body: Uint8Array | string = "",
): Buffer {
  const bytes = Buffer.from(body as string);
  const lines = Object.entries({ "content-length": bytes.byteLength, ...headers });
  const head = [`HTTP/1.1 ${status} Status`, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""];
  return Buffer.concat([Buffer.from(head.join("\r\n")), bytes]);
}

/** An error in the words of S3. */
export function s3Error(
  status: number,
  code: string,
  fields = "",
  headers: Record<string, string> = {},
): Buffer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>It says ${code}.</Message>${fields}</Error>`;
  return httpAnswer(status, { "content-type": "application/xml", ...headers }, body);
}

function parse(head: string, socket: Socket, index: number): RawRequest {
  const [first = "", ...lines] = head.split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return { method, path, headers, socket, index };
}
