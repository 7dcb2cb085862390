// Start-up: a job that uses no S3 never loads the SDK, and one that does loads it with its first request.

import { expect, test } from "@jest/globals";
import { runSource } from "../../support/run-source.ts";

test("opening an S3 store loads neither the SDK nor its HTTP handler", async () => {
  const output = await runSource(`
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({
      resolve(specifier, context, next) {
        if (/^@(aws-sdk|smithy)/.test(specifier)) loaded.push(specifier);
        return next(specifier, context);
      },
    });
    const { openObjectStore } = await import("SRC/objects/open-object-store.ts");
    const { store } = openObjectStore("s3://bucket?endpoint=http://127.0.0.1:1", { env: {}, setting: "S" });
    const before = loaded.length;
    await store.head("name").catch(() => undefined);
    process.stdout.write(JSON.stringify([before, loaded.includes("@aws-sdk/client-s3")]));`);
  expect(JSON.parse(output)).toEqual([0, true]);
});
