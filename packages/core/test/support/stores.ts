// Decorators of a store for tests: one that writes down what was asked of it, one that runs a hook before each call; and
// ways to damage what a store holds.

import type { ObjectInfo, ObjectStore, SwappableStore } from "../../src/ports/object-store.ts";

export interface StoreCall {
  readonly method: "put" | "get" | "head";
  readonly name: string;
  readonly outcome?: unknown;
}

/** Writes down every call of the port when it has been answered. */
export function withRecording(inner: ObjectStore): {
  readonly store: ObjectStore;
  readonly calls: StoreCall[];
} {
  const calls: StoreCall[] = [];
  const store: ObjectStore = {
    description: inner.description,
    async put(name, bytes, sha256, options) {
      const outcome = await inner.put(name, bytes, sha256, options);
      calls.push({ method: "put", name, outcome });
      return outcome;
    },
    async get(name, range, options) {
      const bytes = await inner.get(name, range, options);
      calls.push({ method: "get", name });
      return bytes;
    },
    async head(name, options) {
      const outcome = await inner.head(name, options);
      calls.push({ method: "head", name, outcome });
      return outcome;
    },
  };
  return { store, calls };
}

/** Runs `before` ahead of every call; what it throws is what the call rejects with. */
export function withHook(
  inner: ObjectStore,
  before: (method: StoreCall["method"], name: string) => void | Promise<void>,
): ObjectStore {
  return {
    description: inner.description,
    async put(name, bytes, sha256, options) {
      await before("put", name);
      return inner.put(name, bytes, sha256, options);
    },
    async get(name, range, options) {
      await before("get", name);
      return inner.get(name, range, options);
    },
    async head(name, options) {
      await before("head", name);
      return inner.head(name, options);
    },
  };
}

/**
 * A store whose clock is ahead, as a server's own can't be turned: what is written through it is so much younger.
 * @param written by how much the clock was ahead when each name was written; shared by all who open the store.
 */
export function withClockAhead(
  inner: SwappableStore,
  aheadMs: () => number,
  written: Map<string, number>,
): SwappableStore {
  const shifted = <T extends ObjectInfo>(name: string, info: T): T => ({
    ...info,
    modifiedAtMs: info.modifiedAtMs + (written.get(name) ?? 0),
  });
  return {
    ...inner,
    async put(name, bytes, sha256, options) {
      const outcome = await inner.put(name, bytes, sha256, options);
      if (outcome === "created") written.set(name, aheadMs());
      return outcome;
    },
    async swap(name, bytes, tag, options) {
      const newTag = await inner.swap(name, bytes, tag, options);
      if (newTag !== undefined) written.set(name, aheadMs());
      return newTag;
    },
    async head(name, options) {
      const info = await inner.head(name, options);
      return info && shifted(name, info);
    },
    async *list(prefix, options) {
      for await (const object of inner.list(prefix, options)) yield shifted(object.name, object);
    },
  };
}

export async function listNames(store: SwappableStore, prefix = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  return names;
}

/** Replaces an object's bytes by others, as no writer of the store may. */
export async function damage(
  store: SwappableStore,
  name: string,
  change: (bytes: Buffer) => Uint8Array | undefined,
): Promise<void> {
  const object = await store.read(name);
  const bytes = Buffer.from(object!.bytes);
  const changed = change(bytes) ?? bytes;
  await store.swap(name, changed, object!.tag);
}

/** Turns over one bit. */
export async function flipBit(store: SwappableStore, name: string, bit: number): Promise<void> {
  await damage(store, name, (bytes) => {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return undefined;
  });
}

/** A store whose clock runs faster: `now` tells its time from a moment of the real one. */
export function withFastClock(inner: SwappableStore, now: (realMs: number) => number): SwappableStore {
  const shifted = <T extends ObjectInfo>(info: T): T => ({ ...info, modifiedAtMs: now(info.modifiedAtMs) });
  return {
    ...inner,
    async head(name, options) {
      const info = await inner.head(name, options);
      return info && shifted(info);
    },
    async *list(prefix, options) {
      for await (const object of inner.list(prefix, options)) yield shifted(object);
    },
  };
}
