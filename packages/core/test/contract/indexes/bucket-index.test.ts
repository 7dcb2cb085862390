import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBucketIndex } from "../../../src/indexes/bucket-index.ts";
import { createClock } from "../../../src/lib/clock.ts";
import { createDirectoryStore } from "../../../src/objects/directory-store.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { openObjectStore } from "../../../src/objects/open-object-store.ts";
import { newBucket } from "../../support/s3-bucket.ts";
import { type IndexDriver, keyIndexSuite } from "./key-index-suite.ts";

keyIndexSuite("bucket, in memory", {
  async fresh() {
    const store = createMemoryStore();
    return { open: (clock) => createBucketIndex({ store, clock }) };
  },
});

const folders: string[] = [];

keyIndexSuite("bucket, in a directory", {
  async fresh() {
    const root = await mkdtemp(join(tmpdir(), "cairn-refs-"));
    folders.push(root);
    return { open: (clock) => createBucketIndex({ store: createDirectoryStore({ root }), clock }) };
  },
  async end() {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  },
});

function onServer(name: "versitygw" | "minio"): IndexDriver {
  return {
    async fresh() {
      const { bucket, endpoint } = await newBucket(name);
      const dsn = `s3://${bucket}/cache?endpoint=${endpoint}`;
      const options = { env: process.env, setting: "store" };
      return {
        open: (clock) =>
          createBucketIndex({
            store: openObjectStore(dsn, { ...options, clock: createClock() }).store,
            clock,
          }),
      };
    },
  };
}

keyIndexSuite("bucket, on versitygw", onServer("versitygw"));
keyIndexSuite("bucket, on MinIO", onServer("minio"));
