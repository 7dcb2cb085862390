// A root that nobody has touched since it was restored costs a restore nothing but the look-up, and a save nothing but the
// new Ref; whatever is touched in it, in whatever way, is noticed.

import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import type { Seal, Stamp } from "../../src/lib/stamp.ts";
import { CONDEMNED_NAME } from "../../src/model/names.ts";
import { withCounting } from "../../src/objects/with-counting.ts";
import { noise } from "../support/arbitraries.ts";
import {
  accessOf,
  createJob,
  PULL,
  refOf,
  type TestBackend,
  type TestJob,
  testBackend,
} from "../support/job.ts";
import { temporaryFolder } from "../support/temporary.ts";
import {
  differences,
  directory,
  file,
  makeTree,
  snapshotTree,
  symlink,
  type TreeSpec,
} from "../support/tree.ts";

const OLD = { mtime: 1_700_000_000 };
const TREE: TreeSpec = {
  "": directory(OLD),
  a: directory(OLD),
  "a/empty": directory(OLD),
  ...Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`a/f${i}`, file(noise(i, 9000), OLD)])),
  "a/link": symlink("f1", OLD.mtime),
  big: file(noise(1000, 200_000), OLD),
};
/** More than one artifact carries itself. */
const LARGE_TREE: TreeSpec = { ...TREE, large: file(noise(1001, 1_000_000), OLD) };
const PATH = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = PATH;
});

/** A job that has restored the tree, and a backend that counts what is asked of the store. */
async function restored(given: { keptIn?: string; tree?: TreeSpec } = {}) {
  const plain = testBackend({ stampsFolder: given.keptIn });
  const from = createJob();
  makeTree(from.path("tree"), given.tree ?? TREE);
  await from.save(plain);
  const job = createJob();
  await job.restore(plain);
  const saved = snapshotTree(from.path("tree"));
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
  const requests: string[] = [];
  const get: TestBackend["store"]["get"] = (name, ...rest) => {
    requests.push(name);
    return plain.store.get(name, ...rest);
  };
  const backend: TestBackend = { ...plain, store: { ...plain.store, get } };
  return { backend, job, saved, requests };
}

function sealsOf({ folders }: TestJob): Seal[] {
  const folder = join(folders.temp, "cairn");
  return readdirSync(folder).flatMap((name) => {
    const { stamps = [] } = JSON.parse(readFileSync(join(folder, name), "utf8")) as { stamps?: Stamp[] };
    return stamps.flatMap(({ seal }) => seal ?? []);
  });
}

