// What a link really gives, measured against the probe on its far side.

import { Agent, request } from "node:http";
import { spreadOf } from "../statistics.ts";

export interface Link {
  readonly roundTripMs: number;
  /** In 10^6 bytes a second. */
  readonly oneConnection: number;
  readonly allDown: number;
  readonly allUp: number;
}

const ROUND_TRIPS = 11;
const CONNECTIONS = 8;

/** @param bytes of the transfers: enough to tell, in a few seconds at 200 MB/s. */
export async function measureLink(url: string, signal: AbortSignal, bytes = 200e6): Promise<Link> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const exchange = { url, agent, signal };
  try {
    await transfer(exchange, 0, 0);
    const roundTrips: number[] = [];
    for (let i = 0; i < ROUND_TRIPS; i++) roundTrips.push((await transfer(exchange, 0, 0)) * 1000);
    const single = await transfer(exchange, bytes / 2, 0);
    return {
      roundTripMs: spreadOf(roundTrips).median,
      oneConnection: bytes / 2 / single / 1e6,
      allDown: await together(bytes, (share) => transfer(exchange, share, 0)),
      allUp: await together(bytes, (share) => transfer(exchange, 0, share)),
    };
  } finally {
    agent.destroy();
  }
}

export function linkText({ roundTripMs, oneConnection, allDown, allUp }: Link): string {
  const megabytes = (rate: number): string => `${rate.toFixed(0)} MB/s`;
  return `${roundTripMs.toFixed(1)} ms there and back, one connection ${megabytes(oneConnection)}, ${CONNECTIONS} together ${megabytes(allDown)} down and ${megabytes(allUp)} up`;
}

async function together(bytes: number, run: (share: number) => Promise<number>): Promise<number> {
  const begun = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, () => run(bytes / CONNECTIONS)));
  return bytes / (performance.now() - begun) / 1000;
}

interface Exchange {
  readonly url: string;
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

const PIECE = Buffer.alloc(1 << 18);

/** @returns the seconds until the whole answer was there. */
async function transfer({ url, agent, signal }: Exchange, down: number, up: number): Promise<number> {
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const headers = { "content-length": up };
    const sent = request(`${url}/${down}`, { agent, signal, method: "PUT", headers }, (response) => {
      response.on("error", reject);
      response.on("end", resolve);
      response.resume();
    });
    sent.on("error", reject);
    let left = up;
    const send = (): void => {
      while (left > 0) {
        const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
        left -= piece.length;
        if (!sent.write(piece)) return void sent.once("drain", send);
      }
      sent.end();
    };
    send();
  });
  return (performance.now() - begun) / 1000;
}
