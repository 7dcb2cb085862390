// The dashboard of a store and its alarms in CloudWatch, whose SDK is imported here, on the first request, and nowhere
// else. A store that is not in AWS has none, unless the environment names a CloudWatch.

import type { CloudWatchClient, MetricAlarm, PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { AccessDeniedError, type AwsSession, CacheError, StoreUnavailableError } from "@cairn/core";
import { type Alarm, alarms, dashboard, monitoringName, plainName } from "../blueprint/monitoring.ts";
import type { Names } from "../blueprint/names.ts";
import { alarmQueries } from "../render/alarm-queries.ts";
import { isEqual } from "./is-equal.ts";
import { ensureSetting, failureOf, type Setting, type SetupOptions, type SetupStep } from "./setting.ts";

export interface MonitoringOptions extends SetupOptions {
  readonly aws: AwsSession;
  readonly region: string | undefined;
  /** ARN of the SNS topic that alarms tell; undefined: as an alarm has it, none for a new one. */
  readonly alarmTopic: string | undefined;
}

type Sdk = typeof import("@aws-sdk/client-cloudwatch");

interface MonitoringContext {
  readonly sdk: Sdk;
  readonly client: CloudWatchClient;
  readonly abort: { readonly abortSignal?: AbortSignal };
}

/** @throws CacheError */
export async function monitoringSteps(
  names: Pick<Names, "bucket" | "prefix">,
  options: MonitoringOptions,
): Promise<SetupStep[]> {
  const { aws, region, alarmTopic, signal } = options;
  const sdk = await import("@aws-sdk/client-cloudwatch");
  const client = new sdk.CloudWatchClient({
    ...(await aws.clientOptions()),
    ...(region !== undefined && { region }),
  });
  const context = { sdk, client, abort: signal === undefined ? {} : { abortSignal: signal } };
  try {
    const where = { ...names, region: await client.config.region() };
    const steps = [await ensureSetting(dashboardSetting(context, where), options)];
    for (const alarm of alarms(where)) {
      steps.push(await ensureSetting(alarmSetting(context, alarm, alarmTopic), options));
    }
    return steps;
  } catch (error) {
    signal?.throwIfAborted();
    throw translate(error);
  } finally {
    client.destroy();
  }
}

function dashboardSetting(
  { sdk, client, abort }: MonitoringContext,
  where: Pick<Names, "region" | "bucket" | "prefix">,
): Setting<unknown> {
  const DashboardName = plainName(monitoringName(where));
  const body = dashboard(where);
  return {
    resource: `cloudwatch dashboard ${DashboardName}`,
    actions: { read: "cloudwatch:GetDashboard", write: "cloudwatch:PutDashboard" },
    absentCodes: ["ResourceNotFound", "DashboardNotFoundError", "ResourceNotFoundException"],
    async read() {
      const { DashboardBody } = await client.send(new sdk.GetDashboardCommand({ DashboardName }), abort);
      return JSON.parse(DashboardBody ?? "{}");
    },
    judge(found) {
      const detail = "hit rate, look-ups, bytes and times of this store";
      if (found === undefined) return { state: "missing", detail };
      if (isEqual(found, body)) return { state: "present", detail };
      return { state: "outdated", detail: `${detail}: the one of this version in place of what is there` };
    },
    async write() {
      const DashboardBody = JSON.stringify(body);
      await client.send(new sdk.PutDashboardCommand({ DashboardName, DashboardBody }), abort);
      return undefined;
    },
  };
}

function alarmSetting(
  { sdk, client, abort }: MonitoringContext,
  alarm: Alarm,
  alarmTopic: string | undefined,
): Setting<MetricAlarm | undefined> {
  const AlarmName = plainName(alarm.name);
  const wanted: PutMetricAlarmCommandInput = {
    AlarmName,
    AlarmDescription: alarm.description,
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    EvaluationPeriods: 1,
    TreatMissingData: "notBreaching",
    Metrics: alarmQueries(alarm),
  };
  return {
    resource: `cloudwatch alarm ${AlarmName}`,
    actions: { read: "cloudwatch:DescribeAlarms", write: "cloudwatch:PutMetricAlarm" },
    absentCodes: [],
    async read() {
      const answer = await client.send(new sdk.DescribeAlarmsCommand({ AlarmNames: [AlarmName] }), abort);
      return answer.MetricAlarms?.[0];
    },
    // A threshold that somebody moved is theirs; so is whom it tells, unless a topic is asked for.
    judge(found) {
      if (found === undefined) return { state: "missing", detail: alarm.description };
      const isTold = alarmTopic === undefined || found.AlarmActions?.includes(alarmTopic) === true;
      const isSame =
        found.ComparisonOperator === wanted.ComparisonOperator && isEqual(queriesOf(found), wanted.Metrics);
      if (isSame && isTold) return { state: "present", detail: alarm.description };
      return { state: "outdated", detail: isTold ? alarm.description : `it does not tell ${alarmTopic}` };
    },
    async write(found) {
      const AlarmActions = [
        ...new Set([...(found?.AlarmActions ?? []), ...(alarmTopic ? [alarmTopic] : [])]),
      ];
      const Threshold = found?.Threshold ?? wanted.Threshold;
      await client.send(new sdk.PutMetricAlarmCommand({ ...wanted, Threshold, AlarmActions }), abort);
      return undefined;
    },
  };
}

/** Fields that the service adds are left out. */
function queriesOf({ Metrics = [] }: MetricAlarm): unknown[] {
  return Metrics.map(({ Id, Label, ReturnData, Expression, MetricStat }) => ({
    Id,
    Label,
    ReturnData,
    Expression,
    MetricStat: MetricStat && {
      Metric: MetricStat.Metric,
      Period: MetricStat.Period,
      Stat: MetricStat.Stat,
    },
  }));
}

function translate(error: unknown): unknown {
  if (error instanceof CacheError) return error;
  const { code, status } = failureOf(error);
  const cause = new Error(`${code}${status > 0 ? ` (HTTP ${status})` : ""}`);
  if (status === 400 || status === 401 || status === 403) {
    return new AccessDeniedError(`CloudWatch refuses the request (${code})`, {
      hint: "check the AWS credentials, or leave the dashboard and the alarms out with --no-monitoring",
      cause,
    });
  }
  return new StoreUnavailableError(`CloudWatch can't be reached (${code})`, {
    hint: "check the network and the region, or leave the dashboard and the alarms out with --no-monitoring",
    cause,
  });
}
