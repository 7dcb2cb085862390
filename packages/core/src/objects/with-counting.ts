// Counts what goes through a store: requests and bytes by method. Decorates any SwappableStore; around a retrying store
// it counts calls, below one it counts what was really sent.

import type { SwappableStore } from "../ports/object-store.ts";

/** One method of the store. Of a listing, every object that was listed is no request: the listing is one. */
export interface MethodCount {
  requests: number;
  /** Of these, how many rejected. */
  failures: number;
  /** Up for put and swap (whether or not the condition held), down for get and read. */
  bytes: number;
}

export type CountedMethod = "put" | "get" | "head" | "list" | "delete" | "read" | "swap";

export interface StoreCounts extends Readonly<Record<CountedMethod, Readonly<MethodCount>>> {
  /** Bytes of all puts and swaps that were answered. */
  readonly uploadedBytes: number;
  /** Bytes of all gets and reads that were answered. */
  readonly downloadedBytes: number;
  readonly requests: number;
}

export interface CountingStore {
  readonly store: SwappableStore;
  /** Live: read it again for the newest figures. */
  readonly counts: StoreCounts;
}

/** @returns a store that behaves as `inner` does, and its counts, all zero. */
export function withCounting(inner: SwappableStore): CountingStore {
  const methods = {
    put: newCount(),
    get: newCount(),
    head: newCount(),
    list: newCount(),
    delete: newCount(),
    read: newCount(),
    swap: newCount(),
  };

  async function counted<T>(
    method: CountedMethod,
    call: Promise<T>,
    bytesOf: (result: T) => number,
  ): Promise<T> {
    const count = methods[method];
    count.requests++;
    try {
      const result = await call;
      count.bytes += bytesOf(result);
      return result;
    } catch (error) {
      count.failures++;
      throw error;
    }
  }

  const store: SwappableStore = {
    description: inner.description,
    put: (name, bytes, sha256, options) =>
      counted("put", inner.put(name, bytes, sha256, options), () => bytes.byteLength),
    get: (name, range, options) =>
      counted("get", inner.get(name, range, options), (result) => result.byteLength),
    head: (name, options) => counted("head", inner.head(name, options), () => 0),
    async *list(prefix, options) {
      methods.list.requests++;
      try {
        yield* inner.list(prefix, options);
      } catch (error) {
        methods.list.failures++;
        throw error;
      }
    },
    delete: (name, options) => counted("delete", inner.delete(name, options), () => 0),
    read: (name, options) =>
      counted("read", inner.read(name, options), (result) => result?.bytes.byteLength ?? 0),
    swap: (name, bytes, tag, options) =>
      counted("swap", inner.swap(name, bytes, tag, options), () => bytes.byteLength),
  };

  const counts: StoreCounts = {
    ...methods,
    get uploadedBytes() {
      return methods.put.bytes + methods.swap.bytes;
    },
    get downloadedBytes() {
      return methods.get.bytes + methods.read.bytes;
    },
    get requests() {
      return Object.values(methods).reduce((sum, count) => sum + count.requests, 0);
    },
  };
  return { store, counts };
}

function newCount(): MethodCount {
  return { requests: 0, failures: 0, bytes: 0 };
}
