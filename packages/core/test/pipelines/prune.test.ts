// Prune on the stores and indexes that people run, from saves to freed space: what is needed stays, to the last byte; what
// is not goes in two steps, a day apart.

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { prune } from "../../src/maintain/prune.ts";
import type { PruneOptions, PruneReport } from "../../src/maintenance.ts";
import {
  AccessDeniedError,
  IdentityError,
  RefusedError,
  StoreUnavailableError,
} from "../../src/model/errors.ts";
import { CONDEMNED_NAME, STORE_IDENTITY_NAME } from "../../src/model/names.ts";
import { openCache } from "../../src/open-cache.ts";
import { openMaintenance } from "../../src/open-maintenance.ts";
import { withFaults } from "../../src/testing/with-faults.ts";
import { noise } from "../support/arbitraries.ts";
import { newIndex, PLACES, type Place, placeOf } from "../support/backends.ts";
import { createJob, MAIN, type TestJob } from "../support/job.ts";
import { putNewerArtifact } from "../support/newer-artifact.ts";
import { all } from "../support/refs.ts";
import { listNames } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const DAY_MS = 86_400_000;
const OPTIONS: PruneOptions = { dryRun: false };

/** Too large to be carried by its artifact. */
function tree(seed: number, count = 4): TreeSpec {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`tree/f${n}`, file(noise(seed + n, 500_000))]),
  );
}

function jobWith(spec: TreeSpec): TestJob {
  const job = createJob();
  makeTree(job.folders.workspace, spec);
  return job;
}

async function save(place: Place, key: string, spec: TreeSpec): Promise<void> {
  const saved = await place.withCache((cache) => cache.save(jobWith(spec).saveRequest({ key })));
  expect(saved.status).toBe("saved");
}

async function expectRestores(place: Place, key: string, spec: TreeSpec): Promise<void> {
  const job = createJob();
  const restored = await place.withCache((cache) => cache.restore(job.restoreRequest({ key })));
  expect(restored).toMatchObject({ status: "hit", exact: true });
  expect(differences(snapshotTree(job.path("tree")), snapshotTree(jobWith(spec).path("tree")))).toEqual([]);
}

