// How fast the store answers and carries bytes, from this machine. Uploads are measured with bytes that the server
// refuses at their end for their digest; downloads with what the store holds.

import { randomBytes } from "node:crypto";
import type { S3Connection } from "@cairn/core";
import type { S3Place } from "../setup/bucket-context.ts";
import { keyOf, probeName, tryUpload } from "../setup/try-upload.ts";
import type { Examination } from "./examination.ts";
import { type Finding, median, ok, unknown, warning } from "./finding.ts";

const ROUND_TRIPS = 9;
/** Within one region a request takes 10 to 50 ms; a restore makes a handful before its first byte. */
const SLOW_ROUND_TRIP_MS = 150;
const STREAMS = 4;
const UPLOAD_BYTES = 8 * 1024 * 1024;
const DOWNLOAD_BYTES = 32 * 1024 * 1024;
/** MB/s below which installing from the network is often as fast. */
const SLOW_RATE = 10;
/** Names that are looked through for one large enough to read. */
const LISTED = 200;

export async function examineSpeed(
  connection: S3Connection,
  place: S3Place,
  examination: Examination,
): Promise<Finding[]> {
  return [
    await examineLatency(connection, place, examination),
    await examineDownload(connection, place, examination),
    await examineUpload(connection, place, examination),
  ];
}

async function examineLatency(
  { sdk, client }: S3Connection,
  place: S3Place,
  { access, signal }: Examination,
): Promise<Finding> {
  const input = { Bucket: place.target.bucket, Key: keyOf(place, probeName(access.domain)) };
  const times: number[] = [];
  for (let round = 0; round < ROUND_TRIPS; round++) {
    const begun = performance.now();
    // It is not there, which takes as long to find out.
    await client
      .send(new sdk.HeadObjectCommand(input), signal ? { abortSignal: signal } : {})
      .catch(() => undefined);
    signal?.throwIfAborted();
    times.push(performance.now() - begun);
  }
  const found = `${median(times).toFixed(1)} ms a request (median of ${ROUND_TRIPS})`;
  return median(times) > SLOW_ROUND_TRIP_MS
    ? warning(
        "latency of the store",
        found,
        "keep the bucket in the region of the runners, or use a near cache (CAIRN_NEAR)",
      )
    : ok("latency of the store", found);
}

async function examineDownload(
  { sdk, client }: S3Connection,
  { target }: S3Place,
  { access, signal }: Examination,
): Promise<Finding> {
  const check = "download";
  const abort = signal ? { abortSignal: signal } : {};
  const base = target.prefix === "" ? "" : `${target.prefix}/`;
  const { Contents = [] } = await client
    .send(
      new sdk.ListObjectsV2Command({
        Bucket: target.bucket,
        Prefix: `${base}v1/${access.domain}/packs/`,
        MaxKeys: LISTED,
      }),
      abort,
    )
    .catch(() => ({ Contents: undefined }));
  const [largest] = Contents.toSorted((a, b) => (b.Size ?? 0) - (a.Size ?? 0));
  const size = largest?.Size ?? 0;
  if (largest?.Key === undefined || size < 1024 * 1024)
    return unknown(check, "not measured: the store holds no pack of a megabyte yet");
  const part = Math.floor(size / STREAMS);
  const begun = performance.now();
  let bytes = 0;
  while (bytes < DOWNLOAD_BYTES && performance.now() - begun < 5_000) {
    const parts = await Promise.all(
      Array.from({ length: STREAMS }, async (_, stream) => {
        const Range = `bytes=${stream * part}-${(stream + 1) * part - 1}`;
        const { Body } = await client.send(
          new sdk.GetObjectCommand({ Bucket: target.bucket, Key: largest.Key, Range }),
          abort,
        );
        return (await Body!.transformToByteArray()).byteLength;
      }),
    );
    bytes += parts.reduce((sum, length) => sum + length, 0);
  }
  return rate(check, bytes, performance.now() - begun);
}

async function examineUpload(
  connection: S3Connection,
  place: S3Place,
  { access, mayWrite, signal }: Examination,
): Promise<Finding> {
  const check = "upload";
  if (!mayWrite || access.writes === undefined) return unknown(check, "not measured: this job does not save");
  const body = randomBytes(UPLOAD_BYTES);
  const begun = performance.now();
  const trials = await Promise.all(
    Array.from({ length: STREAMS }, () =>
      tryUpload(connection, place, probeName(access.domain), signal, body),
    ),
  );
  const elapsedMs = performance.now() - begun;
  if (trials.some(({ outcome }) => outcome === "denied"))
    return unknown(check, "not measured: uploads are denied");
  const finding = rate(check, STREAMS * UPLOAD_BYTES, elapsedMs);
  return { ...finding, found: finding.found + trials.map(({ leftover }) => leftover).join("") };
}

function rate(check: string, bytes: number, elapsedMs: number): Finding {
  const megabytes = bytes / 1e6 / (elapsedMs / 1e3);
  const found = `${megabytes.toFixed(0)} MB/s with ${STREAMS} requests at once`;
  return megabytes < SLOW_RATE
    ? warning(
        check,
        found,
        "keep the bucket near the runners, look for a proxy in between, or use a near cache (CAIRN_NEAR)",
      )
    : ok(check, found);
}
