// The proxy in front of a real HTTP server: what it counts, and that it changes nothing on the way.

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type CountingProxy, startCountingProxy } from "../../src/counting-proxy.ts";

let server: Server;
let proxy: CountingProxy;
let seen: {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}[];

beforeEach(async () => {
  seen = [];
  server = createServer(async (request, response) => {
    const body = await buffer(request);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.writeHead(request.method === "PUT" ? 412 : 206, { "x-answer": "42", "content-length": 1000 });
    response.end(request.method === "HEAD" ? undefined : Buffer.alloc(1000, 7));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await startCountingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await proxy.close();
  server.close();
});

test("it counts requests and the bytes of bodies, and begins anew after each take", async () => {
  await (await fetch(`${proxy.url}/x`, { method: "PUT", body: Buffer.alloc(300_000) })).arrayBuffer();
  await (await fetch(`${proxy.url}/x`)).arrayBuffer();
  await fetch(`${proxy.url}/x`, { method: "HEAD" });
  expect(proxy.take()).toEqual({ requests: 3, uploadedBytes: 300_000, downloadedBytes: 2000 });
  expect(proxy.take()).toEqual({ requests: 0, uploadedBytes: 0, downloadedBytes: 0 });
});

test("it passes requests and answers on unchanged, the Host header too", async () => {
  const response = await fetch(`${proxy.url}/a%2Fb?list-type=2`, { headers: { range: "bytes=0-999" } });
  expect(response.status).toBe(206);
  expect(response.headers.get("x-answer")).toBe("42");
  expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.alloc(1000, 7));
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    method: "GET",
    url: "/a%2Fb?list-type=2",
    headers: { host: new URL(proxy.url).host, range: "bytes=0-999" },
  });
});

test("a server that is away is an error for the client, not for us", async () => {
  server.close();
  server.closeAllConnections();
  await expect(fetch(`${proxy.url}/x`)).rejects.toThrow();
});
