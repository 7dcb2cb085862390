// Counters in the bucket: a few small objects for each repository, day and domain, each swapped under a condition, that
// the reader adds up. One of them is chosen at random, so that jobs that end at once seldom meet. A step costs two
// requests; a day of a repository is read by a listing and at most SHARDS reads.

import { mapOrdered } from "../lib/concurrency.ts";
import {
  addCounters,
  type CounterRow,
  clampCounters,
  fitsCounters,
  NO_COUNTERS,
  timeOfDay,
} from "../model/counters.ts";
import { StoreUnavailableError } from "../model/errors.ts";
import { REFS_PREFIX } from "../model/names.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import { countersName, countersPrefix, dayOfCounters } from "./bucket-names.ts";
import { encode, parse } from "./bucket-rows.ts";

const SHARDS = 8;
const CONCURRENT_READS = 16;
/** Swaps that lost against another job's until a count is given up. */
const SWAP_ATTEMPTS = 20;

export function createBucketCounters(store: SwappableStore): Pick<MaintainableIndex, "count" | "counters"> {
  async function read(name: string, options?: CallOptions) {
    const found = await store.read(name, options);
    const row = found && rowOf(name, found.bytes);
    return { row, tag: found?.tag ?? null };
  }

  return {
    async count(row, options) {
      for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
        const name = countersName(row, Math.floor(Math.random() * SHARDS));
        const { row: known, tag } = await read(name, options);
        const counters = addCounters(known?.counters ?? NO_COUNTERS, row.counters);
        if ((await store.swap(name, encode({ ...row, counters }), tag, options)) !== undefined) return;
      }
      throw new StoreUnavailableError(`too many jobs count steps of ${row.repository} at once`);
    },

    async *counters(filter, options) {
      const { repository, from, to } = filter;
      const names = (async function* () {
        const prefix = repository === undefined ? REFS_PREFIX : countersPrefix(repository);
        for await (const { name } of store.list(prefix, options)) {
          const day = dayOfCounters(name);
          if (day !== undefined && from <= day && day <= to) yield name;
        }
      })();
      for await (const { row } of mapOrdered(names, CONCURRENT_READS, (name) => read(name, options)))
        if (row && fitsCounters(row, filter)) yield row;
    },
  };
}

/** @returns undefined for what is no counters, or speaks of another repository, day or domain than its name. */
function rowOf(name: string, bytes: Uint8Array): CounterRow | undefined {
  const { repository, day, domain, counters } = parse(bytes) ?? {};
  const isWhole =
    typeof repository === "string" &&
    typeof day === "string" &&
    timeOfDay(day) !== undefined &&
    (domain === "trusted" || domain === "pr") &&
    typeof counters === "object" &&
    counters !== null;
  if (!isWhole || !name.startsWith(countersPrefix(repository, domain, day))) return undefined;
  return { repository, day, domain, counters: clampCounters({ ...counters }) };
}
