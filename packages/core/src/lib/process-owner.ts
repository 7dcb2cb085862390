// Owners of leases say which process they are, so that a dead one on this machine is not waited for.

import { hostname } from "node:os";

/** @param what names the work: `prune 4f2a`. */
export function ownerHere(what: string): string {
  return `${what} (${hostname()}:${process.pid})`;
}

/** Certain only of other processes of this machine; of all others: no. */
export function isDeadHere(owner: string): boolean {
  const [, host, pid] = /\((.+):(\d+)\)$/.exec(owner) ?? [];
  if (host !== hostname() || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
