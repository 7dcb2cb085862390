// The store as a save sees it: what prune is going to delete counts as taken, also when it is gone already. So no save
// writes an object under a name that a prune may just be deleting; it finds the name taken and uses another one.

import { type CondemnedBatch, decodeCondemned } from "../model/condemned.ts";
import { CONDEMNED_NAME } from "../model/names.ts";
import type { SwappableStore } from "../ports/object-store.ts";

/** For one save: the names are those of the list that the save reads through it. */
export function withCondemned(inner: SwappableStore): SwappableStore {
  let condemned: ReadonlySet<string> = new Set();
  return {
    ...inner,
    async get(name, range, options) {
      const bytes = await inner.get(name, range, options);
      if (name === CONDEMNED_NAME && !range) condemned = namesOf(decodeCondemned(bytes));
      return bytes;
    },
    put: (name, bytes, sha256, options) =>
      condemned.has(name) ? Promise.resolve("exists") : inner.put(name, bytes, sha256, options),
  };
}

function namesOf(batches: readonly CondemnedBatch[]): ReadonlySet<string> {
  return new Set(batches.flatMap((batch) => batch.names));
}
