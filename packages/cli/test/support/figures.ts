// Counters and saves of a month, for tests of `cairn stats`: as many steps each day, some days none, and names that try
// to be markup.

import { type CounterRow, type Counters, countersOf, type Digest, dayOfTime, type Ref } from "@cairn/core";
import { fakeRef, NOW_MS } from "./fakes.ts";

const DAY_MS = 86_400_000;

export function rowOf(daysAgo: number, given: Partial<Counters>, of: Partial<CounterRow> = {}): CounterRow {
  const day = dayOfTime(NOW_MS - daysAgo * DAY_MS);
  return { repository: "acme/api", day, domain: "trusted", ...of, counters: countersOf(given) };
}

/** Thirty days, none on every seventh. */
export function monthOf(repository: string, misses = 3): CounterRow[] {
  return Array.from({ length: 30 }, (_, n) => n)
    .filter((n) => n % 7 !== 6)
    .flatMap((n) => [
      rowOf(
        n,
        {
          ...{ hits: 20 + (n % 5), partialHits: 4, misses, failures: n === 3 ? 1 : 0 },
          ...{ restoredBytes: 18e9, downloadedBytes: 4e9 + n * 1e8, keptBytes: 12e9, restoreMs: 40_000 },
          ...{ timedHits: 20, sparedMs: 1_800_000, sparingMs: 36_000 },
          ...{
            saves: 5,
            savedBytes: 4e9,
            uploadedBytes: 3e8,
            reusedBytes: 3e9,
            saveMs: 20_000,
            builtMs: 450_000,
          },
          evictions: n === 10 ? 7 : 0,
        },
        { repository },
      ),
      rowOf(n, { hits: 1, misses: 2, restoredBytes: 1e9, restoreMs: 2000 }, { repository, domain: "pr" }),
    ]);
}

/** Twelve saves, two of one content, used less and less. */
export function savesOf(repository: string): Ref[] {
  return Array.from({ length: 12 }, (_, n) =>
    fakeRef({
      key: n === 1 ? `<img src=x onerror=alert(1)> & "quotes" ${"long-".repeat(20)}` : `deps-linux-x64-${n}`,
      scope: { repository, ref: n === 2 ? "refs/heads/topic" : "refs/heads/main" },
      contentHash: String(n % 11).padStart(64, "0") as Digest,
      createdAtMs: NOW_MS - n * DAY_MS,
      accessCount: Math.round(400 / (n + 1)) * (n === 11 ? 0 : 1),
    }),
  );
}
