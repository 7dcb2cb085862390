// A tar stream as one S3 object, by lib-storage's multipart upload: the stream's length is not known before its end.
// Only exports may do so; the store's own objects are single PUTs with a checksum of the whole.

import type { Readable } from "node:stream";
import type { AwsSession } from "../aws/aws-session.ts";
import { parseDsn } from "../lib/dsn.ts";
import type { ExportProgress } from "../maintenance.ts";
import { SettingsError } from "../model/errors.ts";
import type { CallOptions } from "../ports/object-store.ts";

const PART_BYTES = 16 * 1024 * 1024;

export interface ObjectTarget {
  readonly bucket: string;
  readonly key: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
}

/** @param text `s3://bucket/key?region=&endpoint=&path-style=`. @throws SettingsError */
export function parseObjectTarget(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): ObjectTarget {
  const dsn = parseDsn(text, "the target of the export", { s3: ["region", "endpoint", "path-style"] });
  const key = dsn.path.replace(/^\/+/, "");
  if (dsn.host === "" || key === "") {
    throw new SettingsError("target", `${text} names no object`, {
      hint: "write s3://bucket/folder/name.tar",
    });
  }
  const endpoint = dsn.parameters.get("endpoint") ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
  const region =
    dsn.parameters.get("region") ??
    env["AWS_REGION"] ??
    env["AWS_DEFAULT_REGION"] ??
    (endpoint ? "us-east-1" : undefined);
  return {
    bucket: dsn.host,
    key,
    region,
    endpoint,
    pathStyle: (dsn.parameters.get("path-style") ?? String(endpoint !== undefined)) === "true",
  };
}

export async function exportToObject(
  stream: Readable,
  target: ObjectTarget,
  aws: AwsSession,
  options: CallOptions & { onProgress?: (progress: ExportProgress) => void } = {},
): Promise<{ sizeBytes: number }> {
  const [{ S3Client }, { Upload }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/lib-storage"),
  ]);
  const client = new S3Client({
    ...(await aws.clientOptions()),
    forcePathStyle: target.pathStyle,
    ...(target.region !== undefined && { region: target.region }),
    ...(target.endpoint !== undefined && { endpoint: target.endpoint }),
  });
  let sizeBytes = 0;
  stream.on("data", (bytes: Buffer) => {
    sizeBytes += bytes.length;
    options.onProgress?.({ doneBytes: sizeBytes });
  });
  stream.pause();
  const upload = new Upload({
    client,
    partSize: PART_BYTES,
    params: { Bucket: target.bucket, Key: target.key, Body: stream, ContentType: "application/x-tar" },
  });
  const abort = (): void => void upload.abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    await upload.done();
    return { sizeBytes };
  } finally {
    options.signal?.removeEventListener("abort", abort);
    client.destroy();
  }
}
