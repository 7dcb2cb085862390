// DSNs of stores, indexes and near caches, durations and sizes: from settings, which a workflow may build from others' texts.

import { parseIndexDsn } from "../../../src/indexes/open-key-index.ts";
import { parseDuration, parseSize } from "../../../src/lib/dsn.ts";
import { parseNearDsn } from "../../../src/objects/parse-near-dsn.ts";
import { parseStoreDsn } from "../../../src/objects/parse-store-dsn.ts";
import { bytesOf, decoded, type FuzzTarget, holds, textOf } from "../target.ts";

export const target: FuzzTarget = {
  seeds: () =>
    [
      "s3://bucket/a/{repository}?region=eu-west-1&endpoint=http://h:9000&path-style=true&ttl=30d&compression=zstd:3",
      "s3://bucket?sse=aws:kms&kms-key=k",
      "file:///dir?max-size=20GiB&evict=lru",
      "dynamodb://table?region=r&endpoint=http://127.0.0.1:1",
      "sqlite:///x/y.db",
      "bucket",
      "90s",
      "20GiB",
      "memory://name",
    ].map(bytesOf),
  dictionary: [
    "%2F",
    "%00",
    "..",
    "/../",
    "?",
    "&",
    "#",
    "@",
    "{repository}",
    "__proto__",
    "constructor",
    "%",
    "e9",
    "[::1]",
    "://",
  ],
  run(input) {
    const text = textOf(input);
    const env = {};
    const store = decoded(() => parseStoreDsn(text, { env, setting: "S", repository: "acme/api" } as never));
    const place = (store as { target?: { kind: string; prefix?: string; root?: string } } | undefined)
      ?.target;
    if (place?.kind === "s3") holds(!place.prefix!.split("/").includes(".."), "a prefix does not lead up");
    if (place?.kind === "file") holds(!place.root!.includes("\0"), "a folder is a path");
    decoded(() => parseIndexDsn(text, { env, setting: "I" }));
    decoded(() => parseNearDsn(text, "N"));
    for (const parse of [parseDuration, parseSize]) {
      const value = decoded(() => parse(text, "D"));
      holds(value === undefined || value >= 0, "it is no negative amount");
    }
  },
};
