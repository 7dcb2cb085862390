// The bucket of a store: exists, keeps replaced versions for a while, is encrypted and private, lets objects go by age,
// and takes only writes that replace nothing. Everything of others in the bucket's configuration stays as it is.

import type { PublicAccessBlockConfiguration, ServerSideEncryptionRule } from "@aws-sdk/client-s3";
import type { BucketContext, S3Place } from "./bucket-context.ts";
import { lifecycleSetting } from "./bucket-lifecycle.ts";
import { policySetting } from "./bucket-policy.ts";
import {
  denied,
  ensureSetting,
  failureOf,
  isDenied,
  type Setting,
  type SetupOptions,
  type SetupStep,
} from "./setting.ts";

export interface BucketOptions extends SetupOptions {
  /** Move packs to an archive class that answers at once. */
  readonly archive: boolean;
}

/** @throws CacheError for what is no state of a setting: no credentials, a bucket in another region, a network away. */
export async function bucketSteps(
  { target, call }: S3Place,
  names: BucketContext["names"],
  options: BucketOptions,
): Promise<SetupStep[]> {
  return call("set-up of the bucket", undefined, options, async (connection) => {
    const abort = options.signal === undefined ? {} : { abortSignal: options.signal };
    const context: BucketContext = { connection, target, names, abort, archive: options.archive };
    const bucket = await bucketStep(context, options.apply);
    const steps = [bucket];
    if (bucket.state === "missing" || bucket.state === "denied") return steps;
    const ensure = async <T>(setting: Setting<T>) => steps.push(await ensureSetting(setting, options));
    await ensure(versioningSetting(context));
    await ensure(encryptionSetting(context));
    await ensure(publicAccessSetting(context));
    await ensure(lifecycleSetting(context));
    await ensure(policySetting(context));
    return steps;
  });
}

async function bucketStep({ connection, target, abort }: BucketContext, apply: boolean): Promise<SetupStep> {
  const { sdk, client } = connection;
  const resource = `s3://${target.bucket}`;
  try {
    const { BucketRegion } = await client.send(new sdk.HeadBucketCommand({ Bucket: target.bucket }), abort);
    const region = await client.config.region();
    if (BucketRegion === undefined || BucketRegion === region)
      return { resource, state: "present", detail: "the bucket exists" };
    return {
      resource,
      state: "differs",
      detail: `the bucket is in ${BucketRegion}, the store says ${region}`,
      hint: `write region=${BucketRegion} in the store, or use a bucket in ${region}`,
    };
  } catch (error) {
    const { status } = failureOf(error);
    // A HEAD has no body that could tell who owns it.
    if (status === 403) return denied(resource, "s3:ListBucket (or the name is someone else's)");
    if (status !== 404) throw error;
  }
  if (!apply) return { resource, state: "missing", detail: "the bucket does not exist" };
  const location = await client.config.region();
  const command = new sdk.CreateBucketCommand({
    Bucket: target.bucket,
    // us-east-1 has no name here: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    ...(location === "us-east-1" || target.endpoint !== undefined
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: location as "eu-west-1" } }),
  });
  try {
    await client.send(command, abort);
  } catch (error) {
    const failure = failureOf(error);
    if (isDenied(failure)) return denied(resource, "s3:CreateBucket");
    if (failure.code !== "BucketAlreadyOwnedByYou") throw error;
    return { resource, state: "present", detail: "the bucket exists" };
  }
  return { resource, state: "created", detail: `created in ${location}` };
}

function versioningSetting({
  connection: { sdk, client },
  target,
  abort,
}: BucketContext): Setting<string | undefined> {
  const Bucket = target.bucket;
  return {
    resource: `s3://${Bucket} versioning`,
    actions: { read: "s3:GetBucketVersioning", write: "s3:PutBucketVersioning" },
    absentCodes: [],
    optional: target.endpoint !== undefined,
    read: async () => (await client.send(new sdk.GetBucketVersioningCommand({ Bucket }), abort)).Status,
    judge: (status) =>
      status === "Enabled"
        ? { state: "present", detail: "what is replaced or deleted is kept for a while" }
        : {
            state: status === undefined ? "missing" : "outdated",
            detail: "versioning on: what is replaced or deleted is kept for a while",
          },
    async write() {
      const VersioningConfiguration = { Status: "Enabled" as const };
      await client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }), abort);
      return undefined;
    },
  };
}

