// The S3 driver under the contract, on two servers; and what each of them answers when bucket or credentials are wrong.

import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { createClock } from "../../../src/lib/clock.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import { createS3Store } from "../../../src/objects/s3-store.ts";
import { withRetry } from "../../../src/objects/with-retry.ts";
import type { SwappableStore } from "../../../src/ports/object-store.ts";
import { newBucket, S3_REGION } from "../../support/s3-bucket.ts";
import { service } from "../../support/services.ts";
import { objectStoreSuite } from "./object-store-suite.ts";

const bytes = Buffer.from("bytes");
const calls: Record<string, (store: SwappableStore) => Promise<unknown>> = {
  put: (store) => store.put("name", bytes, sha256(bytes)),
  get: (store) => store.get("name"),
  "get of a range": (store) => store.get("name", { offset: 0, length: 5 }),
  head: (store) => store.head("name"),
  list: async (store) => {
    for await (const _ of store.list(""));
  },
  delete: (store) => store.delete("name"),
  read: (store) => store.read("name"),
  swap: (store) => store.swap("name", bytes, null),
};

for (const server of ["versitygw", "minio"] as const) {
  const place = (prefix: string) => ({
    prefix,
    region: S3_REGION,
    endpoint: service(server),
    pathStyle: true,
  });

  for (const prefix of ["", "team/a cache"]) {
    objectStoreSuite(`S3 on ${server}${prefix && ", below a prefix"}`, {
      async create() {
        const { bucket } = await newBucket(server);
        return { open: () => createS3Store({ bucket, ...place(prefix) }) };
      },
      checksDigest: true,
      keepsDigest: true,
    });
  }

  test(`S3 on ${server}: a large object that exists is refused before it was read, and told as there`, async () => {
    const { bucket } = await newBucket(server);
    const store = withRetry(createS3Store({ bucket, ...place("") }));
    const large = Buffer.alloc(16 << 20, "large");
    const put = () => store.put("name", large, sha256(large));
    expect(await put()).toBe("created");
    for (let i = 0; i < 10; i++) expect(await put()).toBe("exists");
  });

  describe(`S3 on ${server}: errors`, () => {
    let bucket: string;
    beforeAll(async () => {
      ({ bucket } = await newBucket(server));
    });

    test.each(Object.keys(calls))("%s in a bucket that is not there", async (method) => {
      const missing = `missing-${randomUUID()}`;
      const store = createS3Store({ bucket: missing, ...place("cache") });
      await expect(calls[method]!(store)).rejects.toMatchObject({
        code: "STORE_MISSING",
        message: expect.stringContaining(missing),
        hint: expect.stringContaining(`cairn setup --store s3://${missing}/cache --apply`),
      });
    });

    test.each(Object.keys(calls))("%s with a wrong secret", async (method) => {
      const credentials = { accessKeyId: "cairntest", secretAccessKey: "not-the-secret" };
      const store = createS3Store({ bucket, ...place(""), credentials });
      const error: Error = await calls[method]!(store).then(
        () => undefined,
        (thrown) => thrown,
      );
      expect(error).toMatchObject({ code: "ACCESS_DENIED", retryable: false, hint: expect.any(String) });
      const shown = JSON.stringify([error, error.cause, String(error.cause), error.stack]);
      expect(shown).not.toMatch(/not-the-secret|AWS4-HMAC|X-Amz-Signature|Credential=/);
    });

    test("with a key id that no one has", async () => {
      const credentials = { accessKeyId: "nobody", secretAccessKey: "not-the-secret" };
      const store = createS3Store({ bucket, ...place(""), credentials });
      await expect(calls["get"]!(store)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    });

    test("the clock learns the server's time", async () => {
      const clock = createClock(() => Date.now() - 3_600_000);
      const store = createS3Store({ bucket, ...place(""), clock });
      await store.head("name");
      expect(Math.abs(clock.skewMs - 3_600_000)).toBeLessThan(5_000);
    });
  });
}
