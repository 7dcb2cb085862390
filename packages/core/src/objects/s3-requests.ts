// Parts of S3's requests and answers that the SDK leaves to its caller: digests, conditions, lengths.

import type { GetObjectCommandOutput, PutObjectCommand, PutObjectCommandInput } from "@aws-sdk/client-s3";
import { type Digest, isDigest } from "../model/digest.ts";
import { StoreUnavailableError } from "../model/errors.ts";
import type { ByteRange, CallOptions } from "../ports/object-store.ts";
import { tooShort } from "./read-range.ts";
import type { S3Connection } from "./s3-client.ts";
import { describeS3Failure } from "./s3-errors.ts";
import type { S3StoreOptions } from "./s3-session.ts";

/** How the SDK takes an AbortSignal. */
export function abortable(options: CallOptions | undefined): { abortSignal?: AbortSignal } {
  return options?.signal === undefined ? {} : { abortSignal: options.signal };
}

/**
 * Signs the payload by its known digest: the SDK would hash it once more (20 ms of CPU for 32 MiB), and the server refuses
 * other bytes than these.
 */
export function signDigest(command: PutObjectCommand, digest: Digest): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers["x-amz-content-sha256"] = digest;
      return next(args);
    },
    { step: "build", name: "signDigest" },
  );
}

/** The parameters of an upload that say how it is stored. */
export function storingParameters(options: S3StoreOptions): Partial<PutObjectCommandInput> {
  const { endpoint, sse, kmsKey } = options;
  return {
    // Other servers refuse AWS's own classes.
    ...(endpoint === undefined ? { StorageClass: "INTELLIGENT_TIERING" } : {}),
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    // One data key for many objects: far fewer requests to KMS.
    ...(sse === "aws:kms" ? { BucketKeyEnabled: true } : {}),
    ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }),
  };
}

/** @throws what the SDK throws, also where it may not be asked (403). */
export async function isBucketMissing(
  { sdk, client }: S3Connection,
  bucket: string,
  options: CallOptions | undefined,
): Promise<boolean> {
  try {
    await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }), abortable(options));
    return false;
  } catch (error) {
    if (describeS3Failure(error).status === 404) return true;
    throw error;
  }
}

export function toBase64(digest: Digest): string {
  return Buffer.from(digest, "hex").toString("base64");
}

/** The digest of a `x-amz-checksum-sha256`; undefined for a composite one (`…-3`), which is no digest of the bytes. */
export function fromBase64(checksum: string | undefined): Digest | undefined {
  if (checksum === undefined || checksum.includes("-")) return undefined;
  const hex = Buffer.from(checksum, "base64").toString("hex");
  return isDigest(hex) ? hex : undefined;
}

/**
 * The bytes that will come: those of the range, or all.
 * @throws CorruptError when the object ends before the range; StoreUnavailableError when the server ignored the range.
 */
export function expectedLength(
  name: string,
  range: ByteRange | undefined,
  answer: GetObjectCommandOutput,
): number {
  const { ContentLength, ContentRange } = answer;
  if (ContentLength === undefined) throw new StoreUnavailableError(`${name}: the answer tells no length`);
  if (range === undefined) return ContentLength;
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? "") ?? [];
  const offset = first === undefined ? 0 : Number(first);
  if (offset === range.offset && ContentLength === range.length) return range.length;
  if (total !== undefined && Number(total) < range.offset + range.length)
    throw tooShort(name, range, Number(total));
  throw new StoreUnavailableError(`${name}: the server does not answer with the range that was asked for`, {
    hint: "the server, or a proxy before it, must support ranged reads",
  });
}

/** The ETag that conditions are made of. */
export function tagOf(etag: string | undefined, name: string): string {
  if (etag !== undefined) return etag;
  throw new StoreUnavailableError(`${name}: the answer has no ETag`, {
    hint: "the server must support conditional writes",
  });
}
