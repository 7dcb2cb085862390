// For tests: makes a store fail in the way that the test says, call by call. What the fault is about really happens: a
// flipped bit is in the bytes, a write whose answer is lost is in the store.

import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../lib/sha256.ts";
import { StoreUnavailableError } from "../model/errors.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";

export interface StoreCall {
  readonly method: "put" | "get" | "head" | "list" | "delete" | "read" | "swap";
  /** The prefix, for a listing. */
  readonly name: string;
  /** How many calls of this method were made before. */
  readonly index: number;
}

export type Fault =
  /** Nothing happens, the call rejects. */
  | { readonly kind: "throw"; readonly error: unknown }
  /** Nothing happens, the connection is gone: StoreUnavailableError. */
  | { readonly kind: "reset" }
  /** It happens, but the answer is lost: StoreUnavailableError. */
  | { readonly kind: "lose-answer" }
  /** One bit of the bytes that are written or read is another (bit 0 of this byte, from the end if negative). */
  | { readonly kind: "flip"; readonly at: number }
  /** Only the first bytes are written or read. */
  | { readonly kind: "truncate"; readonly length: number }
  /** The call begins late; without `ms`, not before it is aborted. */
  | { readonly kind: "stall"; readonly ms?: number };

/** @param decide is asked before each call; undefined: no fault. */
export function withFaults(
  inner: SwappableStore,
  decide: (call: StoreCall) => Fault | undefined,
): SwappableStore {
  const calls = new Map<string, number>();

  function nextFault(method: StoreCall["method"], name: string): Fault | undefined {
    const index = calls.get(method) ?? 0;
    calls.set(method, index + 1);
    return decide({ method, name, index });
  }

  async function faulty<T>(
    method: StoreCall["method"],
    name: string,
    options: CallOptions | undefined,
    action: (spoil: (bytes: Uint8Array) => Uint8Array) => Promise<T>,
  ): Promise<T> {
    const fault = nextFault(method, name);
    await begin(fault, options?.signal);
    const result = await action((bytes) => spoiled(bytes, fault));
    if (fault?.kind === "lose-answer")
      throw new StoreUnavailableError(`the answer to ${method} ${name} was lost`);
    return result;
  }

  return {
    description: inner.description,
    put: (name, bytes, digest, options) =>
      faulty("put", name, options, (spoil) => {
        const written = spoil(bytes);
        return inner.put(name, written, written === bytes ? digest : sha256(written), options);
      }),
    get: (name, range, options) =>
      faulty("get", name, options, async (spoil) => spoil(await inner.get(name, range, options))),
    head: (name, options) => faulty("head", name, options, () => inner.head(name, options)),
    async *list(prefix, options) {
      const fault = nextFault("list", prefix);
      await begin(fault, options?.signal);
      let left = fault?.kind === "truncate" ? fault.length : Number.POSITIVE_INFINITY;
      for await (const object of inner.list(prefix, options)) {
        if (left-- === 0) throw new StoreUnavailableError(`the listing of ${prefix} broke off`);
        yield object;
      }
    },
    delete: (name, options) => faulty("delete", name, options, () => inner.delete(name, options)),
    read: (name, options) =>
      faulty("read", name, options, async (spoil) => {
        const found = await inner.read(name, options);
        return found && { ...found, bytes: spoil(found.bytes) };
      }),
    swap: (name, bytes, tag, options) =>
      faulty("swap", name, options, (spoil) => inner.swap(name, spoil(bytes), tag, options)),
  };
}

async function begin(fault: Fault | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (fault?.kind === "throw") throw fault.error;
  if (fault?.kind === "reset") throw new StoreUnavailableError("the connection was reset");
  if (fault?.kind !== "stall") return;
  if (fault.ms === undefined) {
    await new Promise((_, reject) => {
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  } else {
    await sleep(fault.ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }
}

function spoiled(bytes: Uint8Array, fault: Fault | undefined): Uint8Array {
  if (fault?.kind === "truncate") return bytes.subarray(0, fault.length);
  if (fault?.kind !== "flip" || bytes.byteLength === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  const at = (fault.at < 0 ? bytes.byteLength + fault.at : fault.at) % bytes.byteLength;
  copy[at]! ^= 1;
  return copy;
}
