// The connection of an S3 store: the SDK, imported and configured on the first request and not before, since it is most
// of a job's start-up time. Retrying is left to the decorator, so that one budget holds for a whole job.

import type { OnReadOpts, Socket } from "node:net";
import type { AwsSession } from "../aws/aws-session.ts";
import type { Clock } from "../lib/clock.ts";
import { SettingsError } from "../model/errors.ts";

type Sdk = typeof import("@aws-sdk/client-s3");
type Client = import("@aws-sdk/client-s3").S3Client;
type ClientConfig = import("@aws-sdk/client-s3").S3ClientConfig;

export interface S3Connection {
  readonly sdk: Sdk;
  readonly client: Client;
}

export interface S3ConnectionOptions {
  /** Undefined: the one of the AWS profile. */
  readonly region: string | undefined;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  /** Undefined: those of the session. */
  readonly credentials: ClientConfig["credentials"];
  /** Undefined: the SDK's default chain, and no proxy. */
  readonly aws: AwsSession | undefined;
  readonly clock: Clock | undefined;
  readonly connectTimeoutMs: number;
  /** Without a byte in either direction for so long, a request fails. */
  readonly idleTimeoutMs: number;
}

/** Requests at once. Enough to fill a fast link with ranges of a few MiB, few enough for a small server. */
export const MAX_CONNECTIONS = 64;

/** As much as Node reads at a time; more gains nothing. */
const READ_BYTES = 65_536;
/** Retrying is the decorator's, see with-retry.ts. */
const SDK_ATTEMPTS = 1;

/** @returns a function that connects when it is first called; a failure to do so is not remembered. */
export function lazyS3Connection(options: S3ConnectionOptions): () => Promise<S3Connection> {
  let connecting: Promise<S3Connection> | undefined;
  return () => {
    connecting ??= connect(options).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
}

async function connect(options: S3ConnectionOptions): Promise<S3Connection> {
  const [sdk, { NodeHttpHandler }, network] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@smithy/node-http-handler"),
    options.aws?.network(),
  ]);
  const agent = {
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    ...oneReadBuffer(),
    ...network,
  };
  const credentials = options.credentials ?? options.aws?.credentials;
  const client = new sdk.S3Client({
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: options.pathStyle,
    maxAttempts: SDK_ATTEMPTS,
    // Digests are given and checked by us.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // With it the handler opens a connection of its own for each upload of 2 MiB or more, and closes it after.
    expectContinueHeader: false,
    requestHandler: new NodeHttpHandler({
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: options.connectTimeoutMs,
      socketTimeout: options.idleTimeoutMs,
      logger: silent,
    }),
    logger: silent,
  });
  await client.config.region().catch((error: unknown) => {
    throw new SettingsError("region", "the region of the S3 store is not known", {
      hint: "add region=… to the store, or set AWS_REGION",
      cause: error,
    });
  });
  if (options.clock) observeDates(client, options.clock);
  return { sdk, client };
}

/**
 * Options of an agent whose sockets all read into the same memory, instead of 64 KiB anew for each read. Node copies what
 * belongs to a body out of it before the next read. It has no effect in a tunnel through a proxy.
 */
function oneReadBuffer(): { onread: OnReadOpts } {
  return {
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback(this: Socket, length, buffer) {
        this.emit("data", buffer.subarray(0, length));
        return true;
      },
    },
  };
}

/** Every answer tells the time, also the ones that are errors. */
function observeDates(client: Client, clock: Clock): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      if (headers?.["date"]) clock.observe(Date.parse(headers["date"]));
      return result;
    },
    { step: "deserialize", priority: "low", name: "observeDates" },
  );
}

/** The SDK warns on the console by itself otherwise. */
const silent = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};
