// The far side of a shaped network, as real processes: the relay changes nothing that passes, in either direction.

import { type ChildProcess, spawn } from "node:child_process";
import { hash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { measureLink } from "../../src/network/measure-link.ts";

const SCRIPT = fileURLToPath(new URL("../../src/network/far-side.ts", import.meta.url));
/** Another address of the loopback: the relay listens on the port of what it stands for. */
const RELAY_HOST = "127.0.0.2";

let children: ChildProcess[];
let server: Server;

beforeEach(() => {
  children = [];
  server = createServer({ allowHalfOpen: true });
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  server.close();
});

async function start(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  expect(String((await once(child.stdout!, "data"))[0])).toBe("ready\n");
}

async function relayTo(answer: (socket: Socket) => void): Promise<number> {
  server.on("connection", answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await start("relay", RELAY_HOST, String(port), "4");
  return port;
}

test("bytes pass unchanged and in order, and each side's end ends that side only", async () => {
  const answered = randomBytes(10 << 20);
  const seen: Promise<Buffer>[] = [];
  const port = await relayTo((socket) => {
    const all = buffer(socket);
    seen.push(all);
    // Not before the whole question has ended.
    void all.then(() => socket.end(answered));
  });
  const asked = randomBytes(10 << 20);
  const socket = connect({ host: RELAY_HOST, port, allowHalfOpen: true });
  socket.end(asked);
  const found = await buffer(socket);
  expect(hash("sha256", found)).toBe(hash("sha256", answered));
  expect(hash("sha256", await seen[0]!)).toBe(hash("sha256", asked));
});

test("a side that is cut cuts the other", async () => {
  const port = await relayTo((socket) => socket.on("data", () => socket.resetAndDestroy()));
  const socket = connect({ host: RELAY_HOST, port });
  socket.on("error", () => undefined);
  socket.write("x");
  await once(socket, "close");
  expect(socket.destroyed).toBe(true);
});

test("the probe answers with as much as it is asked for, so that a link can be measured", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as { port: number };
  free.close();
  await once(free, "close");
  await start("probe", String(port));
  const answer = await fetch(`http://127.0.0.1:${port}/1000000`);
  expect((await answer.arrayBuffer()).byteLength).toBe(1_000_000);
  const link = await measureLink(`http://127.0.0.1:${port}`, new AbortController().signal, 8e6);
  expect(Object.values(link).every((figure) => figure > 0)).toBe(true);
});
