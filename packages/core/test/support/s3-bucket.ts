// New buckets on the real S3 servers of the tests.

import { randomUUID } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { type ServiceName, service } from "./services.ts";

export const S3_REGION = "us-east-1";

/** Makes an empty bucket with a name of its own; the servers' data is thrown away with them. */
export async function newBucket(name: ServiceName): Promise<{ bucket: string; endpoint: string }> {
  const endpoint = service(name);
  const bucket = `objects-${randomUUID()}`;
  const client = new S3Client({ endpoint, region: S3_REGION, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { bucket, endpoint };
}
