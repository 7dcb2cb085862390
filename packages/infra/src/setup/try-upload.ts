// An upload that finds something out: it names the digest of other bytes, so a server that would allow it refuses it for
// that, and makes nothing of it. Where digests are not checked, what was made is removed again.

import { createHash, randomUUID } from "node:crypto";
import type { Domain, S3Connection } from "@cairn/core";
import type { S3Place } from "./bucket-context.ts";
import { failureOf } from "./setting.ts";

type Place = Pick<S3Place, "target">;

export interface UploadTrial {
  /** `unchecked`: it was allowed, and stored against its digest. */
  readonly outcome: "allowed" | "unchecked" | "denied";
  readonly code: string;
  /** What stays behind, as a clause; nothing, nearly always. */
  readonly leftover: string;
}

const WRONG_DIGEST_CODES = new Set([
  "BadDigest",
  "InvalidDigest",
  "XAmzContentChecksumMismatch",
  "XAmzContentSHA256Mismatch",
]);
const WRONG_DIGEST = createHash("sha256").update("other bytes").digest("base64");

/** @param name without the prefix of the store; no object has it. */
export async function tryUpload(
  connection: S3Connection,
  place: Place,
  name: string,
  signal: AbortSignal | undefined,
  body: Uint8Array = Buffer.from("probe"),
): Promise<UploadTrial> {
  const { sdk, client } = connection;
  const object = { Bucket: place.target.bucket, Key: keyOf(place, name) };
  try {
    const { VersionId } = await client.send(
      new sdk.PutObjectCommand({
        ...object,
        ...encryptionOf(place),
        Body: body,
        ChecksumSHA256: WRONG_DIGEST,
        IfNoneMatch: "*",
      }),
      signal ? { abortSignal: signal } : {},
    );
    const leftover = await removeProbe(connection, { ...object, VersionId }, signal);
    return { outcome: "unchecked", code: "", leftover };
  } catch (error) {
    const { code, status } = failureOf(error);
    if (status === 401 || status === 403) return { outcome: "denied", code, leftover: "" };
    // Everything else about the request was right.
    if (WRONG_DIGEST_CODES.has(code)) return { outcome: "allowed", code, leftover: "" };
    throw error;
  }
}

/** By its version where the bucket has versions and the credentials allow it: then nothing at all stays. */
export async function removeProbe(
  { sdk, client }: S3Connection,
  object: { Bucket: string; Key: string; VersionId: string | undefined },
  signal: AbortSignal | undefined,
): Promise<string> {
  const { VersionId, ...key } = object;
  const abort = signal ? { abortSignal: signal } : {};
  const tries = [
    ...(VersionId === undefined ? [] : [{ ...key, VersionId, leftover: "" }]),
    {
      ...key,
      leftover: VersionId === undefined ? "" : `; a version of ${key.Key} stays until the lifecycle takes it`,
    },
  ];
  for (const { leftover, ...input } of tries) {
    try {
      await client.send(new sdk.DeleteObjectCommand(input), abort);
      return leftover;
    } catch (error) {
      const { status } = failureOf(error);
      if (status !== 403 && status !== 501 && status !== 400) throw error;
    }
  }
  return `; ${key.Key} stays, a few bytes which these credentials may not delete and the lifecycle takes`;
}

/** No object has it. Where it is made for a moment, the lifecycle of its domain would take it. */
export function probeName(domain: Domain): string {
  return `v1/${domain}/doctor/${randomUUID()}`;
}

/** With the prefix of the store. */
export function keyOf({ target }: Place, name: string): string {
  return target.prefix === "" ? name : `${target.prefix}/${name}`;
}

/** As a save sends it: a policy may ask for it. */
export function encryptionOf({ target: { sse, kmsKey } }: Place): {
  ServerSideEncryption?: typeof sse;
  SSEKMSKeyId?: string;
} {
  return {
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }),
  };
}