function content(place: Place): Promise<string[]> {
  return place.withBackend(async ({ store }) =>
    (await listNames(store, "v1/")).filter((name) => /\/(packs|artifacts)\//.test(name)),
  );
}

/** On one machine nobody waits for a day: these tests are about stores where one has to. */
function pruneLater(place: Place, days: number, options: Partial<PruneOptions> = {}): Promise<PruneReport> {
  place.setAheadMs(days * DAY_MS);
  return place.withBackend((backend) =>
    prune({ ...backend, sessions: undefined }, { ...OPTIONS, ...options }),
  );
}

describe.each(Object.entries(PLACES))("%s", (_name, make) => {
  test("what a save needs stays whole, what none needs is deleted a day after it was condemned", async () => {
    const place = await make();
    const [first, second] = [tree(1), { ...tree(1), "tree/new": file(noise(90, 300_000)) }];
    await save(place, "deps-1", first);
    await save(place, "deps-2", second);
    await save(place, "other", tree(50, 3));
    const before = await content(place);
    await place.withMaintenance(async (maintenance) => {
      await maintenance.invalidate({ key: "deps-1" }, { dryRun: false });
      for (const ref of await all(maintenance.list({ keyPrefix: "other" }))) await maintenance.remove(ref);
    });

    // What is young may belong to a save in progress, and an invalidation can still be taken back.
    const early = await pruneLater(place, 0);
    expect(early).toMatchObject({ deleted: { objects: 0 }, condemned: { objects: 0 }, keptRefs: 2 });
    expect(early.young.objects).toBeGreaterThan(0);

    const dry = await pruneLater(place, 2, { dryRun: true });
    const condemned = await pruneLater(place, 2);
    expect(condemned).toEqual({
      ...dry,
      dryRun: false,
      dueAtMs: expect.any(Number),
      removed: expect.any(Array),
    });
    expect(condemned.deleted.objects).toBe(0);
    expect(condemned.condemned.bytes).toBeGreaterThan(1_400_000);
    expect(condemned.kept.bytes + condemned.condemned.bytes).toBe(condemned.stored.bytes);
    expect(await content(place)).toEqual(before);
    await expectRestores(place, "deps-2", second);

    // Not a day yet.
    expect(await pruneLater(place, 2)).toMatchObject({ deleted: { objects: 0 }, condemned: { objects: 0 } });
    const deleted = await pruneLater(place, 4);
    expect(deleted.deleted).toEqual(condemned.condemned);
    expect((await content(place)).length).toBe(before.length - deleted.deleted.objects);
    await expectRestores(place, "deps-2", second);
    await place.withMaintenance(async (maintenance) => {
      for (const ref of await all(maintenance.list({})))
        expect((await maintenance.verify(ref)).problems).toEqual([]);
    });
    const last = await pruneLater(place, 6);
    expect(last).toMatchObject({
      deleted: { objects: 0 },
      condemned: { objects: 0 },
      waiting: { objects: 0 },
    });
    expect(last.kept).toEqual(last.stored);
  });

  test("--max-size evicts by the policy, and what is shared stays as long as one needs it", async () => {
    const place = await make();
    await save(place, "old", tree(1));
    await save(place, "big", tree(20, 6));
    await save(place, "new", tree(40));
    await expectRestores(place, "old", tree(1));
    const report = await pruneLater(place, 0, { maxSizeBytes: 5_500_000, evict: "size" });
    expect(report.removed.map(({ ref, why }) => [ref.key, why])).toEqual([["big", "evicted"]]);
    expect(report.condemned.bytes).toBeGreaterThan(2_900_000);
    expect(report.kept.bytes).toBeLessThanOrEqual(5_500_000);
    expect((await pruneLater(place, 2)).deleted).toEqual(report.condemned);
    await expectRestores(place, "old", tree(1));
    await expectRestores(place, "new", tree(40));
  });

  test("scopes are dropped when asked, with all that only they need", async () => {
    const place = await make();
    const topic = { repository: MAIN.repository, ref: "refs/heads/topic" };
    await save(place, "main", tree(1));
    await place.withCache((cache) =>
      cache.save(
        jobWith(tree(30)).saveRequest({
          key: "topic",
          access: { reads: [topic], writes: topic, domain: "trusted", note: undefined },
        }),
      ),
    );
    const isDropped = (scope: { ref: string }) => scope.ref === topic.ref;
    const report = await pruneLater(place, 0, { isDropped });
    expect(report.removed).toMatchObject([{ ref: { key: "topic" }, why: "dropped" }]);
    expect((await pruneLater(place, 2)).deleted).toEqual(report.condemned);
    await expectRestores(place, "main", tree(1));
  });
});

describe.each(["a folder and SQLite", "versitygw and DynamoDB"])("refusals of %s", (name) => {
  const make = PLACES[name]!;

  async function filled(): Promise<Place> {
    const place = await make();
    await save(place, "one", tree(1));
    await save(place, "two", tree(50, 3));
    return place;
  }

  async function remove(place: Place, ...keys: string[]): Promise<void> {
    await place.withMaintenance(async (maintenance) => {
      for (const ref of await all(maintenance.list({})))
        if (keys.includes(ref.key)) await maintenance.remove(ref);
    });
  }

  async function expectRefused(place: Place, message: RegExp): Promise<number> {
    const before = await content(place);
    const error = (await pruneLater(place, 3).catch((thrown: unknown) => thrown)) as RefusedError;
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(message);
    const dry = await pruneLater(place, 3, { dryRun: true });
    expect(dry.refusal).toMatch(message);
    expect(await content(place)).toEqual(before);
    expect(await place.withBackend(({ store }) => store.head(CONDEMNED_NAME))).toBeUndefined();
    const bytes = dry.condemned.bytes + dry.deleted.bytes;
    expect(error.hint).toContain(`--confirm ${bytes}`);
    return bytes;
  }

  test("objects but no saves, unless the bytes are told", async () => {
    const place = await filled();
    await remove(place, "one", "two");
    const bytes = await expectRefused(place, /knows no save that lives/);
    await expect(pruneLater(place, 3, { confirmedBytes: bytes - 1 })).rejects.toBeInstanceOf(RefusedError);
    expect((await pruneLater(place, 3, { confirmedBytes: bytes })).condemned.bytes).toBe(bytes);
  });

  test("more than half", async () => {
    const place = await filled();
    await remove(place, "one");
    const bytes = await expectRefused(place, /more than half/);
    expect((await pruneLater(place, 3, { confirmedBytes: bytes })).condemned.bytes).toBe(bytes);
    // It was confirmed then: nothing more is asked a day later.
    expect((await pruneLater(place, 5)).deleted.bytes).toBe(bytes);
    await expectRestores(place, "two", tree(50, 3));
  });

  test("less than half is no question", async () => {
    const place = await filled();
    await remove(place, "two");
    expect((await pruneLater(place, 3)).condemned.objects).toBeGreaterThan(0);
  });

  test("another store's index, and one that was never used with this store", async () => {
    const [place, other, unused] = [await filled(), await filled(), await make()];
    for (const [index, message] of [
      [other, /belongs to another store/],
      [unused, /was never used with/],
    ] as const) {
      const before = await content(place);
      await index.withBackend((theirs) =>
        place.withBackend(async (ours) => {
          const mixed = { ...ours, index: theirs.index, sessions: undefined };
          const error = await prune(mixed, { ...OPTIONS, confirmedBytes: 1e12 }).catch(
            (thrown: unknown) => thrown,
          );
          expect(error).toBeInstanceOf(IdentityError);
          expect((error as IdentityError).message).toMatch(message);
        }),
      );
      expect(await content(place)).toEqual(before);
    }
  });

  test("an index that came to the store later, until it takes over", async () => {
    const place = await filled();
    const later = placeOf(place.settings.store, await newIndex(name));
    await save(later, "three", tree(80, 2));
    await expectRestores(later, "three", tree(80, 2));
    // The first one is still the index that prunes go by, and what only the other names is nobody's to it.
    const before = await content(place);
    await expect(pruneLater(later, 3, { confirmedBytes: 1e12 })).rejects.toThrow(IdentityError);
    await expect(pruneLater(later, 3, { dryRun: true })).rejects.toThrow(/has another index than/);
    expect(await content(place)).toEqual(before);

    // Seen first, which changes nothing.
    const dry = await pruneLater(later, 3, { dryRun: true, takesOver: true });
    expect(dry.refusal).toMatch(/more than half/);
    await expect(pruneLater(later, 3)).rejects.toThrow(IdentityError);
    const bytes = dry.condemned.bytes;
    expect((await pruneLater(later, 3, { takesOver: true, confirmedBytes: bytes })).condemned.bytes).toBe(
      bytes,
    );
    expect((await pruneLater(later, 5)).deleted.bytes).toBe(bytes);
    await expectRestores(later, "three", tree(80, 2));
    await expect(pruneLater(place, 5)).rejects.toThrow(/has another index than/);
  });

  test("a store whose identity is damaged or gone", async () => {
    const place = await filled();
    await place.withBackend(async ({ store }) => {
      const { tag } = (await store.read(STORE_IDENTITY_NAME))!;
      await store.swap(STORE_IDENTITY_NAME, Buffer.from("{}"), tag);
    });
    await expect(pruneLater(place, 3)).rejects.toBeInstanceOf(IdentityError);
    await place.withBackend(({ store }) => store.delete(STORE_IDENTITY_NAME));
    await expect(pruneLater(place, 3)).rejects.toThrow("was never used with");
  });

  test("an artifact of a newer format: nobody can tell what it needs", async () => {
    const place = await filled();
    await place.withBackend(async ({ store, index }) => {
      const [ref] = await all(index.list({}));
      await index.commit({ ...ref!, key: "newer", contentHash: await putNewerArtifact(store) });
    });
    await remove(place, "two");
    await expect(pruneLater(place, 3)).rejects.toThrow(/format version 9/);
  });
});

describe("what else may happen", () => {
  const make = PLACES["a folder and SQLite"]!;

  test("a prune in a job with keys keeps what a Ref without a signature needs", async () => {
    const place = await make();
    await save(place, "unsigned", tree(1));
    await save(place, "gone", tree(50, 1));
    await place.withMaintenance(async (maintenance) => {
      for (const ref of await all(maintenance.list({ keyPrefix: "gone" }))) await maintenance.remove(ref);
    });
    const { publicKey } = generateKeyPairSync("ed25519");
    const der = publicKey.export({ type: "spki", format: "pem" }) as string;
    const settings = { ...place.settings, mode: { restore: true, save: true } };
    const options = { ...place.options, env: { ...process.env, CAIRN_VERIFY_KEY: der } };
    const cache = await openCache(settings, options);
    const missed = await cache.restore(createJob().restoreRequest({ key: "unsigned" }));
    await cache.close();
    expect(missed).toMatchObject({ status: "miss", refused: [{ why: "unsigned" }] });
    const maintenance = await openMaintenance(settings, options);
    const report = await maintenance.prune({ dryRun: false });
    await maintenance.close();
    expect(report).toMatchObject({ keptRefs: 1 });
    expect(report.deleted.objects).toBeGreaterThan(0);
    await expectRestores(place, "unsigned", tree(1));
  });

  test("a prune without the right to delete says so, and has deleted nothing; the next one goes on", async () => {
    const place = await make();
    await save(place, "one", tree(1));
    await save(place, "two", tree(50, 3));
    await place.withMaintenance(async (maintenance) => {
      for (const ref of await all(maintenance.list({ keyPrefix: "two" }))) await maintenance.remove(ref);
    });
    await pruneLater(place, 2);
    const before = await content(place);
    place.setAheadMs(4 * DAY_MS);
    await place.withBackend(async (backend) => {
      const store = withFaults(backend.store, ({ method }) =>
        method === "delete"
          ? { kind: "throw", error: new AccessDeniedError("no", { hint: "allow s3:DeleteObject" }) }
          : undefined,
      );
      await expect(prune({ ...backend, store, sessions: undefined }, OPTIONS)).rejects.toThrow("no");
    });
    expect(await content(place)).toEqual(before);
    expect((await pruneLater(place, 4)).deleted.objects).toBe(before.length - (await content(place)).length);
    await expectRestores(place, "one", tree(1));
  });

  test("two at once: the second one is told who is at work", async () => {
    const place = await make();
    await save(place, "one", tree(1));
    await place.withBackend(async (backend) => {
      let second: unknown;
      const store = {
        ...backend.store,
        async *list(...args: Parameters<typeof backend.store.list>) {
          second ??= await prune({ ...backend, sessions: undefined }, OPTIONS).catch(
            (error: unknown) => error,
          );
          yield* backend.store.list(...args);
        },
      };
      await prune({ ...backend, store, sessions: undefined }, OPTIONS);
      expect(second).toBeInstanceOf(StoreUnavailableError);
      expect((second as Error).message).toContain("another prune is at work");
    });
  });

  test("a save whose artifact is gone is told, and keeps nothing else from going", async () => {
    const place = await make();
    await save(place, "one", tree(1));
    await save(place, "two", tree(50, 3));
    await place.withBackend(async ({ store, index }) => {
      const [ref] = await all(index.list({ keyPrefix: "two" }));
      await store.delete(`v1/trusted/artifacts/${ref!.contentHash}`);
    });
    const report = await pruneLater(place, 2);
    expect(report.broken.map(({ key }) => key)).toEqual(["two"]);
    expect(report.condemned.objects).toBeGreaterThan(0);
    await expectRestores(place, "one", tree(1));
  });

  test("a condemned list that can't be read is begun anew, and saves work again", async () => {
    const place = await make();
    await save(place, "one", tree(1));
    await place.withBackend(({ store }) => store.swap(CONDEMNED_NAME, Buffer.from("nonsense"), null));
    const failed = await place
      .withCache((cache) => cache.save(jobWith(tree(9)).saveRequest({ key: "three" })))
      .catch((error: Error) => error.message);
    expect(failed).toContain("not a list of names");
    await pruneLater(place, 0);
    await save(place, "three", tree(9));
  });
});
