// The setting of the metrics: what it may say, and what a wrong one hears.

import { expect, test } from "@jest/globals";
import { openMetrics } from "../../src/metrics/open-metrics.ts";
import { SettingsError } from "../../src/model/errors.ts";

const open = (text: string | undefined, env: Record<string, string> = {}) =>
  openMetrics(text, { env, setting: "CAIRN_METRICS", store: "bucket/" });

test.each([
  [undefined, true, []],
  ["index", true, []],
  ["off", false, []],
  ["cloudwatch", true, ["cloudwatch://Cairn"]],
  ["cloudwatch://Team/Cache?region=eu-west-1", true, ["cloudwatch://Team/Cache"]],
  ["emf:///var/log/cairn.json", true, ["emf:///var/log/cairn.json"]],
])("%j is taken", (text, counts, sinks) => {
  const opened = open(text);
  expect([opened.counts, opened.sinks.map(({ description }) => description)]).toEqual([counts, sinks]);
});

test.each([
  ["emf://file", /absolute path/],
  ["emf:///folder/", /absolute path/],
  ["cloudwatch://AWS/S3", /no namespace.*AWS\/S3/],
  ["cloudwatch://a b", /not a URL|no namespace/],
  ["cloudwatch://Cairn?regoin=x", /unknown parameter "regoin"/],
  ["statsd://localhost", /unknown scheme "statsd"/],
  ["emf:///file?region=x", /unknown parameter "region"/],
])("%j is refused with what to write", (text, message) => {
  expect(() => open(text)).toThrow(message);
  try {
    open(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    expect((error as SettingsError).hint).toBeTruthy();
  }
});
