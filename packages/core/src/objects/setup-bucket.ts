// Makes sure that the place of a store exists: the bucket, the folder. Only `cairn setup` does so; a restore or a save
// never creates a bucket.

import { access, constants, mkdir, stat } from "node:fs/promises";
import { StoreMissingError } from "../model/errors.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { fileErrorCode, throwFileError } from "./directory-errors.ts";
import { parseStoreDsn, type StoreDsnOptions, type StoreTarget } from "./parse-store-dsn.ts";
import { describeS3Failure } from "./s3-errors.ts";
import { abortable, isBucketMissing } from "./s3-requests.ts";
import { createS3Session } from "./s3-session.ts";

export interface BucketState {
  /** `s3://bucket`, a folder. */
  readonly resource: string;
  readonly state: "present" | "missing" | "created";
  /** One sentence for a person. */
  readonly detail: string;
}

export interface EnsureBucketOptions extends StoreDsnOptions, CallOptions {
  /** Create what is missing. */
  readonly apply: boolean;
}

/**
 * Looks whether the place of a store exists, and creates it where `apply` says so. Idempotent; of several at once, one
 * creates and the others find it.
 * @throws SettingsError, AccessDeniedError, StoreMissingError (in another region), StoreUnavailableError
 */
export async function ensureBucket(text: string, options: EnsureBucketOptions): Promise<BucketState> {
  const { target } = parseStoreDsn(text, options);
  options.signal?.throwIfAborted();
  switch (target.kind) {
    case "s3":
      return ensureS3Bucket(target, options);
    case "file":
      return ensureFolder(target.root, options.apply);
    case "memory":
      return { resource: `memory://${target.name}`, state: "present", detail: "lives in this process" };
  }
}

async function ensureS3Bucket(
  target: StoreTarget & { kind: "s3" },
  options: EnsureBucketOptions,
): Promise<BucketState> {
  const { call } = createS3Session(target);
  const { bucket: Bucket, region } = target;
  const resource = `s3://${Bucket}`;
  const isPresent = await call("ListBucket", undefined, options, async (connection) => {
    const missing = await isBucketMissing(connection, Bucket, options);
    return !missing;
  });
  if (isPresent) return { resource, state: "present", detail: "the bucket exists" };
  if (!options.apply) return { resource, state: "missing", detail: "the bucket does not exist" };

  return call("CreateBucket", undefined, options, async ({ sdk, client }) => {
    const location = region ?? (await client.config.region());
    const command = new sdk.CreateBucketCommand({
      Bucket,
      // us-east-1 has no name here: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
      ...(location === "us-east-1" || target.endpoint !== undefined
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: location as "eu-west-1" } }),
    });
    try {
      await client.send(command, abortable(options));
    } catch (error) {
      if (describeS3Failure(error).code !== "BucketAlreadyOwnedByYou") throw error;
      return { resource, state: "present", detail: "the bucket exists" };
    }
    return { resource, state: "created", detail: `created in ${location}` };
  });
}

async function ensureFolder(folder: string, apply: boolean): Promise<BucketState> {
  try {
    const found = await stat(folder).catch((error: unknown) => {
      if (fileErrorCode(error) !== "ENOENT") throw error;
      return undefined;
    });
    if (found && !found.isDirectory())
      throw new StoreMissingError(`${folder} is not a folder`, {
        hint: "name a folder, or a path where one can be made",
      });
    if (found) {
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return { resource: folder, state: "present", detail: "the folder exists and can be written" };
    }
    if (!apply) return { resource: folder, state: "missing", detail: "the folder does not exist" };
    await mkdir(folder, { recursive: true });
    return { resource: folder, state: "created", detail: "the folder was created" };
  } catch (error) {
    return throwFileError(error, folder);
  }
}
