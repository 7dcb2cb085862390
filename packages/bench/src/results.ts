// Results: what a benchmark found, as it is written to the JSON file and as the reports read it.

import type { BenchCase } from "./cases.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Traffic } from "./counting-proxy.ts";
import type { DiskKind } from "./disk-kind.ts";
import type { LookupResult } from "./lookup/lookup-result.ts";
import type { Measurement } from "./measure.ts";
import type { NetworkKind } from "./network/network.ts";
import type { TreeSize } from "./tree.ts";
import type { UpkeepResult } from "./upkeep/upkeep-result.ts";

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

export interface FloorResult {
  readonly title: string;
  readonly runs: readonly Measurement[];
}

export interface CaseResult extends Circumstances {
  readonly case: BenchCase;
  readonly tree: TreeSize;
  readonly disk: DiskKind;
  readonly network: NetworkKind;
  /** What the network was found to give. */
  readonly link: string | undefined;
  /** Whether the server kept connections. */
  readonly keepAlive: boolean;
  /** Cairn first. */
  readonly subjects: readonly SubjectResult[];
  readonly floors: readonly FloorResult[];
}

/** What the JSON file holds: of each case, disk and network the newest result. */
export interface BenchResults {
  readonly cases: readonly CaseResult[];
  readonly lookups: readonly LookupResult[];
  /** Of each number of objects. */
  readonly upkeep: readonly UpkeepResult[];
}
