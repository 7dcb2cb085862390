// Restores through the near cache: what is downloaded, what happens when the store is away, and that a wrong copy on
// this machine neither reaches the tree nor makes the store's own object count as broken.

import { randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Cache, RestoreResult } from "../../src/cache.ts";
import { createMemoryIndex } from "../../src/indexes/memory-index.ts";
import type { Backend } from "../../src/lib/backend.ts";
import { createClock } from "../../src/lib/clock.ts";
import { DEFAULT_COMPRESSION } from "../../src/lib/codec.ts";
import { readHandover } from "../../src/lib/handover.ts";
import { CorruptError, SettingsError, StoreUnavailableError } from "../../src/model/errors.ts";
import { REF_TTL_MS } from "../../src/model/limits.ts";
import { createMemoryStore } from "../../src/objects/memory-store.ts";
import { withCounting } from "../../src/objects/with-counting.ts";
import { withNearCache } from "../../src/objects/with-near-cache.ts";
import { openCache } from "../../src/open-cache.ts";
import type { MaintainableIndex } from "../../src/ports/key-index.ts";
import type { SwappableStore } from "../../src/ports/object-store.ts";
import { restore } from "../../src/restore/restore.ts";
import { save } from "../../src/save/save.ts";
import { withFaults } from "../../src/testing/with-faults.ts";
import { createJob } from "../support/job.ts";
import { filesIn, forge } from "../support/near.ts";
import { damage, listNames } from "../support/stores.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { file, makeTree, snapshotTree } from "../support/tree.ts";

/** Small files share chunks, so that one read has several. */
function bigTree() {
  const small = Array.from({ length: 60 }, (_, index) => [`src/${index}/file`, file(randomBytes(50_000))]);
  return { "big.bin": file(randomBytes(6_000_000)), ...Object.fromEntries(small) };
}

const clock = createClock();
let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

const mode = { restore: true, save: true };

describe("openCache", () => {
  const open = (store: string, index: string, near: string | undefined): Promise<Cache> =>
    openCache(
      { store, index, near, stampsFolder: undefined, mode, timeoutMs: undefined, notices: [] },
      { env: {} },
    );
  const near = () => `${pathToFileURL(root)}?max-size=1GiB`;
  const memory = () => `memory://${randomUUID()}`;

  test("a second restore downloads nothing, and says so", async () => {
    const names = [memory(), memory()] as const;
    const [from, first, second, third] = [createJob(), createJob(), createJob(), createJob()];
    makeTree(from.path("tree"), bigTree());
    const saved = await (await open(...names, near())).save(from.saveRequest());
    expect(filesIn(root)).toEqual([]);

    const hits: RestoreResult[] = [];
    for (const [job, dsn] of [
      [first, near()],
      [second, near()],
      [third, undefined],
    ] as const) {
      hits.push(await (await open(...names, dsn)).restore(job.restoreRequest()));
      expect(snapshotTree(job.path("tree"))).toEqual(snapshotTree(from.path("tree")));
    }
    const stored = (saved as { uploadedBytes: number }).uploadedBytes;
    const [cold, warm, without] = hits.map((hit) => (hit as { downloadedBytes: number }).downloadedBytes);
    expect(cold).toBeGreaterThan(0.95 * stored);
    expect(cold).toBeLessThanOrEqual(1.05 * stored);
    expect(warm).toBe(0);
    expect(without).toBe(cold);
    expect(hits).toEqual(hits.map(() => expect.objectContaining({ notices: [] })));
  });

  test("an artifact that carries its files is counted once", async () => {
    const names = [memory(), memory()] as const;
    const [from, to] = [createJob(), createJob()];
    makeTree(from.path("tree"), { small: file(randomBytes(1000)) });
    const cache = await open(...names, near());
    const saved = await cache.save(from.saveRequest());
    const stored = (saved as { uploadedBytes: number }).uploadedBytes;
    expect(await cache.restore(to.restoreRequest())).toMatchObject({ downloadedBytes: stored });
    const again = createJob();
    expect(await cache.restore(again.restoreRequest())).toMatchObject({ downloadedBytes: 0 });
  });

  test("a near cache of no use is a notice of the restore", async () => {
    const names = [memory(), memory()] as const;
    const [from, to] = [createJob(), createJob()];
    makeTree(from.path("tree"), bigTree());
    await (await open(...names, undefined)).save(from.saveRequest());
    const under = join(from.path("tree"), "big.bin");
    const result = await (await open(...names, pathToFileURL(under).href)).restore(to.restoreRequest());
    expect(result).toMatchObject({ status: "hit", notices: [expect.stringContaining("near cache")] });
    expect(snapshotTree(to.path("tree"))).toEqual(snapshotTree(from.path("tree")));
  });

  test("a wrong setting is told before anything is asked", async () => {
    const wrong = open(memory(), memory(), "file:///near?max-sise=1GiB");
    await expect(wrong).rejects.toBeInstanceOf(SettingsError);
    await expect(wrong).rejects.toMatchObject({ setting: "near (CAIRN_NEAR)" });
  });
});