test("an untouched tree: a restore asks nothing of the store, and the next one neither", async () => {
  const { backend, job, saved, requests } = await restored();
  for (let time = 0; time < 2; time++) {
    const again = await job.restore(backend);
    expect(again).toMatchObject({
      status: "hit",
      exact: true,
      keptBytes: 740_000,
      restoredBytes: 740_000,
    });
    expect(requests).toEqual([]);
  }
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

test("a later job on this machine finds it untouched by the stamp that the machine keeps", async () => {
  const { backend, job, requests } = await restored({ keptIn: temporaryFolder() });
  rmSync(job.folders.temp, { recursive: true });
  expect(await job.restore(backend)).toMatchObject({ status: "hit" });
  expect(requests).toEqual([]);
});

test("without GNU's find the tree is compared, and the same comes of it", async () => {
  const { backend, job, saved, requests } = await restored();
  process.env["PATH"] = temporaryFolder();
  expect(await job.restore(backend)).toMatchObject({ status: "hit", keptBytes: 740_000 });
  expect(requests).not.toEqual([]);
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

/** Bytes of another file in the place of a file's own, with its times. */
function overwrite(path: string): void {
  const { size, atime, mtime } = lstatSync(path);
  writeFileSync(path, Buffer.alloc(size, "!"));
  utimesSync(path, atime, mtime);
}

const CHANGES: Readonly<Record<string, (tree: string) => void>> = {
  "other bytes, size and times as before": (tree) => overwrite(`${tree}/a/f7`),
  "a file cut short": (tree) => truncateSync(`${tree}/a/f7`, 5),
  "a file removed": (tree) => unlinkSync(`${tree}/a/f7`),
  "a folder removed, the times of its parent set back": (tree) => {
    rmSync(`${tree}/a/empty`, { recursive: true });
    utimesSync(`${tree}/a`, OLD.mtime, OLD.mtime);
  },
  "a file moved": (tree) => renameSync(`${tree}/a/f7`, `${tree}/a/empty/f7`),
  "another file moved into its place, older than the seal": (tree) => {
    renameSync(`${tree}/a/f8`, `${tree}/a/f7`);
    utimesSync(`${tree}/a`, OLD.mtime, OLD.mtime);
  },
  "the folder exchanged for one that is older than the seal": (tree) => {
    renameSync(`${tree}/a`, `${tree}/../a`);
    renameSync(`${tree}/../other`, `${tree}/a`);
    utimesSync(tree, OLD.mtime, OLD.mtime);
  },
  "another mode": (tree) => chmodSync(`${tree}/a/f7`, 0o600),
  "another mode of the root": (tree) => chmodSync(tree, 0o700),
  "a link to elsewhere": (tree) => {
    unlinkSync(`${tree}/a/link`);
    symlinkSync("f2", `${tree}/a/link`);
  },
  "a second name outside, through which the file can be written": (tree) =>
    linkSync(`${tree}/a/f7`, `${tree}/../outside`),
};

test.each(Object.entries(CHANGES))("%s: the next restore puts it right", async (_, change) => {
  const { backend, job, saved, requests } = await restored();
  const other = job.path("other");
  mkdirSync(other);
  for (const name of readdirSync(job.path("tree/a"))) writeFileSync(`${other}/${name}`, "old");
  // Sealed anew: what lies outside is older than that.
  await job.restore({ ...backend, stampsFolder: undefined });
  process.env["PATH"] = temporaryFolder();
  await job.restore(backend);
  process.env["PATH"] = PATH;
  requests.length = 0;
  change(job.path("tree"));
  expect(await job.restore(backend, { clean: true })).toMatchObject({ status: "hit" });
  expect(requests).not.toEqual([]);
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

test("written beside the restore, before the seal: its time of writing gives it away", async () => {
  const { backend, job, saved, requests } = await restored();
  writeFileSync(job.path("tree/a/f7"), Buffer.alloc(9000, "!"));
  // As if it had been written before the root was sealed, by somebody else, while the restore ran.
  const folder = join(job.folders.temp, "cairn");
  for (const name of readdirSync(folder)) {
    const handover = JSON.parse(readFileSync(join(folder, name), "utf8")) as { stamps?: Stamp[] };
    utimesSync(job.path("tree"), OLD.mtime, OLD.mtime);
    const rootCtimeNs = String(lstatSync(job.path("tree"), { bigint: true }).ctimeNs);
    const stamps = handover.stamps?.map((stamp) => ({ ...stamp, seal: { ...stamp.seal!, rootCtimeNs } }));
    writeFileSync(join(folder, name), JSON.stringify({ ...handover, ...(stamps && { stamps }) }));
  }
  expect(await job.restore(backend)).toMatchObject({ status: "hit" });
  expect(requests).not.toEqual([]);
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

test("what stands there beside the artifact is no sealed root, unless it is cleaned", async () => {
  const { backend, job, requests } = await restored();
  writeFileSync(job.path("tree/more"), "");
  expect(await job.restore(backend)).toMatchObject({ notices: [expect.stringContaining("1 paths")] });
  requests.length = 0;
  expect(await job.restore(backend)).toMatchObject({ notices: [expect.stringContaining("1 paths")] });
  expect(requests).not.toEqual([]);
  expect(await job.restore(backend, { clean: true })).toMatchObject({ notices: [] });
  requests.length = 0;
  expect(await job.restore(backend)).toMatchObject({ status: "hit", notices: [] });
  expect(requests).toEqual([]);
});

test("another artifact under the key: the seal of the old one says nothing", async () => {
  const { backend, job } = await restored();
  const other = createJob();
  makeTree(other.path("tree"), { ...TREE, big: file("small", OLD) });
  await other.save(backend, { key: "newer" });
  expect(await job.restore(backend, { key: "newer" })).toMatchObject({ status: "hit" });
  expect(readFileSync(job.path("tree/big"), "utf8")).toBe("small");
});

test("seals are of this machine's clock and of a whole root", async () => {
  const { job } = await restored();
  const [seal] = sealsOf(job);
  expect(seal).toMatchObject({ roots: 1 });
  expect(BigInt(seal!.rootCtimeNs)).toBe(lstatSync(job.path("tree"), { bigint: true }).ctimeNs);
});

test("a save of an untouched tree makes a Ref to the same artifact and sends nothing", async () => {
  const { backend, job, requests } = await restored({ tree: LARGE_TREE });
  const { contentHash, notAfterMs } = await refOf(backend);
  const { store, counts } = withCounting(backend.store);
  const result = await job.save({ ...backend, store }, { key: "again" });
  expect(result).toMatchObject({
    status: "saved",
    uploadedBytes: 0,
    reusedBytes: 1_740_000,
    replaced: false,
  });
  expect(await refOf(backend, "again")).toMatchObject({ contentHash, notAfterMs, treeBytes: 1_740_000 });
  expect(counts.uploadedBytes).toBe(0);
  expect(requests.filter((name) => name.includes("/packs/"))).toEqual([]);
  expect(await createJob().restore(backend, { key: "again" })).toMatchObject({ status: "hit" });
});

test("a save of a touched tree stores what is there", async () => {
  const { backend, job } = await restored();
  const { contentHash } = await refOf(backend);
  overwrite(job.path("tree/a/f7"));
  expect(await job.save(backend, { key: "again" })).toMatchObject({ status: "saved" });
  expect((await refOf(backend, "again")).contentHash).not.toBe(contentHash);
});

test("a save with other `!` lines, or of a pull request, stores a tree of its own", async () => {
  const { backend, job } = await restored();
  await job.save(backend, { key: "part", paths: ["tree", "!tree/a"] });
  expect(await refOf(backend, "part")).toMatchObject({ entryCount: 2 });
  const access = accessOf(PULL, "pr", [PULL, accessOf().writes!]);
  await job.save(backend, { key: "pull", access });
  expect(await refOf(backend, "pull")).toMatchObject({ domain: "pr" });
  expect(await createJob().restore(backend, { key: "pull", access })).toMatchObject({ status: "hit" });
});

test("an artifact that is condemned, or whose packs are, is not relied on", async () => {
  for (const which of ["artifact", "packs"]) {
    const { backend, job } = await restored({ tree: LARGE_TREE });
    const ref = await refOf(backend);
    const names: string[] = [];
    for await (const { name } of backend.store.list(
      `v1/trusted/${which === "packs" ? "packs" : "artifacts"}/`,
    ))
      names.push(name);
    const condemned = Buffer.from(JSON.stringify({ names }));
    await backend.store.swap(CONDEMNED_NAME, condemned, null);
    await job.save(backend, { key: "again" });
    const again = await refOf(backend, "again");
    expect(again.contentHash).not.toBe(ref.contentHash);
    for (const name of names) await backend.store.delete(name);
    expect(await createJob().restore(backend, { key: "again" })).toMatchObject({ status: "hit" });
  }
});
