// GitHub's services as a runner offers them to actions: identity tokens (OIDC), and its cache (version 2 of the service,
// with the storage behind it), spoken by the libraries of the actions toolkit.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface GitHubServices {
  readonly url: string;
  /** What the runner sets for a job with `permissions: id-token: write`. */
  readonly tokenEnv: Readonly<Record<string, string>>;
  /** What it sets for the cache. */
  readonly cacheEnv: Readonly<Record<string, string>>;
  /** Audiences, one for each token. */
  readonly tokens: string[];
  /** Paths of the requests to the cache and its storage. */
  readonly asked: string[];
  close(): Promise<void>;
}

interface Entry {
  readonly key: string;
  readonly version: string;
  readonly blob: string;
  isFinal: boolean;
}

export async function startGitHubServices(): Promise<GitHubServices> {
  const tokens: string[] = [];
  const asked: string[] = [];
  const entries: Entry[] = [];
  const blobs = new Map<string, Buffer>();

  const server = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url ?? "", base());
    const body = await read(incoming);
    if (url.pathname === "/token") {
      giveToken(url, incoming, outgoing);
      return;
    }
    asked.push(`${incoming.method} ${url.pathname}`);
    if (url.pathname.startsWith("/account/")) {
      serveBlob(url.pathname, body, incoming, outgoing);
      return;
    }
    const method = url.pathname.split("/").at(-1);
    json(outgoing, answer(method, JSON.parse(body.toString()) as Request));
  });

  function giveToken(url: URL, { headers }: IncomingMessage, outgoing: ServerResponse): void {
    if (headers.authorization !== "Bearer request-token") {
      json(outgoing, {}, 401);
      return;
    }
    tokens.push(url.searchParams.get("audience") ?? "");
    json(outgoing, { value: `header.${tokens.length}.signature` });
  }

  function answer(method: string | undefined, request: Request): unknown {
    const { key, version, restore_keys: prefixes = [] } = request;
    switch (method) {
      case "CreateCacheEntry": {
        if (entries.some((entry) => entry.key === key && entry.version === version)) {
          return { ok: false, message: "cache entry with the same key, version, and scope already exists" };
        }
        const blob = `/account/cache/${entries.length}`;
        entries.push({ key, version, blob, isFinal: false });
        return { ok: true, signed_upload_url: `${base()}${blob}?sig=x` };
      }
      case "FinalizeCacheEntryUpload": {
        const entry = entries.find((one) => one.key === key && one.version === version)!;
        entry.isFinal = true;
        return { ok: true, entry_id: "1" };
      }
      default: {
        const found = [key, ...prefixes]
          .map((prefix) =>
            entries.findLast((one) => one.isFinal && one.version === version && one.key.startsWith(prefix)),
          )
          .find((entry) => entry !== undefined);
        return found
          ? { ok: true, signed_download_url: `${base()}${found.blob}?sig=x`, matched_key: found.key }
          : { ok: false };
      }
    }
  }

  function serveBlob(
    path: string,
    body: Buffer,
    { method, headers }: IncomingMessage,
    outgoing: ServerResponse,
  ): void {
    if (method === "PUT") {
      blobs.set(path, body);
      outgoing.writeHead(201, { etag: '"1"' }).end();
      return;
    }
    const blob = blobs.get(path);
    if (!blob) {
      outgoing.writeHead(404).end();
      return;
    }
    const range = String(headers["x-ms-range"] ?? headers["range"] ?? "");
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const part = from === undefined ? blob : blob.subarray(Number(from), to ? Number(to) + 1 : undefined);
    outgoing.writeHead(from === undefined ? 200 : 206, {
      "content-length": part.length,
      "content-range": `bytes ${from ?? 0}-${Number(from ?? 0) + part.length - 1}/${blob.length}`,
      etag: '"1"',
    });
    outgoing.end(method === "HEAD" ? undefined : part);
  }

  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: base(),
    tokenEnv: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${base()}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
    },
    cacheEnv: {
      ACTIONS_RESULTS_URL: `${base()}/`,
      ACTIONS_CACHE_SERVICE_V2: "true",
      ACTIONS_RUNTIME_TOKEN: "runtime-token",
    },
    tokens,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Request {
  readonly key: string;
  readonly version: string;
  readonly restore_keys?: readonly string[];
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function json(outgoing: ServerResponse, body: unknown, status = 200): void {
  outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
