// A TLS server with a certificate of an authority of its own, in front of a server that speaks plain HTTP.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { temporaryFolder } from "./temporary.ts";

export interface TlsFront {
  /** By a name that the certificate is for. */
  readonly url: string;
  /** The authority's certificate. */
  readonly caFile: string;
  close(): Promise<void>;
}

export async function startTlsFront(target: string): Promise<TlsFront> {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=Acme CA",
  );
  openssl(
    ...["req", "-x509", ...key, "-keyout", "server.key", "-out", "server.pem", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key"],
  );
  const { hostname, port } = new URL(target);
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    { key: readFileSync(file("server.key")), cert: readFileSync(file("server.pem")) },
    (client) => {
      sockets.add(client);
      const far = connect(Number(port), hostname);
      client.pipe(far).pipe(client);
      far.on("error", () => client.destroy());
      client.on("error", () => far.destroy());
      client.on("close", () => {
        sockets.delete(client);
        far.destroy();
      });
    },
  );
  // A client that trusts it not ends its connection.
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    caFile: file("ca.pem"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
