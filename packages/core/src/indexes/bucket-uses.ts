// Uses counted by jobs that may not write the Ref's row: one object for each Ref among what belongs to the user's own
// scope, swapped under a condition. Losing a count is no harm, counting one twice is.

import { mapOrdered } from "../lib/concurrency.ts";
import { StoreUnavailableError } from "../model/errors.ts";
import { REFS_PREFIX } from "../model/names.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import { isUsesName, usesName, usesPrefix } from "./bucket-names.ts";
import { encode, parse } from "./bucket-rows.ts";
import { isUsage } from "./is-usage.ts";
import { countedUse, fitsUsage, isSameUsage } from "./ref-state.ts";

const CONCURRENT_READS = 16;
/** Swaps that lost against another job's until a count is given up. */
const SWAP_ATTEMPTS = 20;
/** In place of counts that were taken, until the object is deleted. */
const TAKEN = { taken: true };
export const TAKEN_BYTES: number = encode(TAKEN).byteLength;

export function createBucketUses(
  store: SwappableStore,
): Pick<MaintainableIndex, "recordUse" | "uses" | "takeUsage"> {
  async function read(name: string, options?: CallOptions) {
    const found = await store.read(name, options);
    const value = found && parse(found.bytes);
    const usage = isUsage(value) && usesName(value.of, value.by) === name ? value : undefined;
    return { usage, tag: found?.tag ?? null };
  }

  return {
    async recordUse(ref, { by, atMs, signal }) {
      const name = usesName(ref, by);
      for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
        const { usage, tag } = await read(name, { signal });
        const next = countedUse(usage, ref, by, atMs);
        if (!next || (await store.swap(name, encode(next), tag, { signal })) !== undefined) return;
      }
      throw new StoreUnavailableError(`too many jobs count a use of "${ref.key}" at once`);
    },

    async *uses(filter, options) {
      const prefix = filter.repository === undefined ? REFS_PREFIX : usesPrefix(filter.repository);
      const names = (async function* () {
        for await (const { name } of store.list(prefix, options)) if (isUsesName(name)) yield name;
      })();
      for await (const { usage } of mapOrdered(names, CONCURRENT_READS, (name) => read(name, options)))
        if (usage && fitsUsage(usage, filter)) yield usage;
    },

    async takeUsage(usage, options) {
      const name = usesName(usage.of, usage.by);
      const { usage: known, tag } = await read(name, options);
      if (!known || !isSameUsage(known, usage)) return false;
      if ((await store.swap(name, encode(TAKEN), tag, options)) === undefined) return false;
      await store.delete(name, options);
      return true;
    },
  };
}
