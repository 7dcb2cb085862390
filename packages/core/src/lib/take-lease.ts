// Leases of the processes of one machine and of others: the owner of one says which process it is, so that a dead one on
// this machine is not waited for.

import type { KeyIndex, Lease } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { isDead, thisProcess } from "./process-id.ts";

/** @param what names the work: `prune 4f2a`. */
export function ownerHere(what: string): string {
  const { machine, pid } = thisProcess();
  return `${what} (${machine}:${pid})`;
}

/**
 * Takes a lease, also from a process of this machine that has died.
 * @param lease with the time of the call.
 * @returns the lease that another owner holds.
 */
export async function takeLease(
  index: KeyIndex,
  lease: () => Lease,
  options: CallOptions,
): Promise<Lease | undefined> {
  const other = await index.acquireLease(lease(), options);
  if (!other || !isDeadHere(other.owner)) return other;
  await index.releaseLease(other, options);
  return index.acquireLease(lease(), options);
}

function isDeadHere(owner: string): boolean {
  const [, machine, pid] = /\((.+):(\d+)\)$/.exec(owner) ?? [];
  return machine !== undefined && isDead({ machine, pid: Number(pid) });
}
