// What the figures were taken on: without it they mean nothing.

import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() || "unknown",
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** A busy machine at the start spoils what follows. @returns a warning, or undefined. */
export function busyWarning(): string | undefined {
  const load = loadavg()[0]!;
  return load > 0.5
    ? `warning: the machine is busy (load ${load.toFixed(1)}); wait until it is quiet`
    : undefined;
}
