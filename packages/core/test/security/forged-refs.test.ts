// Threat: someone who may write to the index and the store, but has no key, makes a branch restore what they like. Played
// through openCache(), as actions and command line open it, over each index that a server or a file keeps.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { Cache, CacheSettings, SaveRequest } from "../../src/cache.ts";
import { openKeyIndex } from "../../src/indexes/open-key-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import { AccessDeniedError, SettingsError, UntrustedRefError } from "../../src/model/errors.ts";
import type { Ref } from "../../src/model/ref.ts";
import { openObjectStore } from "../../src/objects/open-object-store.ts";
import { openCache } from "../../src/open-cache.ts";
import { openMaintenance } from "../../src/open-maintenance.ts";
import type { MaintainableIndex } from "../../src/ports/key-index.ts";
import { noise } from "../support/arbitraries.ts";
import { accessOf, createJob, MAIN, PULL, type TestJob } from "../support/job.ts";
import { keyringOf, newKeys, signedWith } from "../support/keys.ts";
import { newBucket, S3_REGION } from "../support/s3-bucket.ts";
import { service } from "../support/services.ts";
import { makeTable } from "../support/table.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

type Place = Pick<CacheSettings, "store" | "index">;
type Environment = Readonly<Record<string, string>>;

const HONEST: TreeSpec = { "tree/run.sh": file("honest"), "tree/data": file(noise(1, 3_000_000)) };
const POISON: TreeSpec = { "tree/run.sh": file("poison"), "tree/data": file(noise(1, 3_000_000)) };

const keys = newKeys("ed25519");
const pull = accessOf(PULL, "pr", [PULL, MAIN]);
const aws = process.env as Environment;

const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of open) await one.close();
});

/** A job's cache; its keys come from `env` alone. */
async function cacheOf(place: Place, env: Environment = {}): Promise<Cache> {
  const cache = await openCache(settingsOf(place), { env: { ...aws, ...env } });
  open.push(cache);
  return cache;
}

function settingsOf(place: Place): CacheSettings {
  return {
    ...place,
    near: undefined,
    stampsFolder: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    notices: [],
  };
}

/** The index as whoever holds its credentials has it. */
function rawIndex({ store, index }: Place): MaintainableIndex {
  const clock = createClock();
  const objects = openObjectStore(store, { env: aws, clock, setting: "store" }).store;
  const raw = openKeyIndex(index, { store: objects, env: aws, clock, setting: "index" });
  open.push(raw);
  return raw;
}

async function saved(place: Place, env: Environment, tree: TreeSpec, given: Partial<SaveRequest> = {}) {
  const job = jobWith(tree);
  const result = await (await cacheOf(place, env)).save(job.saveRequest(given));
  if (result.status !== "saved") throw new Error(`not saved: ${result.status}`);
  return { ...result, job };
}

function jobWith(tree: TreeSpec): TestJob {
  const job = createJob();
  makeTree(job.folders.workspace, tree);
  return job;
}

/** The row of main's key is made to name what the attacker has put into the store. */
async function poison(place: Place, forge: (row: Ref, poisoned: Ref) => Ref): Promise<Ref> {
  const raw = rawIndex(place);
  const { ref: poisoned } = await saved(place, {}, POISON, { key: `attack-${randomUUID()}` });
  const query = { scope: MAIN, version: poisoned.version, key: "key", match: "exact" } as const;
  const row = (await raw.lookup(query))!;
  const forged = forge(row, poisoned);
  expect(await raw.commit(forged, { replaces: row })).toEqual({ status: "committed" });
  return forged;
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  "SQLite beside a folder": async () => {
    const folder = temporaryFolder();
    return {
      store: pathToFileURL(join(folder, "objects")).href,
      index: `sqlite${pathToFileURL(join(folder, "index.db")).href.slice("file".length)}`,
    };
  },
  "the bucket, on versitygw": () => onServer("versitygw", "bucket"),
  "the bucket, on MinIO": () => onServer("minio", "bucket"),
  "DynamoDB beside versitygw": async () => onServer("versitygw", await newTable()),
};

async function newTable(): Promise<string> {
  const place = { table: `forged-${randomUUID()}`, region: S3_REGION, endpoint: service("dynamodb") };
  await makeTable(place);
  return `dynamodb://${place.table}?endpoint=${place.endpoint}&region=${place.region}`;
}

