// Runs on the far side of a shaped network, as a process of its own: `relay` adds the latency that the kernel can't (its
// netem is not everywhere), `probe` is what the link is measured against. Prints "ready" once it listens.

import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { finished } from "node:stream/promises";

/** A connection that is full waits: as much as 200 MB/s put on a link of 20 ms, twice. */
const MAX_UNDERWAY_BYTES = 8 << 20;

/** Timers fire up to a millisecond late: what is due so soon goes with what is due now. */
const TIMER_SLACK_MS = 0.8;

interface Underway {
  readonly dueAt: number;
  /** Undefined: the end. */
  readonly bytes: Buffer | undefined;
}

/** Passes on what comes, each piece `delayMs` after it came, nothing before `notBefore`. */
function passOn(from: Socket, to: Socket, delayMs: number, notBefore: number): void {
  const queue: Underway[] = [];
  let underwayBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let isBlocked = false;
  const deliver = (): void => {
    timer = undefined;
    while (!isBlocked && queue.length > 0 && queue[0]!.dueAt <= performance.now() + TIMER_SLACK_MS) {
      const { bytes } = queue.shift()!;
      if (bytes === undefined) return void to.end();
      underwayBytes -= bytes.length;
      isBlocked = !to.write(bytes);
    }
    if (underwayBytes < MAX_UNDERWAY_BYTES) from.resume();
    if (!isBlocked && queue.length > 0) {
      timer ??= setTimeout(deliver, untilDue());
    }
  };
  const untilDue = (): number => Math.max(0, queue[0]!.dueAt - performance.now() - TIMER_SLACK_MS);
  const add = (bytes: Buffer | undefined): void => {
    queue.push({ dueAt: Math.max(performance.now(), notBefore) + delayMs, bytes });
    underwayBytes += bytes?.length ?? 0;
    if (underwayBytes >= MAX_UNDERWAY_BYTES) from.pause();
    if (!isBlocked) timer ??= setTimeout(deliver, untilDue());
  };
  from.on("data", add);
  from.on("end", () => add(undefined));
  to.on("drain", () => {
    isBlocked = false;
    deliver();
  });
  for (const socket of [from, to]) {
    socket.on("error", () => undefined);
    socket.on("close", (hadError) => {
      if (!hadError) return;
      clearTimeout(timer);
      from.destroy();
      to.destroy();
    });
  }
}

/** Makes what listens on the same port of the loopback reachable under `host`. */
async function relay(host: string, port: number, roundTripMs: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    // A real handshake would have taken a round trip before the first byte could be sent.
    const openedAt = performance.now() + roundTripMs;
    const far = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    passOn(near, far, roundTripMs / 2, openedAt);
    passOn(far, near, roundTripMs / 2, 0);
  });
  server.listen(port, host);
  await once(server, "listening");
  return server;
}

const ZEROS = Buffer.alloc(1 << 18);

/** `GET /N` answers with N bytes, `PUT` reads a body. */
async function probe(port: number): Promise<void> {
  const server = createHttpServer(async (request, response) => {
    request.resume();
    await finished(request, { writable: false });
    for (let left = Number(request.url!.slice(1)); left > 0; left -= ZEROS.length) {
      if (!response.write(ZEROS.subarray(0, Math.min(left, ZEROS.length)))) await once(response, "drain");
    }
    response.end();
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

const [role, ...args] = process.argv.slice(2);
if (role === "relay") await relay(args[0]!, Number(args[1]), Number(args[2]));
else await probe(Number(args[0]));
console.log("ready");
