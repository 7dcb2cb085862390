// From the setting of the metrics to where they go: the one place that knows every sink. Nothing is touched until the
// first sample. The counters of the index are no sink; `off` turns them off, too.

import { isAbsolute } from "node:path";
import type { AwsSession } from "../aws/aws-session.ts";
import { parseDsn } from "../lib/dsn.ts";
import { SettingsError } from "../model/errors.ts";
import { METRIC_NAMESPACE } from "../model/metric-names.ts";
import type { MetricSink } from "../ports/metric-sink.ts";
import { createCloudWatchSink } from "./cloudwatch-sink.ts";
import { createEmfSink } from "./emf-sink.ts";

export interface MetricsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the text came from, for messages. */
  readonly setting: string;
  /** Value of the dimension `Store`. */
  readonly store: string;
  readonly aws?: AwsSession | undefined;
}

export interface OpenedMetrics {
  /** Whether the index counts steps. */
  readonly counts: boolean;
  readonly sinks: readonly MetricSink[];
}

/**
 * @param text `off`, `index` (the default: the counters of the index and no more), `cloudwatch`,
 *   `cloudwatch://Namespace?region=&endpoint=`, `emf:///file`.
 * @throws SettingsError
 */
export function openMetrics(text: string | undefined, options: MetricsOptions): OpenedMetrics {
  const { env, setting, store, aws } = options;
  if (text === undefined || text === "index") return { counts: true, sinks: [] };
  if (text === "off") return { counts: false, sinks: [] };
  const dsn = parseDsn(text === "cloudwatch" ? "cloudwatch://" : text, setting, {
    cloudwatch: ["region", "endpoint"],
    emf: [],
  });
  if (dsn.scheme === "emf") {
    if (dsn.host !== "" || !isAbsolute(dsn.path) || dsn.path.endsWith("/")) {
      throw new SettingsError(setting, `${setting} needs the absolute path of a file: "${text}"`, {
        hint: "write emf:///var/log/cairn.json, with three slashes; emf:///dev/stdout writes into the log of the job",
      });
    }
    return { counts: true, sinks: [createEmfSink({ file: dsn.path, store })] };
  }
  const namespace = `${dsn.host}${dsn.path}`.replace(/\/+$/, "") || METRIC_NAMESPACE;
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
  if (!/^[A-Za-z0-9_.#:/-]{1,200}$/.test(namespace) || /^aws\//i.test(namespace)) {
    throw new SettingsError(setting, `${setting} names no namespace of CloudWatch: "${namespace}"`, {
      hint: `write cloudwatch, or cloudwatch://NAME: letters, digits and . - _ / # :, not beginning with AWS/; the dashboard of cairn setup reads ${METRIC_NAMESPACE}`,
    });
  }
  const region = dsn.parameters.get("region") ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const endpoint =
    dsn.parameters.get("endpoint") ?? env["AWS_ENDPOINT_URL_CLOUDWATCH"] ?? env["AWS_ENDPOINT_URL"];
  return { counts: true, sinks: [createCloudWatchSink({ namespace, region, endpoint, store, aws })] };
}
