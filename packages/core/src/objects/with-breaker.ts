// A store whose server is given up when it does not answer: see lib/breaker.ts. Around the retries, so that what counts
// is what they could not mend.

import { type Breaker, runEach } from "../lib/breaker.ts";
import type { SwappableStore } from "../ports/object-store.ts";

export function withBreaker(inner: SwappableStore, breaker: Breaker): SwappableStore {
  return {
    description: inner.description,
    put: (name, bytes, sha256, options) =>
      breaker.run(options?.signal, (signal) => inner.put(name, bytes, sha256, { ...options, signal })),
    get: (name, range, options) =>
      breaker.run(options?.signal, (signal) => inner.get(name, range, { ...options, signal })),
    head: (name, options) =>
      breaker.run(options?.signal, (signal) => inner.head(name, { ...options, signal })),
    list: (prefix, options) =>
      runEach(breaker, options?.signal, (signal) => inner.list(prefix, { ...options, signal })),
    delete: (name, options) =>
      breaker.run(options?.signal, (signal) => inner.delete(name, { ...options, signal })),
    read: (name, options) =>
      breaker.run(options?.signal, (signal) => inner.read(name, { ...options, signal })),
    swap: (name, bytes, tag, options) =>
      breaker.run(options?.signal, (signal) => inner.swap(name, bytes, tag, { ...options, signal })),
  };
}
