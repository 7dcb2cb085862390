// A server in front of another that counts what is asked of it, by what S3 and DynamoDB bill: the method of an S3
// request (a listing apart), the operation of a DynamoDB one. It changes nothing: signatures name its own host.

import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

export interface CountingProxy {
  readonly url: string;
  /** Since the last call: `{ GetItem: 2 }`, `{ GET: 1, LIST: 1 }`. */
  take(): Record<string, number>;
  close(): Promise<void>;
}

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  let counts: Record<string, number> = {};
  const server = createServer((incoming, response) => {
    const operation = String(incoming.headers["x-amz-target"] ?? "").split(".")[1];
    const isListing = incoming.url!.includes("list-type=2");
    const name = operation ?? (isListing ? "LIST" : incoming.method!);
    counts[name] = (counts[name] ?? 0) + 1;
    const { method, url: path, headers } = incoming;
    const outgoing = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.rawHeaders);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = counts;
      counts = {};
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
