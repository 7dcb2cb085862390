// What S3, its SDK and the network say, in the words of the model. The answer of S3 to a bad signature holds the key id
// and the signature, so the SDK's error itself never leaves here: the cause is a summary of it.

import { isNativeError } from "node:util/types";
import { networkRemedy } from "../aws/aws-session.ts";
import {
  AccessDeniedError,
  CacheError,
  CorruptError,
  ObjectMissingError,
  StoreFullError,
  StoreMissingError,
  StoreUnavailableError,
} from "../model/errors.ts";

/** What was asked, by the name that policies have for it: `PutObject`, `ListBucket`, `PutBucketVersioning`. */
export type S3Operation = string;

/** What an error is told with. */
export interface S3Place {
  readonly bucket: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  /** `s3://bucket/prefix` */
  readonly description: string;
}

export interface S3Failure {
  /** The code in S3's answer, or the name that the SDK or Node gives: `NoSuchKey`, `TimeoutError`, `ECONNREFUSED`. */
  readonly code: string;
  /** 0: there was no answer. */
  readonly status: number;
  /** The region that the bucket is in, where S3 tells. */
  readonly bucketRegion: string | undefined;
}

/** The facts of an error that the SDK threw. */
export function describeS3Failure(error: unknown): S3Failure {
  const thrown = error as {
    name?: string;
    code?: string;
    errno?: number;
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  // Node's own errors are told by their code; the SDK gives its errors, and those of the server, a name.
  const isNodes = thrown.errno !== undefined || thrown.name === "Error";
  const code = isNodes && thrown.code ? thrown.code : (thrown.name ?? thrown.code ?? "unknown");
  return {
    code,
    status: thrown.$metadata?.httpStatusCode ?? 0,
    bucketRegion: thrown.$response?.headers?.["x-amz-bucket-region"],
  };
}

/** Answered when two writers meet, and by servers that are not ready to decide: the same request again is right. */
export function isConflict({ code, status }: S3Failure): boolean {
  return status === 409 && code !== "BucketAlreadyExists" && code !== "BucketAlreadyOwnedByYou";
}

/** The object is not as the request demanded. */
export function isConditionFailed({ code, status }: S3Failure): boolean {
  return status === 412 || code === "PreconditionFailed";
}

const THROTTLING = new Set([
  "SlowDown",
  "SlowDownRead",
  "SlowDownWrite",
  "Throttling",
  "ThrottlingException",
]);
const MISSING_REGION_CODES = new Set([
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
]);
const WRONG_DIGEST = new Set([
  "BadDigest",
  "InvalidDigest",
  "XAmzContentSHA256Mismatch",
  "XAmzContentChecksumMismatch",
]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);
const WRONG_KEY = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "InvalidToken",
  "InvalidClientTokenId",
]);
const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);
/** NotFound: a HEAD, whose answer has no body to hold a code. */
const NO_OBJECT = new Set(["NoSuchKey", "NotFound"]);
const FULL = new Set([
  "QuotaExceeded",
  "XMinioStorageFull",
  "XMinioAdminBucketQuotaExceeded",
  "InsufficientStorage",
]);
const WRONG_CLOCK = new Set(["RequestTimeTooSkewed", "RequestInTheFuture"]);
const UNKNOWN_HOST = new Set(["ENOTFOUND", "EAI_AGAIN"]);

/**
 * @param objectName what the request was about, where it was one object.
 * @returns what to throw: errors that are none of S3's, the SDK's or the network's come back as they are.
 */
