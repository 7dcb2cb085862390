// Refs for tests, with plausible values for what a test doesn't care about, and a clock that a test sets.

import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "../../src/lib/clock.ts";
import type { Digest } from "../../src/model/digest.ts";
import type { Ref, Scope } from "../../src/model/ref.ts";

export const DAY_MS = 86_400_000;
/** 2026-01-01; tests of drivers never look at the machine's clock. */
export const START_MS: number = Date.UTC(2026, 0, 1);

export function digestOf(text: string): Digest {
  return createHash("sha256").update(text).digest("hex") as Digest;
}

export function scopeOf(ref = "refs/heads/main", repository = "acme/api"): Scope {
  return { repository, ref };
}

export const VERSION: string = digestOf("version");

/** A Ref of its own content, live for 90 days from START_MS. */
export function makeRef(changes: Partial<Ref> = {}): Ref {
  const createdAtMs = changes.createdAtMs ?? START_MS;
  return {
    scope: scopeOf(),
    version: VERSION,
    key: "npm-abc",
    domain: "trusted",
    contentHash: digestOf(randomUUID()),
    createdAtMs,
    lastAccessedAtMs: createdAtMs,
    accessCount: 0,
    expiresAtMs: createdAtMs + 90 * DAY_MS,
    notAfterMs: createdAtMs + 365 * DAY_MS,
    treeBytes: 12_345_678_901,
    storedBytes: 1_234_567,
    entryCount: 42,
    ...changes,
  };
}

export interface TestClock extends Clock {
  set(ms: number): void;
  advance(ms: number): void;
}

export function createTestClock(startMs: number = START_MS): TestClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    skewMs: 0,
    observe() {},
    set(ms) {
      nowMs = ms;
    },
    advance(ms) {
      nowMs += ms;
    },
  };
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const result: Item[] = [];
  for await (const item of items) result.push(item);
  return result;
}
