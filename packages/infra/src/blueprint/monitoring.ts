// The dashboard of a store and its two alarms. What publishes the metrics reads their names from the same place as this
// does: core's model/metric-names.ts.

import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "@cairn/core";
import type { Names } from "./names.ts";

type Where = Pick<Names, "region" | "bucket" | "prefix">;

/** From fewer look-ups a day a rate says nothing. */
const LOOKUPS_THAT_COUNT = 20;
/** Per cent; the target that the docs give. */
export const LOW_HIT_RATE = 60;
/** Uploaded in a day; the docs' target is less than so much for a repository in all. */
export const FAST_GROWTH_BYTES: number = 100 * 1024 ** 3;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;

export interface AlarmQuery {
  readonly id: string;
  readonly label: string;
  /** One metric of the store, summed over a day. */
  readonly metric?: string;
  /** Of the other queries. Exactly one query of an alarm is its result: the first. */
  readonly expression?: string;
}

export interface Alarm {
  /** With slashes in it: see plainName(). */
  readonly name: string;
  readonly description: string;
  readonly comparison: "LessThanThreshold" | "GreaterThanThreshold";
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly store: string;
  readonly queries: readonly AlarmQuery[];
}

export function alarms(where: Where): Alarm[] {
  const common = { periodSeconds: DAY_SECONDS, store: storeValue(where) };
  return [
    {
      ...common,
      name: `${monitoringName(where)}-low-hit-rate`,
      description: `Fewer than ${LOW_HIT_RATE} % of a day's look-ups found something: keys that change too often, or saves that fail.`,
      comparison: "LessThanThreshold",
      threshold: LOW_HIT_RATE,
      queries: [
        {
          id: "rate",
          label: "hit rate, %",
          // Too few look-ups count as a good day.
          expression: `IF(hits + partial + misses >= ${LOOKUPS_THAT_COUNT}, ${HIT_RATE}, 100)`,
        },
        ...LOOKUPS,
      ],
    },
    {
      ...common,
      name: `${monitoringName(where)}-fast-growth`,
      description:
        "More than 100 GiB were uploaded in a day: a cache without end in its paths, or a key for each commit of a large tree.",
      comparison: "GreaterThanThreshold",
      threshold: FAST_GROWTH_BYTES,
      queries: [{ id: "uploaded", label: "uploaded bytes", metric: METRICS.uploadedBytes }],
    },
  ];
}

const HIT_RATE = "100 * (hits + partial) / (hits + partial + misses)";
const LOOKUPS: readonly AlarmQuery[] = [
  { id: "hits", label: "hits", metric: METRICS.hits },
  { id: "partial", label: "partial hits", metric: METRICS.partialHits },
  { id: "misses", label: "misses", metric: METRICS.misses },
];

/** With slashes in it: see plainName(). */
export function monitoringName({ bucket, prefix }: Pick<Names, "bucket" | "prefix">): string {
  return `${bucket}/${prefix}cairn`;
}

/** CloudWatch takes letters, digits, hyphens and underscores in the name of a dashboard. */
export function plainName(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]+/g, "-");
}

/** The value of the dimension that every metric of this store has; see storeDimension() in core. */
function storeValue({ bucket, prefix }: Where): string {
  return `${bucket}/${prefix}`;
}

type Widget = Readonly<Record<string, unknown>>;

export function dashboard(where: Where): { readonly widgets: readonly Widget[] } {
  const dimension = [METRIC_DIMENSIONS.store, storeValue(where)];
  const metric = (name: string, id: string, rest: object = {}) => [
    METRIC_NAMESPACE,
    name,
    ...dimension,
    { id, ...rest },
  ];
  const hidden = { visible: false };
  const graph = (
    x: number,
    y: number,
    title: string,
    metrics: readonly unknown[],
    rest: object = {},
  ): Widget => ({
    type: "metric",
    x,
    y,
    width: 12,
    height: 6,
    properties: {
      title,
      region: where.region,
      view: "timeSeries",
      stat: "Sum",
      period: HOUR_SECONDS,
      metrics,
      ...rest,
    },
  });
  const byRepository = (name: string, id: string) => [
    {
      id,
      label: "",
      expression: `SEARCH('{${METRIC_NAMESPACE},${METRIC_DIMENSIONS.repository},${METRIC_DIMENSIONS.store}} MetricName="${name}" ${METRIC_DIMENSIONS.store}="${storeValue(where)}"', 'Sum', ${DAY_SECONDS})`,
    },
  ];
  return {
    widgets: [
      graph(
        0,
        0,
        "Hit rate (%)",
        [
          [{ id: "rate", label: "hit rate", expression: HIT_RATE }],
          metric(METRICS.hits, "hits", hidden),
          metric(METRICS.partialHits, "partial", hidden),
          metric(METRICS.misses, "misses", hidden),
        ],
        {
          yAxis: { left: { min: 0, max: 100 } },
          annotations: { horizontal: [{ label: "target", value: LOW_HIT_RATE }] },
        },
      ),
      graph(
        12,
        0,
        "Look-ups",
        LOOKUPS.map(({ metric: name, id, label }) => metric(name!, id, { label })),
        {
          stacked: true,
        },
      ),
      graph(0, 6, "Bytes", [
        metric(METRICS.uploadedBytes, "uploaded", { label: "uploaded" }),
        metric(METRICS.reusedBytes, "reused", { label: "reused by saves" }),
        metric(METRICS.downloadedBytes, "downloaded", { label: "downloaded" }),
        metric(METRICS.restoredBytes, "restored", { label: "restored" }),
      ]),
      graph(
        12,
        6,
        "Time of a step (s, median)",
        [
          metric(METRICS.restoreSeconds, "restore", { label: "restore" }),
          metric(METRICS.saveSeconds, "save", { label: "save" }),
        ],
        { stat: "p50" },
      ),
      graph(0, 12, "Uploaded a day, by repository (bytes)", [byRepository(METRICS.uploadedBytes, "growth")]),
      graph(12, 12, "Work saved (s)", [metric(METRICS.savedSeconds, "saved", { label: "seconds of work" })]),
    ],
  };
}
