// MetricSink: takes the metrics of steps elsewhere, beside the counters of the index: to CloudWatch, or to a file that an
// agent reads. One sample a step.

import type { Domain } from "../model/ref.ts";
import type { CallOptions } from "./object-store.ts";

export interface MetricSample {
  readonly repository: string;
  /** What a pull request says is kept apart from what branches say. */
  readonly domain: Domain;
  readonly atMs: number;
  /** By the names of METRICS. */
  readonly values: Readonly<Record<string, number>>;
}

export interface MetricSink {
  /** For messages: `cloudwatch://Cairn`, a file. */
  readonly description: string;
  /** @throws CacheError; an abort rejects with the signal's reason. */
  publish(sample: MetricSample, options?: CallOptions): Promise<void>;
  /** Frees sockets. Idempotent. */
  close(): Promise<void>;
}
