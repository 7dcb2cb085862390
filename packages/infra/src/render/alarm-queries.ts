// The queries of an alarm in the words of CloudWatch's API, which CloudFormation shares.

import { METRIC_DIMENSIONS, METRIC_NAMESPACE } from "@cairn/core";
import type { Alarm } from "../blueprint/monitoring.ts";

export interface AlarmQueryInput {
  readonly Id: string;
  readonly Label: string;
  readonly ReturnData: boolean;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: { Name: string; Value: string }[];
    };
    readonly Period: number;
    readonly Stat: "Sum";
  };
}

/** The first is the result. */
export function alarmQueries({ queries, store, periodSeconds }: Alarm): AlarmQueryInput[] {
  return queries.map(({ id, label, metric, expression }, index) => ({
    Id: id,
    Label: label,
    ReturnData: index === 0,
    ...(expression === undefined
      ? {
          MetricStat: {
            Metric: {
              Namespace: METRIC_NAMESPACE,
              MetricName: metric!,
              Dimensions: [{ Name: METRIC_DIMENSIONS.store, Value: store }],
            },
            Period: periodSeconds,
            Stat: "Sum",
          },
        }
      : { Expression: expression }),
  }));
}
