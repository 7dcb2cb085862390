// An index whose server is given up when it does not answer: see lib/breaker.ts.

import type { Breaker } from "../lib/breaker.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";

/** What maintenance alone asks passes by: nobody's build waits for it. */
export function withBreaker(inner: MaintainableIndex, breaker: Breaker): MaintainableIndex {
  return {
    ...inner,
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
    identity: (options) => breaker.run(options?.signal, (signal) => inner.identity({ ...options, signal })),
    claimIdentity: (identity, options) =>
      breaker.run(options?.signal, (signal) => inner.claimIdentity(identity, { ...options, signal })),
    findByKey: (repository, key, limit, options) =>
      breaker.run(options?.signal, (signal) =>
        inner.findByKey(repository, key, limit, { ...options, signal }),
      ),
  };
}
