// Empty stores with names of their own, and what a job needs to open them.

import { randomUUID } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { credentials } from "../../../../../scripts/lib/services/parts.ts";
import { newBucket } from "../../../../core/test/support/s3-bucket.ts";
import { workFolder } from "./work-folder.ts";

export interface TestStore {
  /** Inputs of the actions. */
  readonly inputs: { readonly store: string; readonly index?: string };
  /** What a job must have in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A folder, with SQLite beside it. */
export async function directoryStore(): Promise<TestStore> {
  return { inputs: { store: pathToFileURL(join(sharedFolder(), "store")).href }, env: {} };
}

/** A bucket of MinIO that is the index too. */
export async function bucketStore(): Promise<TestStore> {
  return { inputs: { store: await newS3Store("minio") }, env: credentials };
}

/** A bucket of versitygw, with a table of DynamoDB Local. */
export async function tableStore(): Promise<TestStore> {
  return {
    inputs: {
      store: await newS3Store("versitygw"),
      index: `sqlite://${join(sharedFolder(), "index.sqlite")}`,
    },
    env: credentials,
  };
}

/** By the name that the suites show. */
export const stores: readonly (readonly [name: string, open: () => Promise<TestStore>])[] = [
  ["a directory", directoryStore],
  ["S3 and DynamoDB", tableStore],
  ["a bucket alone", bucketStore],
];

/** Jobs of different users meet here. */
function sharedFolder(): string {
  const folder = workFolder();
  chmodSync(folder, 0o777);
  return folder;
}

async function newS3Store(server: "minio" | "versitygw"): Promise<string> {
  const { bucket, endpoint } = await newBucket(server);
  const parameters = new URLSearchParams({ region: credentials.AWS_REGION, endpoint });
  return `s3://${bucket}/e2e-${randomUUID().slice(0, 8)}?${parameters}`;
}
