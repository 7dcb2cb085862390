// Metrics by PutMetricData: one request a step, with every metric under each set of dimensions. The SDK is imported at the
// first sample.

import { isNativeError } from "node:util/types";
import type { CloudWatchClient, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { AwsSession } from "../aws/aws-session.ts";
import { AccessDeniedError, CacheError, StoreUnavailableError } from "../model/errors.ts";
import { METRIC_DIMENSION_SETS, METRIC_DIMENSIONS, metricUnit, namespaceOf } from "../model/metric-names.ts";
import type { MetricSample, MetricSink } from "../ports/metric-sink.ts";

export interface CloudWatchPlace {
  readonly namespace: string;
  /** Undefined: the one of the AWS profile. */
  readonly region: string | undefined;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  /** Value of the dimension `Store`. */
  readonly store: string;
  /** Undefined: the SDK's default chain, and no proxy. */
  readonly aws?: AwsSession | undefined;
}

type Sdk = typeof import("@aws-sdk/client-cloudwatch");

export function createCloudWatchSink({
  namespace,
  region,
  endpoint,
  store,
  aws,
}: CloudWatchPlace): MetricSink {
  let connecting: Promise<{ readonly sdk: Sdk; readonly client: CloudWatchClient }> | undefined;
  const connect = async () => {
    const sdk = await import("@aws-sdk/client-cloudwatch");
    const client = new sdk.CloudWatchClient({
      ...(await aws?.clientOptions()),
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
    });
    return { sdk, client };
  };
  return {
    description: `cloudwatch://${namespace}`,
    async publish(sample, options) {
      options?.signal?.throwIfAborted();
      try {
        connecting ??= connect();
        const { sdk, client } = await connecting;
        const command = new sdk.PutMetricDataCommand({
          Namespace: namespaceOf(namespace, sample.domain),
          MetricData: dataOf(sample, store),
        });
        await client.send(command, options?.signal ? { abortSignal: options.signal } : {});
      } catch (error) {
        options?.signal?.throwIfAborted();
        throw translate(error, namespace);
      }
    },
    async close() {
      const open = await connecting?.catch(() => undefined);
      connecting = undefined;
      open?.client.destroy();
    },
  };
}

function dataOf({ repository, atMs, values }: MetricSample, store: string): MetricDatum[] {
  const dimensions = { [METRIC_DIMENSIONS.store]: store, [METRIC_DIMENSIONS.repository]: repository };
  return METRIC_DIMENSION_SETS.flatMap((names) =>
    Object.entries(values).map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Unit: metricUnit(MetricName),
      Timestamp: new Date(atMs),
      Dimensions: names.map((Name) => ({ Name, Value: dimensions[Name] })),
    })),
  );
}

function translate(error: unknown, namespace: string): unknown {
  if (error instanceof CacheError || !isNativeError(error)) return error;
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const cause = new Error(`${name}: ${error.message}`.slice(0, 300));
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 400 && status < 500) {
    return new AccessDeniedError(`CloudWatch refuses the metrics (${name})`, {
      hint: `the job needs cloudwatch:PutMetricData on the namespace ${namespace}`,
      cause,
    });
  }
  return new StoreUnavailableError(`CloudWatch can't be reached (${name})`, {
    hint: "check the region and the network, or CAIRN_METRICS",
    cause,
  });
}
