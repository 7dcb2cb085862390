// The connection of a DynamoDB index: the SDK, imported on the first request, and its errors in the words of the model.

import { isNativeError } from "node:util/types";
import { type AwsSession, networkRemedy } from "../aws/aws-session.ts";
import type { Clock } from "../lib/clock.ts";
import {
  AccessDeniedError,
  CacheError,
  SettingsError,
  StoreFullError,
  StoreMissingError,
  StoreUnavailableError,
} from "../model/errors.ts";
import type { CallOptions } from "../ports/object-store.ts";

export interface DynamoPlace {
  readonly table: string;
  /** Undefined: the one of the AWS profile. */
  readonly region: string | undefined;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
}

type Sdk = typeof import("@aws-sdk/client-dynamodb");

export interface DynamoConnection {
  readonly sdk: Sdk;
  readonly client: import("@aws-sdk/client-dynamodb").DynamoDBClient;
}

export interface DynamoSession {
  /** @throws CacheError; an abort rejects with the signal's reason. */
  call<T>(
    options: CallOptions | undefined,
    action: (connection: DynamoConnection, abort: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** An index answers in milliseconds: what takes longer is better asked again. */
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const ATTEMPTS = 3;

/** @param aws undefined: the SDK's default chain, and no proxy. */
export function createDynamoSession(
  place: DynamoPlace,
  clock: Clock | undefined,
  aws?: AwsSession,
): DynamoSession {
  let connecting: Promise<DynamoConnection> | undefined;
  return {
    async call(options, action) {
      options?.signal?.throwIfAborted();
      try {
        connecting ??= connect(place, clock, aws);
        const connection = await connecting.catch((error: unknown) => {
          connecting = undefined;
          throw error;
        });
        return await action(connection, options?.signal ? { abortSignal: options.signal } : {});
      } catch (error) {
        options?.signal?.throwIfAborted();
        throw translate(error, place);
      }
    },
    async close() {
      const open = await connecting?.catch(() => undefined);
      connecting = undefined;
      open?.client.destroy();
    },
  };
}

async function connect(
  { region, endpoint }: DynamoPlace,
  clock: Clock | undefined,
  aws: AwsSession | undefined,
): Promise<DynamoConnection> {
  const [sdk, { NodeHttpHandler }, network] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    import("@smithy/node-http-handler"),
    aws?.network(),
  ]);
  const client = new sdk.DynamoDBClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(aws?.credentials && { credentials: aws.credentials }),
    maxAttempts: ATTEMPTS,
    requestHandler: new NodeHttpHandler({
      ...(network && { httpAgent: { ...network }, httpsAgent: { ...network } }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });
  await client.config.region().catch((cause: unknown) => {
    throw new SettingsError("region", "the region of the DynamoDB index is not known", {
      hint: "add region=… to the index, or set AWS_REGION",
      cause,
    });
  });
  if (clock) {
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
  return { sdk, client };
}

const THROTTLED = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "LimitExceededException",
]);
const DENIED = new Set([
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredTokenException",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "TokenProviderError",
  "UnrecognizedClientException",
]);

/** The SDK's message can hold parts of the request; only its name and ours are shown. */
function translate(error: unknown, { table, region, endpoint }: DynamoPlace): unknown {
  if (error instanceof CacheError || !isNativeError(error)) return error;
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const code = (error as NodeJS.ErrnoException).code ?? name;
  const where = `DynamoDB table ${table}${endpoint ? ` at ${endpoint}` : region ? ` in ${region}` : ""}`;
  const cause = new Error(`${name}: ${error.message}`.slice(0, 300));
  if (name === "ResourceNotFoundException") {
    return new StoreMissingError(`${where} does not exist`, {
      hint: `make it with: cairn setup --index dynamodb://${table} --apply; or check the name and the region`,
      cause,
    });
  }
  if (DENIED.has(name)) {
    return new AccessDeniedError(`${where} refuses the request (${name})`, {
      hint: "check the AWS credentials of this job and their policy; an expired token has to be fetched again",
      cause: name === "AccessDeniedException" ? cause : undefined,
    });
  }
  if (THROTTLED.has(name)) {
    return new StoreUnavailableError(`${where} asks for fewer requests (${name})`, {
      throttled: true,
      hint: "raise the table's capacity, or use on-demand",
      cause,
    });
  }
  if (name === "ItemCollectionSizeLimitExceededException")
    return new StoreFullError(`${where} holds 10 GB of rows for one branch, the most there can be`, {
      cause,
    });
  if (name === "ValidationException") {
    return new StoreMissingError(`${where} has another key schema than Cairn's`, {
      hint: `use a table that "cairn setup --index dynamodb://NAME --apply" made`,
      cause,
    });
  }
  const isNetwork = $metadata?.httpStatusCode === undefined || $metadata.httpStatusCode >= 500;
  if (!isNetwork && $metadata?.httpStatusCode !== 429)
    return new AccessDeniedError(`${where} refuses the request (${name})`, { cause });
  return new StoreUnavailableError(`${where} can't be reached (${code})`, {
    hint: networkRemedy(code) ?? "check the endpoint, the network and the service",
    cause,
  });
}
