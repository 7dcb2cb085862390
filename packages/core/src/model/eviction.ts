// What goes first when a store is larger than it may be.

import type { Ref } from "./ref.ts";

/** Used longest ago; used least often; saved first; largest. */
export const EVICTION_POLICIES = ["lru", "lfu", "fifo", "size"] as const;

export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

type Order = (a: Ref, b: Ref) => number;

const byLastUse: Order = (a, b) => a.lastAccessedAtMs - b.lastAccessedAtMs;
const byAge: Order = (a, b) => a.createdAtMs - b.createdAtMs;

const ORDERS: Readonly<Record<EvictionPolicy, Order>> = {
  lru: byLastUse,
  lfu: (a, b) => a.accessCount - b.accessCount || byLastUse(a, b),
  fifo: byAge,
  size: (a, b) => b.storedBytes - a.storedBytes || byLastUse(a, b),
};

/** For sorting: first to go first. The same Refs come in the same order, whatever order they were listed in. */
export function evictionOrder(policy: EvictionPolicy): Order {
  return (a, b) => ORDERS[policy](a, b) || byAge(a, b) || (a.contentHash < b.contentHash ? -1 : 1);
}
