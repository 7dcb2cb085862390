// Invariant: a Ref names only an artifact that exists, an artifact only packs that exist. Packs are written before the
// artifact, the artifact before the Ref.

import { expect, test } from "@jest/globals";
import { packNameOf, readArtifact, readSegments } from "../../src/lib/read-artifact.ts";
import { INLINE_PACK } from "../../src/model/artifact-codec.ts";
import { StoreUnavailableError } from "../../src/model/errors.ts";
import type { KeyIndex } from "../../src/ports/key-index.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, testBackend } from "../support/job.ts";
import { withHook, withRecording } from "../support/stores.ts";
import { file, makeTree } from "../support/tree.ts";

const LARGE = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, file(noise(i, 1_100_000))]));

/** Every object that a committed Ref leads to is there. */
async function expectWhole(backend: TestBackend): Promise<void> {
  for await (const ref of backend.index.list({})) {
    const place = { store: backend.store, domain: ref.domain, contentHash: ref.contentHash };
    const artifact = await readArtifact(place);
    for await (const { chunks } of readSegments(place, artifact)) {
      for (const { pack, offset, storedLength } of chunks) {
        if (pack === INLINE_PACK) continue;
        const info = await backend.store.head(packNameOf(place, artifact, pack));
        expect(info!.sizeBytes).toBeGreaterThanOrEqual(offset + storedLength);
      }
    }
  }
}

test("packs are put before the artifact, and both before the commit", async () => {
  const backend = testBackend();
  const { store, calls } = withRecording(backend.store);
  const index: KeyIndex = {
    ...backend.index,
    async commit(ref, options) {
      const outcome = await backend.index.commit(ref, options);
      calls.push({ method: "put", name: "commit" });
      return outcome;
    },
  };
  const job = createJob();
  makeTree(job.path("tree"), LARGE);
  await job.save({ ...backend, store, index: index as TestBackend["index"] });
  const puts = calls
    .filter((call) => call.method === "put")
    .map((call) => call.name.split("/").at(-2) ?? call.name);
  expect(puts[0]).toBe("v1");
  expect(puts.slice(1, -2).every((kind) => kind === "packs")).toBe(true);
  expect(puts.filter((kind) => kind === "packs").length).toBeGreaterThan(1);
  expect(puts.slice(-2)).toEqual(["artifacts", "commit"]);
  await expectWhole(backend);
});

test("a save that fails at any request commits nothing that is not whole", async () => {
  const job = createJob();
  makeTree(job.path("tree"), LARGE);
  const requests = ["get", "head", "put"] as const;
  for (let at = 0, done = false; !done; at++) {
    const backend = testBackend();
    let seen = 0;
    const store = withHook(backend.store, (method, name) => {
      if (requests.includes(method) && seen++ === at) throw new StoreUnavailableError(`${method} ${name}`);
    });
    const outcome = await job.save({ ...backend, store }).catch((error: unknown) => error);
    done = seen <= at;
    if (!done) expect(outcome).toBeInstanceOf(StoreUnavailableError);
    await expectWhole(backend);
    if (done) expect((await refOf(backend)).entryCount).toBe(21);
  }
}, 120_000);