async function onServer(name: "versitygw" | "minio", index: string): Promise<Place> {
  const { bucket, endpoint } = await newBucket(name);
  return { store: `s3://${bucket}?endpoint=${endpoint}&path-style=true&region=${S3_REGION}`, index };
}

describe.each(Object.keys(places))("%s", (where) => {
  const fresh = places[where]!;

  test("what main signs, main and pull requests restore", async () => {
    const place = await fresh();
    const { ref, job: from } = await saved(place, keys.signs, HONEST);
    expect(ref.signature).toMatch(/^v1:ed25519:/);
    for (const [env, access] of [
      [keys.signs, accessOf()],
      [keys.checks, accessOf()],
      [keys.checks, pull],
    ] as const) {
      const job = createJob();
      const hit = await (await cacheOf(place, env)).restore(job.restoreRequest({ access }));
      expect(hit).toMatchObject({ status: "hit", exact: true, ref: { signature: ref.signature } });
      expect(hit).not.toHaveProperty("refused");
      expect(snapshotTree(job.path("tree"))).toEqual(snapshotTree(from.path("tree")));
    }
  });

  test("a poisoned row is a clean miss that says so, is no base, and the next save heals it", async () => {
    const place = await fresh();
    await saved(place, keys.signs, HONEST);
    const forged = await poison(place, (row, { contentHash }) => ({ ...row, contentHash }));

    // Without a key the attack works: that is what is refused below.
    const victim = createJob();
    expect(await (await cacheOf(place)).restore(victim.restoreRequest())).toMatchObject({ status: "hit" });
    expect(snapshotTree(victim.path("tree"))).toEqual(snapshotTree(jobWith(POISON).path("tree")));

    const job = createJob();
    makeTree(job.folders.workspace, { "tree/mine": file("kept") });
    const before = snapshotTree(job.path("tree"));
    const cache = await cacheOf(place, keys.signs);
    const miss = await cache.restore(job.restoreRequest({ restoreKeys: ["ke"] }));
    expect(miss).toMatchObject({
      status: "miss",
      refused: [{ why: "altered", ref: { key: "key", contentHash: forged.contentHash } }],
      explanation: [
        expect.stringMatching(/^searched refs\/heads\/main/),
        expect.stringMatching(/^"key" of refs\/heads\/main is not what the key .* was not used$/),
        'no other branch and no other paths hold the key "key" either',
      ],
    });
    expect(snapshotTree(job.path("tree"))).toEqual(before);

    // The attacker's artifact holds nearly all of the tree, and none of it is relied on. A pack that stands under the
    // very name that main writes was compared byte by byte.
    makeTree(job.folders.workspace, HONEST);
    const healed = await cache.save(job.saveRequest());
    expect(healed).toMatchObject({ status: "saved", replaced: true, reusedBytes: 0 });
    expect(healed).toHaveProperty("notices", [
      expect.stringMatching(/^"key" of .*: it was replaced$/),
      expect.stringMatching(/^"attack-.* is not signed: it was not used$/),
    ]);
    const after = createJob();
    const hit = await (await cacheOf(place, keys.checks)).restore(after.restoreRequest());
    expect(hit).toMatchObject({ status: "hit", exact: true });
    expect(hit).not.toHaveProperty("refused");
    expect(snapshotTree(after.path("tree"))).toEqual(snapshotTree(job.path("tree")));
  });

  test("a signature taken off, and one of the attacker's own key, are refused as well", async () => {
    const place = await fresh();
    await saved(place, keys.signs, HONEST);
    const own = keyringOf(newKeys("ed25519").signs);
    await poison(place, ({ signature: _, ...row }, { contentHash }) => ({ ...row, contentHash }));
    const cache = await cacheOf(place, keys.checks);
    const lookup = () => cache.lookup(createJob().restoreRequest());
    expect(await lookup()).toMatchObject({ status: "miss", refused: [{ why: "unsigned" }] });
    await poison(place, (row, { contentHash }) => signedWith({ ...row, contentHash }, own));
    expect(await lookup()).toMatchObject({ status: "miss", refused: [{ why: "unknown-key" }] });
  });
});

describe("jobs without the key of main", () => {
  const fresh = places["SQLite beside a folder"]!;

  test("a pull request saves and restores its own, and reads main's", async () => {
    const place = await fresh();
    await saved(place, keys.signs, HONEST, { key: "main-1" });
    const own = await saved(place, keys.checks, POISON, { key: "own-1", access: pull });
    expect(own.ref).not.toHaveProperty("signature");
    // Main's content is a base for it.
    expect(own.reusedBytes).toBeGreaterThan(2_000_000);
    const cache = await cacheOf(place, keys.checks);
    const restored = createJob();
    const hit = await cache.restore(restored.restoreRequest({ access: pull, key: "own-1" }));
    expect(hit).toMatchObject({ status: "hit", exact: true });
    expect(hit).not.toHaveProperty("refused");
    expect(await cache.lookup(createJob().restoreRequest({ access: pull, key: "main-1" }))).toMatchObject({
      status: "hit",
    });
  });

  test("a pull request can't plant a Ref for main, nor for another pull request", async () => {
    const place = await fresh();
    const { ref } = await saved(place, keys.checks, POISON, { access: pull });
    const raw = rawIndex(place);
    const other = { ...MAIN, ref: "refs/pull/8/merge" };
    for (const scope of [MAIN, other]) await raw.commit({ ...ref, scope });
    await raw.commit({ ...ref, scope: MAIN, key: "key-trusted", domain: "trusted" });
    const cache = await cacheOf(place, keys.checks);
    const asMain = createJob().restoreRequest();
    expect(await cache.lookup(asMain)).toMatchObject({ status: "miss", refused: [{ why: "unsigned" }] });
    const seven = accessOf(PULL, "pr", [PULL, MAIN, other]);
    await raw.remove(ref);
    expect(await cache.lookup(createJob().restoreRequest({ access: seven }))).toMatchObject({
      status: "miss",
      refused: [{}, {}, {}],
    });
  });

  test("a branch that checks and can't sign restores, and is told before the work that it can't save", async () => {
    const place = await fresh();
    await saved(place, keys.signs, HONEST);
    const branch = accessOf({ ...MAIN, ref: "refs/heads/topic" }, "trusted", [
      { ...MAIN, ref: "refs/heads/topic" },
      MAIN,
    ]);
    const cache = await cacheOf(place, keys.checks);
    const job = createJob();
    expect(await cache.restore(job.restoreRequest({ access: branch }))).toMatchObject({ status: "hit" });
    const phases: string[] = [];
    const onProgress = ({ phase }: { phase: string }) => phases.push(phase);
    const save = cache.save(job.saveRequest({ access: branch, key: "topic", onProgress }));
    await expect(save).rejects.toBeInstanceOf(AccessDeniedError);
    await expect(save).rejects.toMatchObject({
      hint: expect.stringMatching(/CAIRN_SIGNING_KEY.*CAIRN_MODE=read/),
    });
    expect(phases).toEqual([]);
    // A key that is there needs no signature of this job.
    expect(await cache.save(job.saveRequest({ access: accessOf() }))).toMatchObject({ status: "exists" });
  });
});

describe("over time", () => {
  const fresh = places["SQLite beside a folder"]!;

  test("keys change: both are trusted for a while, then only the new one", async () => {
    const place = await fresh();
    const next = newKeys("ed25519");
    const both = { CAIRN_VERIFY_KEY: keys.checks["CAIRN_VERIFY_KEY"]! + next.checks["CAIRN_VERIFY_KEY"]! };
    await saved(place, keys.signs, HONEST, { key: "old" });
    const lookup = async (env: Environment, key: string) =>
      (await cacheOf(place, env)).lookup(createJob().restoreRequest({ key }));
    await saved(place, { ...next.signs, ...both }, HONEST, { key: "new" });
    for (const key of ["old", "new"]) expect(await lookup(both, key)).toMatchObject({ status: "hit" });
    expect(await lookup(next.checks, "new")).toMatchObject({ status: "hit" });
    expect(await lookup(next.checks, "old")).toMatchObject({
      status: "miss",
      refused: [{ why: "unknown-key", hint: expect.stringContaining("CAIRN_VERIFY_KEY") }],
    });
  });

  test("a store from before signing: the first run misses, its save is signed, the next one hits", async () => {
    const place = await fresh();
    await saved(place, {}, HONEST);
    const cache = await cacheOf(place, keys.signs);
    const job = createJob();
    expect(await cache.restore(job.restoreRequest())).toMatchObject({
      status: "miss",
      refused: [{ why: "unsigned" }],
    });
    makeTree(job.folders.workspace, HONEST);
    expect(await cache.save(job.saveRequest())).toMatchObject({ status: "saved", replaced: true });
    expect(await cache.restore(createJob().restoreRequest())).toMatchObject({ status: "hit" });
    // And jobs that check nothing read it, too.
    expect(await (await cacheOf(place)).restore(createJob().restoreRequest())).toMatchObject({
      status: "hit",
    });
  });

  test("a signing job that restores nothing unsigned gives its signature to nothing it did not make", async () => {
    const place = await fresh();
    await saved(place, {}, POISON, { key: "deps-0" });
    const cache = await cacheOf(place, keys.signs);
    const job = createJob();
    const miss = await cache.restore(job.restoreRequest({ key: "deps-1", restoreKeys: ["deps-"] }));
    expect(miss).toMatchObject({ status: "miss", refused: [{ ref: { key: "deps-0" } }] });
  });
});

describe("looking after the store", () => {
  const fresh = places["SQLite beside a folder"]!;

  async function sizeOf(tar: AsyncIterable<Uint8Array>): Promise<number> {
    let size = 0;
    for await (const bytes of tar) size += bytes.length;
    return size;
  }

  test("states are told, a bad one fails verify and is not exported", async () => {
    const place = await fresh();
    await saved(place, keys.signs, HONEST);
    await saved(place, {}, HONEST, { key: "unsigned" });
    const own = await saved(place, keys.checks, HONEST, { key: "own", access: pull });
    await poison(place, (row, { contentHash }) => ({ ...row, contentHash }));
    await saved(place, keys.signs, HONEST, { key: "good" });
    const openWith = async (env: Environment) => {
      const maintenance = await openMaintenance(settingsOf(place), { env: { ...aws, ...env } });
      open.push(maintenance);
      const refs = new Map((await Array.fromAsync(maintenance.list({}))).map((ref) => [ref.key, ref]));
      return { maintenance, of: (key: string) => refs.get(key)! };
    };
    const checking = await openWith(keys.checks);
    const states = ["good", "key", "unsigned", "own"].map((key) =>
      checking.maintenance.signatureOf(checking.of(key)),
    );
    expect(states.map(({ status }) => status)).toEqual(["valid", "altered", "unsigned", "unsigned"]);
    const problems = async (key: string) => (await checking.maintenance.verify(checking.of(key))).problems;
    expect(await problems("good")).toEqual([]);
    expect(await problems("key")).toEqual([expect.stringMatching(/^it is not what the key/)]);
    expect(await problems("unsigned")).toEqual(["it is not signed"]);
    expect(await problems(own.ref.key)).toEqual([]);
    await expect(checking.maintenance.exportTar(checking.of("key"))).rejects.toBeInstanceOf(
      UntrustedRefError,
    );
    await expect(
      checking.maintenance.exportToObject(checking.of("unsigned"), "s3://bucket/key"),
    ).rejects.toBeInstanceOf(UntrustedRefError);
    expect(await sizeOf(await checking.maintenance.exportTar(checking.of("good")))).toBeGreaterThan(
      3_000_000,
    );

    const careless = await openWith({});
    expect(careless.maintenance.signatureOf(careless.of("good")).status).toBe("unchecked");
    expect(careless.maintenance.signatureOf(careless.of("unsigned")).status).toBe("unsigned");
    expect((await careless.maintenance.verify(careless.of("unsigned"))).problems).toEqual([]);
    expect(await sizeOf(await careless.maintenance.exportTar(careless.of("unsigned")))).toBeGreaterThan(
      3_000_000,
    );
  });
});

test("a wrong key is told before anything is asked", async () => {
  const place = await places["SQLite beside a folder"]!();
  for (const variable of ["CAIRN_SIGNING_KEY", "CAIRN_VERIFY_KEY"]) {
    const env = { [variable]: "hunter2hunter2" };
    for (const opening of [
      openCache(settingsOf(place), { env }),
      openMaintenance(settingsOf(place), { env }),
    ]) {
      await expect(opening).rejects.toBeInstanceOf(SettingsError);
      await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("hunter2") });
    }
  }
});
