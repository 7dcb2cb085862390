// Whether a server honours conditions, tried on an object that is there already, where there is one that may be written
// again as it is, else on one that is made for it and removed again.

import { type S3Connection, STORE_IDENTITY_NAME } from "@cairn/core";
import type { S3Place } from "../setup/bucket-context.ts";
import { failureOf } from "../setup/setting.ts";
import { encryptionOf, keyOf, probeName, removeProbe } from "../setup/try-upload.ts";
import type { Examination } from "./examination.ts";
import { type Finding, ok, problem, unknown } from "./finding.ts";

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
  const probe = { Bucket: place.target.bucket, Key: keyOf(place, probeName(access.domain)) };
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
