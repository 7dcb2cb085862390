// What all requests to one bucket share: the lazy connection, the bound on requests at once, the translation of errors.

import type { S3ClientConfig, ServerSideEncryption } from "@aws-sdk/client-s3";
import type { AwsSession } from "../aws/aws-session.ts";
import type { Clock } from "../lib/clock.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { createLimit } from "./limit.ts";
import { checkObjectName } from "./object-name.ts";
import { lazyS3Connection, MAX_CONNECTIONS, type S3Connection } from "./s3-client.ts";
import { type S3Operation, type S3Place, translateS3Error } from "./s3-errors.ts";

export interface S3StoreOptions {
  readonly bucket: string;
  /** Before every name, without slashes at its ends; empty: none. */
  readonly prefix?: string | undefined;
  /** Undefined: the one of the AWS profile. */
  readonly region?: string | undefined;
  /** Undefined: AWS itself, where objects get the storage class Intelligent-Tiering. */
  readonly endpoint?: string | undefined;
  readonly pathStyle?: boolean | undefined;
  /** `AES256`, `aws:kms`, `aws:kms:dsse`; undefined: as the bucket is set. */
  readonly sse?: ServerSideEncryption | undefined;
  readonly kmsKey?: string | undefined;
  /** Learns the server's time from every answer. */
  readonly clock?: Clock | undefined;
  /** Undefined: those of the session. */
  readonly credentials?: S3ClientConfig["credentials"];
  /** Undefined: the SDK's default chain, and no proxy. */
  readonly aws?: AwsSession | undefined;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** Without a byte in either direction for so long, a request fails. Default 10 s. */
  readonly idleTimeoutMs?: number | undefined;
}

export interface S3Session {
  readonly place: S3Place;
  readonly idleTimeoutMs: number;
  /** Whether a request was ever answered in a way that proves the bucket exists. */
  readonly isBucketKnown: boolean;
  /**
   * Runs one request, and what belongs to it (reading its body), in a slot of the pool.
   * @param name of the object it is about, checked first.
   * @throws CacheError, or signal.reason
   */
  call<T>(
    operation: S3Operation,
    name: string | undefined,
    options: CallOptions | undefined,
    action: (connection: S3Connection) => Promise<T>,
  ): Promise<T>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** With all its attempts, a request that always stalls ends in less than a minute. */
const IDLE_TIMEOUT_MS = 10_000;

/** Touches neither the network nor the SDK until the first call. */
export function createS3Session(options: S3StoreOptions): S3Session {
  const { bucket, prefix = "", region, endpoint, pathStyle = false } = options;
  const description = prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  const place: S3Place = { bucket, region, endpoint, pathStyle, description };
  const idleTimeoutMs = options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
  const limit = createLimit(MAX_CONNECTIONS);
  const connect = lazyS3Connection({
    region,
    endpoint,
    pathStyle,
    credentials: options.credentials,
    aws: options.aws,
    clock: options.clock,
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    idleTimeoutMs,
  });
  let isBucketKnown = false;

  return {
    place,
    idleTimeoutMs,
    get isBucketKnown() {
      return isBucketKnown;
    },
    async call(operation, name, callOptions, action) {
      if (name !== undefined) checkObjectName(name);
      const signal = callOptions?.signal;
      try {
        const result = await limit(signal, async () => action(await connect()));
        isBucketKnown = true;
        return result;
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        throw translateS3Error(error, place, operation, name);
      }
    },
  };
}
