// The store in a bucket of S3 or of anything that speaks its protocol. Conditional writes carry the invariants: a put
// demands that there is no such object, a swap that it still has its ETag. Every upload carries its SHA-256 twice, as
// the checksum that the bucket keeps and as the signed digest of the payload, and the SDK computes none.

import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { ObjectMissingError } from "../model/errors.ts";
import type { ByteRange, CallOptions, ListedObject, SwappableStore } from "../ports/object-store.ts";
import { bufferFor, checkIsRange, checkRange, tooShort } from "./read-range.ts";
import { readBody } from "./s3-body.ts";
import { describeS3Failure, isConditionFailed, isConflict, missingBucket } from "./s3-errors.ts";
import {
  abortable,
  expectedLength,
  fromBase64,
  isBucketMissing,
  signDigest,
  storingParameters,
  tagOf,
  toBase64,
} from "./s3-requests.ts";
import { createS3Session, type S3StoreOptions } from "./s3-session.ts";

export type { S3StoreOptions };

/** Answers of 409 in a row until a write gives up: each means that another writer was deciding at that moment. */
const CONFLICT_ATTEMPTS = 8;
const CONFLICT_DELAY_MS = 25;

/** Touches neither the network nor the SDK until the first call. Never retries, except after a 409. */
export function createS3Store(options: S3StoreOptions): SwappableStore {
  const session = createS3Session(options);
  const { call, place, idleTimeoutMs } = session;
  const { bucket: Bucket, prefix = "" } = options;
  const storing = storingParameters(options);
  const keyOf = (name: string) => (prefix === "" ? name : `${prefix}/${name}`);

  /** @returns undefined when the condition did not hold. */
  function write(
    name: string,
    bytes: Uint8Array,
    digest: Digest,
    condition: { IfNoneMatch: "*" } | { IfMatch: string },
    callOptions: CallOptions | undefined,
  ): Promise<{ etag: string | undefined } | undefined> {
    return call("PutObject", name, callOptions, async ({ sdk, client }) => {
      for (let attempt = 1; ; attempt++) {
        const command = new sdk.PutObjectCommand({
          Bucket,
          Key: keyOf(name),
          Body: bytes,
          ChecksumSHA256: toBase64(digest),
          ...condition,
          ...storing,
        });
        signDigest(command, digest);
        try {
          const { ETag } = await client.send(command, abortable(callOptions));
          return { etag: ETag };
        } catch (error) {
          const failure = describeS3Failure(error);
          if (isConditionFailed(failure)) return undefined;
          if ("IfMatch" in condition && failure.code === "NoSuchKey") return undefined;
          if (!isConflict(failure) || attempt === CONFLICT_ATTEMPTS) throw error;
        }
        await sleep(
          Math.random() * CONFLICT_DELAY_MS * 2 ** attempt,
          undefined,
          callOptions?.signal ? { signal: callOptions.signal } : {},
        );
      }
    });
  }

  function fetchObject(name: string, range: ByteRange | undefined, callOptions: ReadOptions) {
    return call("GetObject", name, callOptions, async ({ sdk, client }) => {
      const output = await client
        .send(
          new sdk.GetObjectCommand({
            Bucket,
            Key: keyOf(name),
            ...(range === undefined
              ? {}
              : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
          }),
          abortable(callOptions),
        )
        .catch((error: unknown) => {
          throw range !== undefined && describeS3Failure(error).status === 416
            ? tooShort(name, range)
            : error;
        });
      const body = output.Body as Readable;
      try {
        const length = expectedLength(name, range, output);
        const target = bufferFor(length, callOptions?.into);
        await readBody(body, target, { name, signal: callOptions?.signal, idleTimeoutMs });
        return { bytes: target, tag: output.ETag };
      } catch (error) {
        body.on("error", () => undefined).destroy();
        throw error;
      }
    });
  }

  async function head(name: string, callOptions?: CallOptions) {
    const found = await call("HeadObject", name, callOptions, async ({ sdk, client }) => {
      const parameters = { Bucket, Key: keyOf(name), ChecksumMode: "ENABLED" as const };
      try {
        return await client.send(new sdk.HeadObjectCommand(parameters), abortable(callOptions));
      } catch (error) {
        if (describeS3Failure(error).status !== 404) throw error;
        // A 404 for a HEAD does not tell what is missing; who may not ask further takes it for the object.
        const isMissing =
          !session.isBucketKnown &&
          (await isBucketMissing({ sdk, client }, Bucket, callOptions).catch(() => false));
        if (isMissing) throw missingBucket(place);
        return undefined;
      }
    });
    if (found === undefined) return undefined;
    const digest = found.ChecksumType === "COMPOSITE" ? undefined : fromBase64(found.ChecksumSHA256);
    return {
      sizeBytes: found.ContentLength ?? 0,
      modifiedAtMs: found.LastModified?.getTime() ?? 0,
      ...(digest === undefined ? {} : { sha256: digest }),
    };
  }

  return {
    description: place.description,
    head,

    async put(name, bytes, digest, callOptions) {
      const written = await write(name, bytes, digest, { IfNoneMatch: "*" }, callOptions);
      return written ? "created" : "exists";
    },

    async get(name, range, callOptions) {
      if (range) checkIsRange(range);
      if (range?.length !== 0) return (await fetchObject(name, range, callOptions)).bytes;
      // A range of nothing can't be written as a request.
      const found = await head(name, callOptions);
      if (!found) throw new ObjectMissingError(name);
      checkRange(name, range, found.sizeBytes);
      return bufferFor(0, callOptions?.into);
    },

    async *list(namePrefix, callOptions): AsyncGenerator<ListedObject> {
      const start = keyOf("").length;
      let token: string | undefined;
      do {
        const page = await call("ListBucket", undefined, callOptions, ({ sdk, client }) =>
          client.send(
            new sdk.ListObjectsV2Command({
              Bucket,
              Prefix: keyOf(namePrefix),
              ...(callOptions?.after ? { StartAfter: keyOf(callOptions.after) } : {}),
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
            abortable(callOptions),
          ),
        );
        for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
          callOptions?.signal?.throwIfAborted();
          // Consoles make objects that stand for folders.
          if (Key.endsWith("/")) continue;
          yield { name: Key.slice(start), sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },

    async delete(name, callOptions) {
      await call("DeleteObject", name, callOptions, async ({ sdk, client }) => {
        const command = new sdk.DeleteObjectCommand({ Bucket, Key: keyOf(name) });
        await client.send(command, abortable(callOptions)).catch((error: unknown) => {
          if (describeS3Failure(error).code !== "NoSuchKey") throw error;
        });
      });
    },

    async read(name, callOptions) {
      try {
        const { bytes, tag } = await fetchObject(name, undefined, callOptions);
        return { bytes, tag: tagOf(tag, name) };
      } catch (error) {
        if (error instanceof ObjectMissingError) return undefined;
        throw error;
      }
    },

    async swap(name, bytes, tag, callOptions) {
      const condition = tag === null ? { IfNoneMatch: "*" as const } : { IfMatch: tag };
      const written = await write(name, bytes, sha256(bytes), condition, callOptions);
      return written && tagOf(written.etag, name);
    },
  };
}

type ReadOptions = (CallOptions & { into?: Uint8Array | undefined }) | undefined;