export function translateS3Error(
  error: unknown,
  place: S3Place,
  operation: S3Operation,
  objectName?: string,
): unknown {
  if (error instanceof CacheError || !isNativeError(error) || isProgrammerError(error)) return error;
  const failure = describeS3Failure(error);
  const { code, status } = failure;
  const { bucket, description } = place;
  const cause = new Error(`${operation} failed: ${code}${status > 0 ? ` (HTTP ${status})` : ""}`);

  if (NO_CREDENTIALS.has(code)) {
    return new AccessDeniedError(`no AWS credentials were found for ${description}`, {
      hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine or the job a role",
      cause,
    });
  }
  if (EXPIRED.has(code)) {
    return new AccessDeniedError(`the AWS credentials for ${description} have expired`, {
      hint: "get new ones right before this step, or ask for a longer session",
      cause,
    });
  }
  if (WRONG_KEY.has(code)) {
    return new AccessDeniedError(`the AWS credentials are not valid for ${description} (${code})`, {
      hint: "check that access key, secret and session token belong together and to this store",
      cause,
    });
  }
  if (WRONG_CLOCK.has(code)) {
    return new StoreUnavailableError(`${description} finds this machine's clock wrong`, {
      hint: "set the clock of this machine",
      cause,
    });
  }
  if (MISSING_REGION_CODES.has(code) || status === 301 || status === 307) {
    const where = failure.bucketRegion ? `in region ${failure.bucketRegion}` : "in another region";
    return new StoreMissingError(
      `bucket ${bucket} is ${where}, not in ${place.region ?? "the one configured"}`,
      {
        hint: `add region=${failure.bucketRegion ?? "<the bucket's>"} to the store, or set AWS_REGION`,
        cause,
      },
    );
  }
  if (code === "NoSuchBucket") return missingBucket(place, cause);
  if (code === "BucketAlreadyExists") {
    return new AccessDeniedError(`bucket ${bucket} belongs to someone else`, {
      hint: "bucket names are shared by everyone: choose another one",
      cause,
    });
  }
  if (WRONG_DIGEST.has(code) && objectName !== undefined)
    return new CorruptError(objectName, "the store got other bytes than those of the digest sent with them", {
      cause,
    });
  if (FULL.has(code) || status === 507)
    return new StoreFullError(`${description} is full`, { hint: "prune it, or raise its quota", cause });
  if (THROTTLING.has(code) || status === 429) {
    return new StoreUnavailableError(`${description} asks for fewer requests (${code})`, {
      throttled: true,
      cause,
    });
  }
  if (isConflict(failure))
    return new StoreUnavailableError(`${description} did not decide between two writers`, { cause });
  if ((status >= 500 && status !== 501) || code === "RequestTimeout" || code === "IncompleteBody")
    return new StoreUnavailableError(`${description} failed to answer ${operation} (${code})`, { cause });
  if (NO_OBJECT.has(code) && objectName !== undefined) return new ObjectMissingError(objectName, { cause });
  if (NO_OBJECT.has(code)) return missingBucket(place, cause);
  if (status === 401 || status === 403) return denied(place, operation, cause);
  if (status >= 400) {
    return new AccessDeniedError(`${description} refused ${operation} (${code}, HTTP ${status})`, {
      hint: "check region, endpoint, encryption and credentials of the store",
      cause,
    });
  }
  return new StoreUnavailableError(`${description} could not be reached (${code})`, {
    hint: networkHint(code, place),
    cause,
  });
}

export function missingBucket(place: S3Place, cause?: unknown): StoreMissingError {
  return new StoreMissingError(`bucket ${place.bucket} does not exist`, {
    hint: `create it: cairn setup --store ${place.description} --apply`,
    cause,
  });
}

function denied(place: S3Place, operation: S3Operation, cause: Error): AccessDeniedError {
  const reads = operation === "GetObject" || operation === "HeadObject";
  const action = operation === "HeadObject" ? "GetObject" : operation;
  return new AccessDeniedError(`${operation} is not allowed in ${place.description}`, {
    hint: reads
      ? `allow s3:${action} on its objects, and s3:ListBucket on the bucket: without it a missing object is denied too`
      : `allow s3:${action} for these credentials`,
    cause,
  });
}

function networkHint(code: string, place: S3Place): string {
  const remedy = networkRemedy(code);
  if (remedy !== undefined) return remedy;
  if (UNKNOWN_HOST.has(code) && place.endpoint !== undefined && !place.pathStyle)
    return "add path-style=true to the store if its server has no host name for each bucket";
  return place.endpoint === undefined
    ? "check the network of this machine and the region of the store"
    : "check that the endpoint of the store is right and its server runs";
}

function isProgrammerError(error: Error): boolean {
  const { name } = error;
  return (name === "TypeError" || name === "RangeError" || name === "ReferenceError") && !("code" in error);
}
