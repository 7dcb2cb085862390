// Examines the bucket of a store with what the job's credentials may do. Nothing stays behind: rights to write are
// tried by uploads that the server refuses for their digest, and what has to be made for a moment is removed again.

import type { Clock, S3Connection } from "@cairn/core";
import { STORE_IDENTITY_NAME } from "@cairn/core";
import type { S3Place } from "../setup/bucket-context.ts";
import { type Failure, failureOf } from "../setup/setting.ts";
import { probeName, tryUpload } from "../setup/try-upload.ts";
import { examineClock } from "./clock-check.ts";
import { examineConditions } from "./conditions.ts";
import { examineCredentials } from "./credentials.ts";
import { type Examination, IAM_GUIDE } from "./examination.ts";
import { type Finding, ok, problem, unknown, warning } from "./finding.ts";
import { examineSpeed } from "./s3-speed.ts";

/** @throws CacheError for what makes the rest pointless: no credentials, no bucket, no network. */
export async function examineBucket(
  place: S3Place,
  clock: Clock,
  examination: Examination,
): Promise<Finding[]> {
  const { signal, env } = examination;
  return place.call("examination", undefined, { signal }, async (connection) => {
    const asksSts =
      place.target.endpoint === undefined || Boolean(env["AWS_ENDPOINT_URL_STS"] || env["AWS_ENDPOINT_URL"]);
    const findings = await examineCredentials(connection, asksSts, signal);
    if (findings.some(({ state }) => state === "problem")) return findings;
    const reading = await examineReading(connection, place, examination);
    // Every answer told the server's time.
    findings.push(examineClock(clock), ...reading);
    findings.push(...(await examineWriting(connection, place, examination)));
    findings.push(...(await examineSpeed(connection, place, examination)));
    return findings;
  });
}

/** Listing comes first: unlike the answer to a HEAD, its error says what is wrong. */
async function examineReading(
  { sdk, client }: S3Connection,
  { target }: S3Place,
  { signal }: Examination,
): Promise<Finding[]> {
  const abort = signal === undefined ? {} : { abortSignal: signal };
  const Bucket = target.bucket;
  const base = target.prefix === "" ? "" : `${target.prefix}/`;
  const findings: Finding[] = [];
  const list = () =>
    client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: `${base}v1/`, MaxKeys: 1 }), abort);
  try {
    // A clock that is wrong is refused once; the SDK has learnt the difference by then.
    await list().catch((error: unknown) => {
      if (isSkewed(failureOf(error))) return list();
      throw error;
    });
    findings.push(ok("listing", "s3:ListBucket is allowed"));
  } catch (error) {
    // What else is answered with 403 says that the credentials themselves are not valid.
    const { code } = failureOf(error);
    if (code !== "AccessDenied") throw error;
    findings.push(
      problem(
        "listing",
        `s3:ListBucket on ${Bucket} is denied: a miss would look like a fault`,
        `allow it for this role: ${IAM_GUIDE}`,
      ),
    );
  }
  findings.push(await examineRegion());
  try {
    await client.send(new sdk.HeadObjectCommand({ Bucket, Key: `${base}${STORE_IDENTITY_NAME}` }), abort);
    findings.push(ok("reading", "s3:GetObject is allowed"));
  } catch (error) {
    const { status } = failureOf(error);
    if (status === 404) {
      findings.push(ok("reading", "the store is new: the first trusted save makes it"));
    } else if (status === 403) {
      findings.push(
        problem(
          "reading",
          "s3:GetObject is denied: nothing can be restored",
          `allow it for this role: ${IAM_GUIDE}`,
        ),
      );
    } else throw error;
  }
  return findings;

  async function examineRegion(): Promise<Finding> {
    const configured = await client.config.region();
    try {
      const { BucketRegion } = await client.send(new sdk.HeadBucketCommand({ Bucket }), abort);
      if (BucketRegion === undefined || BucketRegion === configured)
        return ok(
          "region",
          target.endpoint ? `the server is ${target.endpoint}` : `the bucket is in ${configured}`,
        );
      return problem(
        "region",
        `the bucket is in ${BucketRegion}, the store says ${configured}`,
        `write region=${BucketRegion} in the store, or set AWS_REGION`,
      );
    } catch (error) {
      const { status } = failureOf(error);
      if (status !== 403) throw error;
      return unknown("region", "the bucket may not be asked where it is");
    }
  }
}

function isSkewed({ code }: Failure): boolean {
  return code === "RequestTimeTooSkewed" || code === "RequestInTheFuture";
}

async function examineWriting(
  connection: S3Connection,
  place: S3Place,
  examination: Examination,
): Promise<Finding[]> {
  const { access, mayWrite } = examination;
  if (!mayWrite) return [unknown("writing", "not tried: the mode of this job allows no save")];
  if (access.writes === undefined)
    return [unknown("writing", "not tried: this job may save nothing, whatever its credentials allow")];
  const findings: Finding[] = [];
  const own = await tryUpload(connection, place, probeName(access.domain), examination.signal);
  switch (own.outcome) {
    case "allowed":
      findings.push(
        ok("writing", `s3:PutObject is allowed under v1/${access.domain}/, and digests are checked`),
      );
      break;
    case "unchecked":
      findings.push(
        problem(
          "writing",
          `the server takes an upload whose bytes do not have the digest sent with them${own.leftover}`,
          "use a server that checks x-amz-checksum-sha256: saves rely on it",
        ),
      );
      break;
    case "denied":
      findings.push(
        problem(
          "writing",
          `s3:PutObject is denied under v1/${access.domain}/ (${own.code}): nothing can be saved`,
          `allow it for this role (${IAM_GUIDE}), or set CAIRN_MODE=read where it only reads`,
        ),
      );
      return findings;
  }
  findings.push(...(await examineConditions(connection, place, examination)));
  if (access.domain === "pr") {
    const other = await tryUpload(connection, place, probeName("trusted"), examination.signal);
    findings.push(
      other.outcome === "denied"
        ? ok("isolation of objects", "this pull request can't write what branches read")
        : warning(
            "isolation of objects",
            `these credentials may write under v1/trusted/: what keeps this pull request from branches is only advice${other.leftover}`,
            `give pull requests a role of their own: ${IAM_GUIDE}`,
          ),
    );
  }
  return findings;
}
