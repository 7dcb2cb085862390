// The dashboard and the alarms name just the metrics that steps publish, each under dimensions that it is published
// with: found out by publishing, not by the list that both sides read.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCache } from "@cairn/core";
import { expect, test } from "@jest/globals";
import { alarms, dashboard } from "../../src/blueprint/monitoring.ts";
import { settingsOf } from "../support/infra.ts";
import { ACCESS, writeTree } from "../support/jobs.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-metrics-"));
const where = { region: "us-east-1", bucket: "acme-cache", prefix: "team/" };

/** What a save, a hit that spares known work, and a miss publish: namespace, name and dimensions of each. */
async function published(): Promise<Set<string>> {
  const log = join(folder, "metrics.json");
  const place = { store: `file://${folder}/store`, index: `sqlite://${folder}/store/index.sqlite` };
  const cache = await openCache({ ...settingsOf(place), metrics: `emf://${log}` }, { env: {} });
  writeTree({ workspace: folder } as never, "seed", 1, 1000);
  const common = {
    ...{ paths: ["tree"], access: ACCESS.main },
    folders: { workspace: folder, home: folder, temp: folder },
  };
  await cache.save({ ...common, key: "k", run: { system: "git", buildSeconds: 60 } });
  for (const key of ["k", "none"]) await cache.restore({ ...common, key, restoreKeys: [] });
  await cache.close();
  const found = new Set<string>();
  for (const line of readFileSync(log, "utf8").trimEnd().split("\n")) {
    for (const { Namespace, Dimensions, Metrics } of JSON.parse(line)._aws.CloudWatchMetrics)
      for (const { Name } of Metrics)
        for (const names of Dimensions) found.add(`${Namespace} ${Name} ${names.toSorted()}`);
  }
  return found;
}

test("every metric that they name is published, and every metric that is published is shown", async () => {
  const found = await published();
  const named = new Set<string>();
  for (const { properties } of dashboard(where).widgets as { properties: { metrics: unknown[][] } }[]) {
    for (const [first, ...rest] of properties.metrics) {
      if (typeof first === "string") named.add(`${first} ${rest[0]} ${rest[1]}`);
      const { expression } = (first ?? {}) as { expression?: string };
      const search = /SEARCH\('\{(\w+),([\w,]+)\} MetricName="(\w+)"/.exec(expression ?? "");
      if (search) named.add(`${search[1]} ${search[3]} ${search[2]!.split(",").toSorted()}`);
    }
  }
  for (const { queries } of alarms(where))
    for (const { metric } of queries) if (metric) named.add(`Cairn ${metric} Store`);
  expect([...named].filter((one) => !found.has(one))).toEqual([]);
  const names = (of: Set<string>) => [...new Set([...of].map((one) => one.split(" ")[1]))].toSorted();
  expect(names(named)).toEqual(names(found));
});
