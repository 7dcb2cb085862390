// A real HTTP proxy: tunnels by CONNECT, forwards what names a whole URL, and writes down what it was asked.

import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface Asked {
  readonly method: string;
  /** `host:port` of a tunnel, or a whole URL. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
}

export interface TestProxy {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** @param login `user:password`, without which it refuses. */
export async function startProxy({ login }: { login?: string } = {}): Promise<TestProxy> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const isAllowed = ({ headers }: IncomingMessage): boolean =>
    login === undefined ||
    headers["proxy-authorization"] === `Basic ${Buffer.from(login).toString("base64")}`;

  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    asked.push({ method, target: url, headers });
    if (!isAllowed(incoming)) return outgoing.writeHead(407).end();
    const { "proxy-connection": _, "proxy-authorization": __, ...passed } = headers;
    const forwarded = request(url, { method, headers: passed }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    return incoming.pipe(forwarded);
  });
  server.on("connect", (incoming, client: Socket) => {
    const { method = "", url: target = "", headers } = incoming;
    asked.push({ method, target, headers });
    if (!isAllowed(incoming)) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const url = new URL(`tcp://${target}`);
    const far = connect(Number(url.port), url.hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.pipe(client).pipe(far);
    });
    far.on("error", () => client.destroy());
    client.on("error", () => far.destroy());
    client.on("close", () => far.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${login ? `${login}@` : ""}127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
