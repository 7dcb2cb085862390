// Metrics in the embedded metric format: one line of JSON for each step, appended to a file that the CloudWatch agent
// reads, or to the log of a job that CloudWatch Logs takes in. No request, no credentials.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

import { appendFile } from "node:fs/promises";
import { StoreUnavailableError } from "../model/errors.ts";
import {
  METRIC_DIMENSION_SETS,
  METRIC_DIMENSIONS,
  METRIC_NAMESPACE,
  metricUnit,
  namespaceOf,
} from "../model/metric-names.ts";
import type { MetricSample, MetricSink } from "../ports/metric-sink.ts";

export function createEmfSink({
  file,
  store,
}: {
  readonly file: string;
  readonly store: string;
}): MetricSink {
  return {
    description: `emf://${file}`,
    async publish(sample, options) {
      options?.signal?.throwIfAborted();
      try {
        // One write of one line: processes that append at once do not mix their lines.
        await appendFile(file, `${JSON.stringify(documentOf(sample, store))}\n`);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "error";
        throw new StoreUnavailableError(`metrics can't be appended to ${file} (${code})`, {
          hint: "check CAIRN_METRICS: the folder has to exist, and this user to be able to write the file",
          cause: error,
        });
      }
    },
    async close() {},
  };
}

function documentOf({ repository, domain, atMs, values }: MetricSample, store: string): unknown {
  return {
    _aws: {
      Timestamp: Math.round(atMs),
      CloudWatchMetrics: [
        {
          Namespace: namespaceOf(METRIC_NAMESPACE, domain),
          Dimensions: METRIC_DIMENSION_SETS,
          Metrics: Object.keys(values).map((Name) => ({ Name, Unit: metricUnit(Name) })),
        },
      ],
    },
    [METRIC_DIMENSIONS.store]: store,
    [METRIC_DIMENSIONS.repository]: repository,
    ...values,
  };
}
