// Uploads that find something out. One that names the digest of other bytes shows whether it would be allowed, and a
// server that checks digests makes nothing of it. Conditions are tried on an object that is there already, where there
// is one that may be written again as it is.

import { createHash, randomUUID } from "node:crypto";
import { type Domain, type S3Connection, STORE_IDENTITY_NAME } from "@cairn/core";
import type { S3Place } from "../setup/bucket-context.ts";
import { failureOf } from "../setup/setting.ts";
import type { Examination } from "./examination.ts";
import { type Finding, ok, problem, unknown } from "./finding.ts";

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

export async function tryUpload(
  connection: S3Connection,
  place: S3Place,
  domain: Domain,
  signal: AbortSignal | undefined,
  body: Uint8Array = Buffer.from("probe"),
): Promise<UploadTrial> {
  const { sdk, client } = connection;
  const object = { Bucket: place.target.bucket, Key: probeKey(place, domain) };
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

/** Whether "only if there is none" is honoured, which all writing rests on. */
export async function examineConditions(
  connection: S3Connection,
  place: S3Place,
  { access, signal }: Examination,
): Promise<Finding[]> {
  const check = "conditional writes";
  const { sdk, client } = connection;
  const abort = signal ? { abortSignal: signal } : {};
  const put = (object: { Bucket: string; Key: string }, Body: Uint8Array) =>
    client.send(
      new sdk.PutObjectCommand({ ...object, ...encryptionOf(place), Body, IfNoneMatch: "*" }),
      abort,
    );
  const base = place.target.prefix === "" ? "" : `${place.target.prefix}/`;
  const identity = { Bucket: place.target.bucket, Key: `${base}${STORE_IDENTITY_NAME}` };
  const bytes = access.domain === "trusted" ? await bytesOf() : undefined;
  if (bytes !== undefined) {
    const outcome = await refusal(() => put(identity, bytes));
    if (outcome === "refused") return [ok(check, "honoured")];
    // The same bytes again: nothing was lost.
    if (outcome === "stored") return [ignored(check, "")];
  }
  const probe = { Bucket: place.target.bucket, Key: probeKey(place, access.domain) };
  const body = Buffer.from("examined by cairn doctor\n");
  const { VersionId } = await put(probe, body);
  let outcome: Awaited<ReturnType<typeof refusal>>;
  try {
    outcome = await refusal(() => put(probe, body));
  } catch (error) {
    await removeProbe(connection, { ...probe, VersionId }, signal);
    throw error;
  }
  const leftover = await removeProbe(connection, { ...probe, VersionId }, signal);
  if (outcome === "stored") return [ignored(check, leftover)];
  if (outcome === "refused") return [ok(check, `honoured${leftover}`)];
  return [unknown(check, `the second upload was denied before it came to that${leftover}`)];

  async function bytesOf(): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await client.send(new sdk.GetObjectCommand(identity), abort);
      return await Body?.transformToByteArray();
    } catch (error) {
      const { status } = failureOf(error);
      if (status === 404 || status === 403) return undefined;
      throw error;
    }
  }
}

function ignored(check: string, leftover: string): Finding {
  return problem(
    check,
    `the server overwrites an object that was to be made only if there is none${leftover}`,
    "use a server that honours If-None-Match on PUT: without it two saves can destroy each other's objects",
  );
}

async function refusal(write: () => Promise<unknown>): Promise<"stored" | "refused" | "denied"> {
  try {
    await write();
    return "stored";
  } catch (error) {
    const { status } = failureOf(error);
    if (status === 412) return "refused";
    if (status === 401 || status === 403) return "denied";
    throw error;
  }
}

/** By its version where the bucket has versions and the credentials allow it: then nothing at all stays. */
async function removeProbe(
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

export function probeKey({ target }: S3Place, domain: Domain): string {
  const base = target.prefix === "" ? "" : `${target.prefix}/`;
  return `${base}v1/${domain}/doctor/${randomUUID()}`;
}

/** As a save sends it: a policy may ask for it. */
function encryptionOf({ target: { sse, kmsKey } }: S3Place): {
  ServerSideEncryption?: typeof sse;
  SSEKMSKeyId?: string;
} {
  return {
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }),
  };
}
