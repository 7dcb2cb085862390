// Metrics of real steps, taken by a CloudWatch (moto) and by a file in the embedded metric format: the same figures under
// the same names, pull requests in a namespace of their own, and a CloudWatch that is away costs no step anything.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, expect, test } from "@jest/globals";
import type { RestoreResult } from "../../../src/cache.ts";
import { METRICS } from "../../../src/model/metric-names.ts";
import { openCache } from "../../../src/open-cache.ts";
import { accessOf, createJob, MAIN, PULL } from "../../support/job.ts";
import { service } from "../../support/services.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { file, makeTree } from "../../support/tree.ts";

const client = new CloudWatchClient({ endpoint: service("moto"), region: "us-east-1" });
afterAll(() => client.destroy());

const job = createJob();
makeTree(job.folders.workspace, { "tree/a": file("a".repeat(5000)) });

/** A save, a hit and a miss of main, and a hit of a pull request, each a process's cache of its own. */
async function runSteps(metrics: string): Promise<{ store: string; hit: RestoreResult & { status: "hit" } }> {
  const store = temporaryFolder();
  const settings = {
    store: pathToFileURL(store).href,
    index: `sqlite://${store}/index.sqlite`,
    near: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    stampsFolder: undefined,
    notices: [],
    metrics,
  };
  const withCache = async <T>(work: (cache: Awaited<ReturnType<typeof openCache>>) => Promise<T>) => {
    const cache = await openCache(settings, { env: process.env });
    try {
      return await work(cache);
    } finally {
      await cache.close();
    }
  };
  const run = { system: "git", buildSeconds: 600 };
  await withCache((cache) => cache.save(job.saveRequest({ run })));
  const hit = await withCache((cache) => cache.restore(createJob().restoreRequest()));
  await withCache((cache) => cache.restore(createJob().restoreRequest({ key: "other" })));
  const access = accessOf(PULL, "pr", [PULL, MAIN]);
  await withCache((cache) => cache.restore(createJob().restoreRequest({ access })));
  if (hit.status !== "hit") throw new Error(hit.status);
  return { store, hit };
}

test("CloudWatch gets every metric of the steps, for the store and for its repository", async () => {
  const namespace = `Cairn-${randomUUID()}`;
  const { store, hit } = await runSteps(
    `cloudwatch://${namespace}?region=us-east-1&endpoint=${encodeURIComponent(service("moto"))}`,
  );
  const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: namespace }));
  const names = (dimensions: number) =>
    [
      ...new Set(
        Metrics.filter((one) => one.Dimensions!.length === dimensions).map((one) => one.MetricName!),
      ),
    ].toSorted();
  const every = Object.values(METRICS).toSorted();
  expect([names(1), names(2)]).toEqual([every, every]);

  const sum = async (MetricName: string, Dimensions: { Name: string; Value: string }[], of = namespace) => {
    const [StartTime, EndTime] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms));
    const range = { StartTime, EndTime, Period: 86_400, Statistics: ["Sum" as const] };
    const input = { Namespace: of, MetricName, Dimensions, ...range };
    const { Datapoints = [] } = await client.send(new GetMetricStatisticsCommand(input));
    return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
  };
  const ofStore = [{ Name: "Store", Value: store }];
  const ofRepository = [...ofStore, { Name: "Repository", Value: MAIN.repository }];
  for (const [name, expected] of [
    [METRICS.hits, 1],
    [METRICS.misses, 1],
    [METRICS.restoredBytes, 5000],
    [METRICS.savedSeconds, 600 - hit.durationMs / 1000],
  ] as const) {
    expect(await sum(name, ofRepository)).toBeCloseTo(expected, 6);
    // moto, unlike AWS, adds what has more dimensions than it is asked for.
    expect((await sum(name, ofStore)) - (await sum(name, ofRepository))).toBeCloseTo(expected, 6);
  }
  expect(await sum(METRICS.hits, ofRepository, `${namespace}/PullRequests`)).toBe(1);
});

test("the embedded metric format is one whole line a step, which says the same", async () => {
  const log = join(temporaryFolder(), "metrics.json");
  const { store, hit } = await runSteps(`emf://${log}`);
  const lines = readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(4);
  const [saved, restored, missed, pull] = lines;
  for (const line of lines) {
    const [directive] = line._aws.CloudWatchMetrics;
    expect(line._aws.CloudWatchMetrics).toHaveLength(1);
    expect(Math.abs(line._aws.Timestamp - Date.now())).toBeLessThan(3_600_000);
    expect(directive.Dimensions).toEqual([["Store"], ["Store", "Repository"]]);
    // Every metric that is announced is there, as a number; every dimension, as a text.
    for (const { Name } of directive.Metrics) expect(typeof line[Name]).toBe("number");
    expect(line).toMatchObject({ Store: store, Repository: MAIN.repository });
  }
  const unitsOf = (line: typeof saved) =>
    Object.fromEntries(
      line._aws.CloudWatchMetrics[0].Metrics.map(({ Name, Unit }: Record<string, string>) => [Name, Unit]),
    );
  expect(unitsOf(saved)).toEqual({ UploadedBytes: "Bytes", ReusedBytes: "Bytes", SaveSeconds: "Seconds" });
  expect(unitsOf(missed)).toEqual({ Hits: "Count", PartialHits: "Count", Misses: "Count" });
  expect(restored).toMatchObject({
    Hits: 1,
    Misses: 0,
    RestoredBytes: 5000,
    RestoreSeconds: hit.durationMs / 1000,
  });
  expect(lines.map((line) => line._aws.CloudWatchMetrics[0].Namespace)).toEqual([
    "Cairn",
    "Cairn",
    "Cairn",
    "Cairn/PullRequests",
  ]);
  expect(pull).toMatchObject({ Hits: 1, DownloadedBytes: expect.any(Number) });
});

test.each([
  ["a CloudWatch that is away", "cloudwatch://Cairn?region=us-east-1&endpoint=http://127.0.0.1:9"],
  ["a file in no folder", "emf:///nowhere/at/all/metrics.json"],
])("%s costs no step anything", async (_, metrics) => {
  expect((await runSteps(metrics)).hit.status).toBe("hit");
});
