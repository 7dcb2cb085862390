// What the DSN of a store says, checked: which store with which parameters, and the settings that are the cache's and
// not the driver's. Pure; open-object-store.ts and open-places.ts act on it.

import type { ServerSideEncryption } from "@aws-sdk/client-s3";
import { type Compression, DEFAULT_COMPRESSION } from "../lib/codec.ts";
import { type Dsn, parseBoolean, parseDsn, parseDuration, parseSize, suggestion } from "../lib/dsn.ts";
import { SettingsError } from "../model/errors.ts";
import { EVICTION_POLICIES, type EvictionPolicy } from "../model/eviction.ts";
import {
  fillInRepository,
  parseBucket,
  parseEndpoint,
  parseFolder,
  parsePrefix,
} from "./parse-store-place.ts";

export type StoreTarget =
  | {
      readonly kind: "s3";
      readonly bucket: string;
      readonly prefix: string;
      /** Undefined: the one of the AWS profile. */
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
      readonly pathStyle: boolean;
      readonly sse: ServerSideEncryption | undefined;
      readonly kmsKey: string | undefined;
    }
  | { readonly kind: "file"; readonly root: string }
  | { readonly kind: "memory"; readonly name: string };

export interface StoreSettings {
  /** How long a Ref lives after its last use; undefined: the default. */
  readonly ttlMs?: number;
  readonly compression: Compression;
  /** Of a directory: what evicting keeps it below. */
  readonly maxSizeBytes?: number;
  /** Of a directory: what goes first. */
  readonly evict?: EvictionPolicy;
}

export interface StoreDsnOptions {
  /** For AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the DSN comes from, for messages: `CAIRN_STORE`. */
  readonly setting: string;
  /** Fills in `{repository}`: `owner/name`. */
  readonly repository?: string | undefined;
}

const PARAMETERS = {
  s3: ["region", "endpoint", "path-style", "ttl", "compression", "sse", "kms-key"],
  file: ["max-size", "evict", "ttl", "compression"],
  memory: ["ttl", "compression"],
} as const;

/** Where the endpoint is not given but in the environment, the SDK would use it too. */
const DEFAULT_REGION_OF_ENDPOINTS = "us-east-1";
const SSE: readonly ServerSideEncryption[] = ["AES256", "aws:kms", "aws:kms:dsse"];
const LEVELS = { zstd: [1, 19], gzip: [1, 9] } as const;
const DEFAULT_LEVELS = { zstd: DEFAULT_COMPRESSION.level, gzip: 6 } as const;

/** @throws SettingsError that names the setting, what is wrong with it and what to write. */
export function parseStoreDsn(
  text: string,
  options: StoreDsnOptions,
): { readonly target: StoreTarget; readonly settings: StoreSettings } {
  const { setting } = options;
  const dsn = parseDsn(fillInRepository(text, options.repository, setting), setting, PARAMETERS);
  return { target: parseTarget(dsn, options), settings: parseSettings(dsn, setting) };
}

function parseTarget(dsn: Dsn, options: StoreDsnOptions): StoreTarget {
  const { setting } = options;
  switch (dsn.scheme) {
    case "s3":
      return parseS3(dsn, options);
    case "file":
      return { kind: "file", root: parseFolder(dsn, setting) };
    default:
      if (dsn.host === "" || !["", "/"].includes(dsn.path))
        throw new SettingsError(setting, `${setting} has no name`, { hint: "write memory://name" });
      return { kind: "memory", name: dsn.host };
  }
}

function parseS3(dsn: Dsn, { env, setting }: StoreDsnOptions): StoreTarget {
  const { parameters } = dsn;
  const endpointText = parameters.get("endpoint") || env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"];
  const endpoint = endpointText ? parseEndpoint(endpointText, setting) : undefined;
  const pathStyle = parameters.get("path-style");
  const kmsKey = parameters.get("kms-key");
  const sse = choice(parameters.get("sse"), SSE, "sse", setting) ?? (kmsKey ? "aws:kms" : undefined);
  if (kmsKey !== undefined && (kmsKey === "" || sse === "AES256")) {
    throw new SettingsError(setting, `kms-key of ${setting} does not go with its sse`, {
      hint: "write sse=aws:kms&kms-key=<id or ARN>, or leave kms-key out",
    });
  }
  return {
    kind: "s3",
    bucket: parseBucket(dsn, setting),
    prefix: parsePrefix(dsn, setting),
    region:
      parameters.get("region") ||
      env["AWS_REGION"] ||
      env["AWS_DEFAULT_REGION"] ||
      (endpoint && DEFAULT_REGION_OF_ENDPOINTS),
    endpoint: endpoint?.url,
    pathStyle:
      pathStyle === undefined
        ? (endpoint?.isAddress ?? false)
        : parseBoolean(pathStyle, setting, "path-style"),
    sse,
    kmsKey,
  };
}

function parseSettings({ parameters }: Dsn, setting: string): StoreSettings {
  const ttl = parameters.get("ttl");
  const maxSize = parameters.get("max-size");
  const evict = choice(parameters.get("evict"), EVICTION_POLICIES, "evict", setting);
  const compression = parameters.get("compression");
  const ttlMs = ttl === undefined ? undefined : parseDuration(ttl, setting, "ttl");
  const maxSizeBytes = maxSize === undefined ? undefined : parseSize(maxSize, setting, "max-size");
  if (ttlMs === 0)
    throw new SettingsError(setting, `ttl of ${setting} is nothing`, { hint: "write ttl=30d" });
  if (maxSizeBytes === 0)
    throw new SettingsError(setting, `max-size of ${setting} is nothing`, { hint: "write max-size=20GiB" });
  if (evict !== undefined && maxSizeBytes === undefined) {
    throw new SettingsError(setting, `${setting} has evict but no max-size to keep below`, {
      hint: `add max-size=20GiB, or leave evict out`,
    });
  }
  return {
    compression: compression === undefined ? DEFAULT_COMPRESSION : parseCompression(compression, setting),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
    ...(evict === undefined ? {} : { evict }),
  };
}

/** `zstd`, `zstd:3`, `gzip:6`, `none`. */
function parseCompression(text: string, setting: string): Compression {
  const [codec, level, ...rest] = text.split(":");
  if (codec === "none" && level === undefined) return { codec, level: 0 };
  if ((codec === "zstd" || codec === "gzip") && rest.length === 0) {
    if (level === undefined) return { codec, level: DEFAULT_LEVELS[codec] };
    const [lowest, highest] = LEVELS[codec];
    const number = /^\d{1,2}$/.test(level) ? Number(level) : Number.NaN;
    if (number >= lowest && number <= highest) return { codec, level: number };
    throw new SettingsError(setting, `compression of ${setting} has no level ${JSON.stringify(level)}`, {
      hint: `levels of ${codec} go from ${lowest} to ${highest}`,
    });
  }
  throw new SettingsError(setting, `compression of ${setting} is unknown: ${JSON.stringify(text)}`, {
    hint: "write zstd, zstd:3, gzip:6 or none",
  });
}

function choice<T extends string>(
  text: string | undefined,
  allowed: readonly T[],
  parameter: string,
  setting: string,
): T | undefined {
  if (text === undefined) return undefined;
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new SettingsError(setting, `${parameter} of ${setting} is unknown: ${JSON.stringify(text)}`, {
    hint: suggestion(text, allowed),
  });
}
