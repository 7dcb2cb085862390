// Which process something belongs to, as the others of its machine can find out whether it still runs.

import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessId {
  readonly machine: string;
  readonly pid: number;
}

export function thisProcess(): ProcessId {
  return { machine: machineName(), pid: process.pid };
}

/** Certain only of processes of this machine; of all others: no. */
export function isDead({ machine, pid }: ProcessId): boolean {
  if (machine !== machineName()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Containers of one machine may share a host name but not process ids: those belong to a namespace. */
function machineName(): string {
  try {
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
    return `${hostname()}/${namespace}`;
  } catch {
    return hostname();
  }
}
