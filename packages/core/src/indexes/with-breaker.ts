// An index whose server is given up when it does not answer: see lib/breaker.ts. Every method of the port stands here by
// name, so that a new one can't get past the breaker unseen: without its line this file does not compile.

import { type Breaker, runEach } from "../lib/breaker.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";

export function withBreaker(inner: MaintainableIndex, breaker: Breaker): MaintainableIndex {
  return {
    description: inner.description,
    lookup: (query, options) =>
      breaker.run(options?.signal, (signal) => inner.lookup(query, { ...options, signal })),
    commit: (ref, options) =>
      breaker.run(options?.signal, (signal) => inner.commit(ref, { ...options, signal })),
    acquireLease: (lease, options) =>
      breaker.run(options?.signal, (signal) => inner.acquireLease(lease, { ...options, signal })),
    releaseLease: (lease, options) =>
      breaker.run(options?.signal, (signal) => inner.releaseLease(lease, { ...options, signal })),
    touch: (ref, options) =>
      breaker.run(options.signal, (signal) => inner.touch(ref, { ...options, signal })),
    recordUse: (ref, options) =>
      breaker.run(options.signal, (signal) => inner.recordUse(ref, { ...options, signal })),
    count: (row, options) =>
      breaker.run(options?.signal, (signal) => inner.count(row, { ...options, signal })),
    uses: (filter, options) =>
      runEach(breaker, options?.signal, (signal) => inner.uses(filter, { ...options, signal })),
    takeUsage: (usage, options) =>
      breaker.run(options?.signal, (signal) => inner.takeUsage(usage, { ...options, signal })),
    identity: (options) => breaker.run(options?.signal, (signal) => inner.identity({ ...options, signal })),
    claimIdentity: (identity, options) =>
      breaker.run(options?.signal, (signal) => inner.claimIdentity(identity, { ...options, signal })),
    findByKey: (repository, key, limit, options) =>
      breaker.run(options?.signal, (signal) =>
        inner.findByKey(repository, key, limit, { ...options, signal }),
      ),

    // What maintenance alone asks passes by: nobody's build waits for it.
    list: inner.list,
    invalidate: inner.invalidate,
    revalidate: inner.revalidate,
    remove: inner.remove,
    counters: inner.counters,
    sweep: inner.sweep,
    close: inner.close,
  };
}