function encryptionSetting(context: BucketContext): Setting<ServerSideEncryptionRule | undefined> {
  const {
    connection: { sdk, client },
    target,
    abort,
  } = context;
  const { bucket: Bucket, sse, kmsKey, endpoint } = target;
  const algorithm = sse ?? "AES256";
  const wanted = kmsKey === undefined ? algorithm : `${algorithm} with the key ${kmsKey}`;
  return {
    resource: `s3://${Bucket} encryption`,
    actions: { read: "s3:GetEncryptionConfiguration", write: "s3:PutEncryptionConfiguration" },
    absentCodes: ["ServerSideEncryptionConfigurationNotFoundError"],
    async read() {
      const answer = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket }), abort);
      return answer.ServerSideEncryptionConfiguration?.Rules?.[0];
    },
    judge(rule) {
      const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
      const found =
        KMSMasterKeyID === undefined ? `${SSEAlgorithm}` : `${SSEAlgorithm} with the key ${KMSMasterKeyID}`;
      if (SSEAlgorithm === undefined) {
        return sse === undefined && endpoint !== undefined
          ? { state: "present", detail: "as its server has it: the store asks for none (sse=AES256 would)" }
          : { state: "missing", detail: `new objects are encrypted with ${wanted}` };
      }
      const isSame =
        SSEAlgorithm === algorithm && (kmsKey === undefined || isSameKey(KMSMasterKeyID, kmsKey));
      if (isSame || sse === undefined)
        return { state: "present", detail: `new objects are encrypted with ${found}` };
      if (SSEAlgorithm === "AES256")
        return { state: "outdated", detail: `encryption with ${wanted} in place of ${found}` };
      return {
        state: "differs",
        detail: `new objects are encrypted with ${found}, the store says ${wanted}`,
        hint: "write the bucket's encryption in the store (sse=, kms-key=), or change the bucket yourself",
      };
    },
    async write() {
      const rule: ServerSideEncryptionRule = {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: algorithm,
          ...(kmsKey === undefined ? {} : { KMSMasterKeyID: kmsKey }),
        },
        // One data key for many objects: far fewer requests to KMS.
        ...(algorithm === "aws:kms" ? { BucketKeyEnabled: true } : {}),
      };
      await client.send(
        new sdk.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }),
        abort,
      );
      return undefined;
    },
  };
}

/** A key has an id, an ARN that ends in it, and aliases, which say nothing. */
function isSameKey(found: string | undefined, wanted: string): boolean {
  return (
    found !== undefined && (found === wanted || found.endsWith(`/${wanted}`) || wanted.endsWith(`/${found}`))
  );
}

const BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} as const;

function publicAccessSetting({
  connection: { sdk, client },
  target,
  abort,
}: BucketContext): Setting<PublicAccessBlockConfiguration> {
  const Bucket = target.bucket;
  return {
    resource: `s3://${Bucket} public access`,
    actions: { read: "s3:GetBucketPublicAccessBlock", write: "s3:PutBucketPublicAccessBlock" },
    absentCodes: ["NoSuchPublicAccessBlockConfiguration"],
    async read() {
      const answer = await client.send(new sdk.GetPublicAccessBlockCommand({ Bucket }), abort);
      return answer.PublicAccessBlockConfiguration ?? {};
    },
    judge(found) {
      const detail = "public access is blocked, by lists and by policies";
      if (found === undefined) return { state: "missing", detail };
      const isBlocked = Object.keys(BLOCKED).every((name) => found[name as keyof typeof BLOCKED] === true);
      return { state: isBlocked ? "present" : "outdated", detail };
    },
    async write() {
      const PublicAccessBlockConfiguration = BLOCKED;
      await client.send(
        new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
        abort,
      );
      return undefined;
    },
  };
}
