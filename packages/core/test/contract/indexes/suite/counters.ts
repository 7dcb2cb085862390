// Part of the contract of KeyIndex: counters by repository, day and domain. Every step counts, whoever counts at once;
// a pull request's are apart; the build time of a Ref comes back with it.

import { describe, expect, test } from "@jest/globals";
import {
  addCounters,
  COUNTERS,
  type CounterFilter,
  type CounterRow,
  type Counters,
  countersOf,
  NO_COUNTERS,
} from "../../../../src/model/counters.ts";
import type { MaintainableIndex } from "../../../../src/ports/key-index.ts";
import { DAY_MS, makeRef, START_MS } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

/** The day of START_MS. */
const TODAY = "2026-01-01";
const EVER: CounterFilter = { from: "2020-01-01", to: "2030-01-01" };

function row(given: Partial<Counters>, of: Partial<CounterRow> = {}): CounterRow {
  return { repository: "acme/api", day: TODAY, domain: "trusted", ...of, counters: countersOf(given) };
}

/** What a reader does: rows of one repository, day and domain added up, in order. */
async function counted(index: MaintainableIndex, filter: CounterFilter = EVER): Promise<CounterRow[]> {
  const sums = new Map<string, CounterRow>();
  for await (const { counters, ...of } of index.counters(filter)) {
    const name = `${of.repository} ${of.day} ${of.domain}`;
    sums.set(name, { ...of, counters: addCounters(sums.get(name)?.counters ?? NO_COUNTERS, counters) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

export function countersContract(withIndex: WithIndex): void {
  describe("counters", () => {
    test(
      "add up, whichever connection counts",
      withIndex(async ({ index, other }) => {
        expect(await counted(index)).toEqual([]);
        const full = countersOf(Object.fromEntries(COUNTERS.map((name, n) => [name, 1000 + n])));
        await index.count({ ...row({}), counters: full });
        await other.count(row({ hits: 1, restoredBytes: 5_000_000_000_000 }));
        expect(await counted(other)).toEqual([
          {
            ...row({}),
            counters: { ...full, hits: full.hits + 1, restoredBytes: full.restoredBytes + 5e12 },
          },
        ]);
      }),
    );

    test(
      "20 at once all count",
      withIndex(async ({ index, other }) => {
        await Promise.all(
          Array.from({ length: 20 }, (_, n) => (n % 2 ? index : other).count(row({ hits: 1, restoreMs: n }))),
        );
        expect(await counted(index)).toEqual([row({ hits: 20, restoreMs: 190 })]);
      }),
    );

    test(
      "are apart by repository, day and domain, and found by repository and days",
      withIndex(async ({ index }) => {
        const rows = [
          row({ hits: 1 }, { day: "2025-12-31" }),
          row({ hits: 4 }, { domain: "pr" }),
          row({ hits: 2 }),
          row({ hits: 3 }, { day: "2026-01-02" }),
          row({ hits: 5 }, { repository: "acme/web" }),
          row({ hits: 6 }, { repository: "acme/api:refs/heads/main" }),
        ];
        for (const one of rows) await index.count(one);
        const hits = async (filter: Partial<CounterFilter>) =>
          (await counted(index, { ...EVER, ...filter })).map(({ counters }) => counters.hits).sort();
        expect(await hits({})).toEqual([1, 2, 3, 4, 5, 6]);
        expect(await hits({ repository: "acme/api" })).toEqual([1, 2, 3, 4]);
        expect(await hits({ from: TODAY, to: TODAY })).toEqual([2, 4, 5, 6]);
        expect(await hits({ repository: "acme/api", from: "2026-01-02" })).toEqual([3]);
        expect(await hits({ repository: "acme/none" })).toEqual([]);
      }),
    );

    test(
      "are no Refs, and no uses",
      withIndex(async ({ index }) => {
        await index.count(row({ saves: 1 }));
        await index.count(row({ saves: 1 }, { domain: "pr" }));
        expect(await Array.fromAsync(index.list({}))).toEqual([]);
        expect(await Array.fromAsync(index.list({ repository: "acme/api" }))).toEqual([]);
        expect(await Array.fromAsync(index.uses({}))).toEqual([]);
        expect(await prefix(index, "")).toBeUndefined();
      }),
    );

    test(
      "come back clamped: nothing that one row says is larger than a day can be",
      withIndex(async ({ index }) => {
        await index.count(row({ hits: 9e14, restoredBytes: 9e15, misses: -5 }, { domain: "pr" }));
        const [{ counters }] = (await counted(index)) as [CounterRow];
        expect(counters).toMatchObject({ hits: 10_000_000, restoredBytes: 1e15, misses: 0 });
      }),
    );

    test(
      "stay while they are read, and a sweep leaves those of the last 400 days",
      withIndex(async ({ index, clock }) => {
        await index.count(row({ hits: 1 }));
        clock.set(START_MS + 399 * DAY_MS);
        await index.sweep({ beforeMs: clock.now() - 2 * DAY_MS });
        expect(await counted(index)).toEqual([row({ hits: 1 })]);
      }),
    );

    test(
      "an aborted call rejects with the signal's reason",
      withIndex(async ({ index }) => {
        const reason = new Error("stop");
        const signal = AbortSignal.abort(reason);
        await expect(index.count(row({ hits: 1 }), { signal })).rejects.toBe(reason);
        await expect(Array.fromAsync(index.counters(EVER, { signal }))).rejects.toBe(reason);
        expect(await counted(index)).toEqual([]);
      }),
    );
  });

  describe("a Ref's build time", () => {
    test(
      "comes back with it, and none where none is known",
      withIndex(async ({ index, other }) => {
        const timed = makeRef({ key: "timed", buildSeconds: 92.5 });
        const plain = makeRef({ key: "plain" });
        await index.commit(timed);
        await index.commit(plain);
        expect(await exact(other, timed)).toEqual(timed);
        expect(await exact(other, plain)).toEqual(plain);
      }),
    );
  });
}