describe("wrong or away", () => {
  let far: SwappableStore;
  let index: MaintainableIndex;
  let isAway: boolean;
  let from: ReturnType<typeof createJob>;

  const backendOf = (store: SwappableStore): Backend => ({
    store,
    index,
    clock,
    compression: DEFAULT_COMPRESSION,
    stampsFolder: undefined,
    refTtlMs: REF_TTL_MS,
    workerUrl: undefined,
  });

  /** A restore into a new job, with what it asked of the store. */
  async function restoreAnew(job = createJob()) {
    const away = withFaults(far, () => (isAway ? { kind: "reset" } : undefined));
    const counting = withCounting(away);
    const notices: string[] = [];
    const near = withNearCache(counting.store, {
      root,
      maxSizeBytes: 2 ** 30,
      onNotice: (line) => notices.push(line),
    });
    const outcome = await restore(backendOf(near), job.restoreRequest()).catch((error: unknown) => error);
    return { job, outcome, counts: counting.counts, notices };
  }

  const rangesOf = (kind: string): string[] =>
    filesIn(join(root, "trusted", kind))
      .filter((name) => !name.endsWith("whole"))
      .map((name) => join(root, "trusted", kind, name));

  beforeEach(async () => {
    far = createMemoryStore();
    index = createMemoryIndex({ clock });
    isAway = false;
    from = createJob();
    makeTree(from.path("tree"), bigTree());
    await save(backendOf(far), from.saveRequest());
    expect((await restoreAnew()).outcome).toMatchObject({ status: "hit" });
    expect(rangesOf("packs").length).toBeGreaterThan(1);
  });

  test("a store that is away: what was restored before is restored again", async () => {
    isAway = true;
    const { job, outcome } = await restoreAnew();
    expect(outcome).toMatchObject({ status: "hit" });
    expect(snapshotTree(job.path("tree"))).toEqual(snapshotTree(from.path("tree")));
  });

  test("a store that is away: what was not is an error that says so, and the tree is as it was", async () => {
    const other = createJob();
    makeTree(other.path("tree"), bigTree());
    await save(backendOf(far), other.saveRequest({ key: "other" }));
    isAway = true;
    const job = createJob();
    const near = withNearCache(
      withFaults(far, () => ({ kind: "reset" })),
      { root, maxSizeBytes: 2 ** 30 },
    );
    await expect(restore(backendOf(near), job.restoreRequest({ key: "other" }))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    expect(readdirSync(job.folders.workspace)).toEqual([]);
  });

  test.each([
    ["the first chunk", (bytes: Buffer) => bytes.fill(7, 100, 200)],
    ["the last chunk", (bytes: Buffer) => bytes.fill(7, bytes.length - 200, bytes.length - 100)],
    ["everything", (bytes: Buffer) => bytes.fill(7)],
  ])("copies whose digest is right and that are not what was stored: %s", async (_, change) => {
    const copies = rangesOf("packs");
    for (const copy of copies) forge(copy, change);
    const { job, outcome, counts } = await restoreAnew();
    expect(outcome).toMatchObject({ status: "hit", keptBytes: 0 });
    expect(snapshotTree(job.path("tree"))).toEqual(snapshotTree(from.path("tree")));
    expect(counts.get.requests).toBe(copies.length);
    expect(readHandover(job.folders.temp).broken).toEqual([]);

    const healed = await restoreAnew();
    expect(healed.outcome).toMatchObject({ status: "hit" });
    expect(healed.counts.requests).toBe(0);
  });

  test("wrong copies over files that are there already", async () => {
    const { job } = await restoreAnew();
    const spec = bigTree();
    makeTree(job.path("tree"), spec);
    for (const copy of rangesOf("packs")) forge(copy, (bytes) => bytes.fill(7, bytes.length - 200));
    const again = await restoreAnew(job);
    expect(again.outcome).toMatchObject({ status: "hit" });
    expect(snapshotTree(job.path("tree"))).toEqual(snapshotTree(from.path("tree")));
  });

  test("an object that is broken in the store is found broken, and nothing is restored", async () => {
    const packs = await listNames(far, "v1/trusted/packs/");
    for (const pack of packs) await damage(far, pack, (bytes) => bytes.fill(7));
    for (const copy of rangesOf("packs")) forge(copy, (bytes) => bytes.fill(7));
    const { job, outcome } = await restoreAnew();
    expect(outcome).toBeInstanceOf(CorruptError);
    const { broken } = readHandover(job.folders.temp);
    expect(packs).toEqual(expect.arrayContaining(broken.flatMap(({ objects }) => objects)));
    expect(readdirSync(job.folders.workspace)).toEqual([]);
  });

  test("one wrong answer of the store is asked for again", async () => {
    let flips = 0;
    const flipping = withFaults(far, ({ method, name }) =>
      method === "get" && name.includes("/packs/") && flips++ === 0 ? { kind: "flip", at: -100 } : undefined,
    );
    const job = createJob();
    await restore(backendOf(flipping), job.restoreRequest());
    expect(snapshotTree(job.path("tree"))).toEqual(snapshotTree(from.path("tree")));
  });

  test("a wrong copy of the artifact is read again", async () => {
    const folder = join(root, "trusted/artifacts");
    for (const copy of filesIn(folder)) forge(join(folder, copy), (bytes) => bytes.fill(7, 20, 40));
    const { outcome, counts } = await restoreAnew();
    expect(outcome).toMatchObject({ status: "hit" });
    expect(counts.get.requests).toBe(1);
    expect(readFileSync(join(folder, filesIn(folder)[0]!)).subarray(20, 40)).not.toEqual(Buffer.alloc(20, 7));
  });
});
