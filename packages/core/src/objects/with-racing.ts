// A read that takes much longer than its like is asked for a second time, and the first answer wins: of many requests to
// S3 a few take seconds, and a restore is as slow as its slowest one. Where all are slow, the link is, and nothing is raced;
// and never more than a few in a hundred, so that a server in need is not asked for more.

import { setTimeout as sleep } from "node:timers/promises";
import { eitherSignal } from "../lib/signals.ts";
import type { ByteRange, GetOptions, SwappableStore } from "../ports/object-store.ts";

/** Reads that are looked at to tell what is usual, and how many it takes to tell. */
const REMEMBERED = 64;
const ENOUGH = 8;
/** How many times as long as the median read, and how long at least, before a second one is sent. */
const PATIENCE = 4;
const PATIENCE_MIN_MS = 400;
/** Second reads for each first one, beside the first two. */
const SHARE = 0.05;
const SPARE = 2;

export interface RacingOptions {
  /** For tests: milliseconds since some moment. */
  readonly now?: (() => number) | undefined;
  /** For tests: resolves after so many milliseconds; rejects or never settles on abort. */
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined;
}

interface Attempt {
  readonly bytes: Promise<Uint8Array>;
  readonly stop: () => void;
}

export function withRacing(inner: SwappableStore, options: RacingOptions = {}): SwappableStore {
  const now = options.now ?? (() => performance.now());
  const wait = options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }));
  /** Of the newest reads, in milliseconds. */
  const durations: number[] = [];
  let reads = 0;
  let races = 0;

  /** @returns undefined where it can't be told, or no second read may be sent. */
  function patienceMs(): number | undefined {
    if (durations.length < ENOUGH || races >= SPARE + reads * SHARE) return undefined;
    const median = durations.toSorted((a, b) => a - b)[durations.length >> 1]!;
    return Math.max(PATIENCE_MIN_MS, PATIENCE * median);
  }

  function begin(name: string, range: ByteRange | undefined, given: GetOptions | undefined): Attempt {
    const stopping = new AbortController();
    const signal = eitherSignal(stopping.signal, given?.signal);
    return { bytes: inner.get(name, range, { ...given, signal }), stop: () => stopping.abort() };
  }

  /** Whether the read is still under way when patience ends. @throws what the read does */
  async function isLate({ bytes }: Attempt): Promise<boolean> {
    const patience = patienceMs();
    if (patience === undefined) return false;
    const waiting = new AbortController();
    const late = wait(patience, waiting.signal).then(() => true);
    // Its end by abort is nobody's business.
    late.catch(() => undefined);
    try {
      return await Promise.race([late, bytes.then(() => false)]);
    } finally {
      waiting.abort();
    }
  }

  async function get(name: string, range?: ByteRange, given?: GetOptions): Promise<Uint8Array> {
    const startedAt = now();
    reads++;
    const first = begin(name, range, given);
    const bytes = (await isLate(first)) ? await race(first, name, range, given) : await first.bytes;
    durations.push(now() - startedAt);
    if (durations.length > REMEMBERED) durations.shift();
    return bytes;
  }

  /** The bytes of whichever read ends first, and the error of the first one when both fail. */
  async function race(
    first: Attempt,
    name: string,
    range: ByteRange | undefined,
    given: GetOptions | undefined,
  ): Promise<Uint8Array> {
    races++;
    // Into memory of its own: the first is still writing.
    const second = begin(name, range, { ...given, into: undefined });
    try {
      const winner = await Promise.any(
        [first, second].map(async (attempt) => ({ attempt, bytes: await attempt.bytes })),
      );
      if (winner.attempt === first) return winner.bytes;
      first.stop();
      await Promise.allSettled([first.bytes]);
      return moveInto(given?.into, winner.bytes);
    } catch {
      return await first.bytes;
    } finally {
      first.stop();
      second.stop();
    }
  }

  return { ...inner, get };
}

function moveInto(room: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  if (room === undefined || room.byteLength < bytes.length) return bytes;
  room.set(bytes);
  return room.subarray(0, bytes.length);
}
