// Results: what a benchmark found, as it is written to the JSON file and as the reports read it.

import type { BenchCase } from "./cases.ts";
import type { Traffic } from "./counting-proxy.ts";
import type { Machine } from "./machine.ts";
import type { Measurement } from "./measure.ts";
import type { TreeSize } from "./tree.ts";

export interface SubjectResult {
  readonly name: string;
  readonly title: string;
  /** In the order they were made; the n-th runs of all subjects are neighbours in time. */
  readonly runs: readonly Measurement[];
  /** Of the warm-up run, which alone goes through the counting proxy. */
  readonly traffic: Traffic;
  /** In the bucket after the operation: what was stored before, and what a save added. */
  readonly storedBytes: number;
}

export interface CaseResult {
  readonly case: BenchCase;
  readonly tree: TreeSize;
  /** Whether the server kept connections. */
  readonly keepAlive: boolean;
  /** Cairn first. */
  readonly subjects: readonly SubjectResult[];
}

export interface BenchResults {
  readonly startedAt: string;
  readonly machine: Machine;
  /** Where it was measured. */
  readonly scratch: "tmpfs" | "disk";
  readonly server: string;
  readonly cases: readonly CaseResult[];
}
