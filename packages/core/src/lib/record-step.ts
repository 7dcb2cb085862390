// Records what a step came to: in the counters of the index, and wherever else metrics go. It runs while the caller
// reports, takes two seconds at most and never rejects: figures that are one step short harm nobody.

import type { PruneRemoval } from "../maintenance.ts";
import type { Access } from "../model/access.ts";
import { type Counters, countersOf, dayOfTime } from "../model/counters.ts";
import type { KeyIndex } from "../ports/key-index.ts";
import type { MetricSink } from "../ports/metric-sink.ts";
import type { CallOptions } from "../ports/object-store.ts";
import type { Clock } from "./clock.ts";
import { metricsOf } from "./step-counters.ts";
import { tolerate } from "./tolerate.ts";

export interface RecordingBackend {
  readonly index: KeyIndex;
  readonly clock: Clock;
}

/** A step is over by then: it waits no longer for its figures. */
const TIMEOUT_MS = 2_000;

/** Of the job's own repository and domain; a job that knows neither is not counted. */
export async function recordStep(
  { index, clock }: RecordingBackend,
  sinks: readonly MetricSink[],
  access: Access,
  counters: Counters,
): Promise<void> {
  const { repository } = access.writes ?? access.reads[0] ?? {};
  if (!repository) return;
  const { domain } = access;
  const atMs = clock.now();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const sample = { repository, domain, atMs, values: metricsOf(counters) };
  await Promise.all([
    tolerate(() => index.count({ repository, domain, day: dayOfTime(atMs), counters }, { signal })),
    ...sinks.map((sink) => tolerate(() => sink.publish(sample, { signal }))),
  ]);
}

/** Counts what a prune took away before its time. */
export async function recordEvictions(
  { index, clock }: RecordingBackend,
  removed: readonly PruneRemoval[],
  options?: CallOptions,
): Promise<void> {
  const evicted = removed.filter(({ why }) => why === "evicted").map(({ ref }) => ref);
  const day = dayOfTime(clock.now());
  for (const refs of Map.groupBy(evicted, ({ scope, domain }) => `${domain} ${scope.repository}`).values()) {
    const { scope, domain } = refs[0]!;
    const counters = countersOf({ evictions: refs.length });
    await tolerate(() => index.count({ repository: scope.repository, domain, day, counters }, options));
  }
}
