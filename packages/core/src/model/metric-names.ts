// The names under which Cairn publishes metrics to CloudWatch: the one place that whoever publishes them, the dashboard
// and the alarms agree on.

import type { Domain } from "./ref.ts";

export const METRIC_NAMESPACE = "Cairn";

/**
 * Where a step publishes. Pull requests have a namespace of their own, to which alone their policy lets them publish: so
 * none of them can raise or silence an alarm.
 */
export function namespaceOf(namespace: string, domain: Domain): string {
  return domain === "pr" ? `${namespace}/PullRequests` : namespace;
}

export const METRIC_DIMENSIONS = { store: "Store", repository: "Repository" } as const;

/**
 * Every metric is published twice: with `Store` alone, which the alarms read (an alarm can't search), and with `Store`
 * and `Repository`.
 */
export const METRIC_DIMENSION_SETS: readonly (readonly ("Store" | "Repository")[])[] = [
  [METRIC_DIMENSIONS.store],
  [METRIC_DIMENSIONS.store, METRIC_DIMENSIONS.repository],
];

/** Of one step of a job. Counts are 0 or 1, so that their sums are counts. */
export const METRICS = {
  /** The key itself was found. */
  hits: "Hits",
  /** Another key that it, or a restore-key, is a prefix of. */
  partialHits: "PartialHits",
  misses: "Misses",
  /** Bytes. */
  restoredBytes: "RestoredBytes",
  downloadedBytes: "DownloadedBytes",
  uploadedBytes: "UploadedBytes",
  reusedBytes: "ReusedBytes",
  /** Seconds. */
  restoreSeconds: "RestoreSeconds",
  saveSeconds: "SaveSeconds",
  /** Seconds of work that a hit spared, where the job told how long it takes. */
  savedSeconds: "SavedSeconds",
} as const;

export function metricUnit(name: string): "Bytes" | "Seconds" | "Count" {
  if (name.endsWith("Bytes")) return "Bytes";
  return name.endsWith("Seconds") ? "Seconds" : "Count";
}

/** The value of the dimension `Store`. @param prefix of the store, without slashes at its ends. */
export function storeDimension(bucket: string, prefix: string): string {
  return prefix === "" ? `${bucket}/` : `${bucket}/${prefix}/`;
}
