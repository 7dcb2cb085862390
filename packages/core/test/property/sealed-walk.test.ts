// A walk that takes from the artifact what has not changed tells the same as one that asks the disk for everything, whatever
// was done to the tree since it was sealed.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readHandover } from "../../src/lib/handover.ts";
import { readArtifact, readSegments } from "../../src/lib/read-artifact.ts";
import { findChanges } from "../../src/lib/seal.ts";
import {
  BEFORE_SEAL_MS,
  openSealedTree,
  relist,
  type SealedTree,
  walkTree,
} from "../../src/lib/sealed-walk.ts";
import type { WalkedEntry } from "../../src/lib/walk.ts";
import type { Segment } from "../../src/model/segment.ts";
import { trees } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, type TestJob, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { directory, file, hardlink, makeTree, symlink, type TreeSpec } from "../support/tree.ts";

const EVERYTHING = { isExcluded: () => false, onLeftOut: () => {} };

async function sealedTree(spec: TreeSpec): Promise<{ backend: TestBackend; job: TestJob }> {
  const backend = testBackend();
  const from = createJob();
  makeTree(from.folders.workspace, spec);
  await from.save(backend);
  const job = createJob();
  await job.restore(backend);
  return { backend, job };
}

/** What is known of the tree now. */
async function openTree(backend: TestBackend, job: TestJob): Promise<SealedTree> {
  const { domain, contentHash } = await refOf(backend);
  const place = { store: backend.store, domain, contentHash };
  const artifact = await readArtifact(place);
  const segments: Segment[] = [];
  for await (const segment of readSegments(place, artifact)) segments.push(segment);
  const stamps = readHandover(job.folders.temp).stamps.toSorted((a, b) => b.beforeMs - a.beforeMs);
  const [root] = await findChanges(stamps.slice(0, 1), new AbortController().signal);
  const tree = openSealedTree(root!, artifact.header, segments);
  expect(tree).toBeDefined();
  return tree!;
}

/** All that later stages look at. */
function describe({
  path,
  kind,
  mode,
  mtimeSeconds,
  mtimeNanos,
  size,
  target,
  links,
  ...entry
}: WalkedEntry) {
  const folder = kind === "directory" ? [entry.device, entry.inodeNumber] : [links];
  return [
    path,
    entry.absolute,
    kind,
    mode,
    mtimeSeconds,
    mtimeNanos,
    kind === "file" ? size : 0,
    target,
    folder,
  ];
}

function expectSame(root: string, tree: SealedTree): readonly WalkedEntry[] {
  const found = [...walkTree(root, tree, EVERYTHING)];
  const onDisk = [...walkTree(root, undefined, EVERYTHING)];
  expect(found.map(describe)).toEqual(onDisk.map(describe));
  expect(found.map((entry) => relist(entry, EVERYTHING))).toEqual(onDisk);
  return found;
}

const change = fc.record({
  kind: fc.constantFrom(
    ...([
      "edit",
      "stealth",
      "remove",
      "add",
      "addFolder",
      "rename",
      "mode",
      "link",
      "symlink",
      "copy",
    ] as const),
  ),
  at: fc.nat(),
  to: fc.nat(),
});

/** Does something to one of the paths that are there. */
function apply(
  root: string,
  { kind, at, to }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): void {
  // Not by readdir: it would follow links.
  const all = [...walkTree(root, undefined, EVERYTHING)].map((entry) => entry.path);
  const path = join(root, all[at % all.length]!);
  const stats = lstatSync(path);
  const folders = all.filter((each) => lstatSync(join(root, each)).isDirectory());
  const name = join(root, folders[to % folders.length]!, ["0", "m", "zz"][to % 3]!);
  const isFree = !lstatSync(name, { throwIfNoEntry: false });
  if (kind === "edit" && stats.isFile()) writeFileSync(path, `edited ${to}`);
  if (kind === "stealth" && stats.isFile()) {
    writeFileSync(path, Buffer.alloc(stats.size, "x"));
    utimesSync(path, stats.atime, stats.mtime);
  }
  if (kind === "remove" && path !== join(root, "")) rmSync(path, { recursive: true });
  if (kind === "add" && isFree) writeFileSync(name, "new");
  if (kind === "addFolder" && isFree) {
    mkdirSync(join(name, "in"), { recursive: true });
    writeFileSync(join(name, "in/file"), "new");
  }
  if (kind === "rename" && isFree && !name.startsWith(`${path}/`) && path !== join(root, ""))
    renameSync(path, name);
  // Links lead out of the tree.
  if (kind === "mode" && !stats.isSymbolicLink()) chmodSync(path, stats.isDirectory() ? 0o700 : 0o600);
  if (kind === "link" && stats.isFile() && isFree) linkSync(path, name);
  if (kind === "symlink" && isFree) symlinkSync(`to-${to}`, name);
  if (kind === "copy" && stats.isDirectory() && isFree && !`${name}/`.startsWith(`${path}/`))
    execFileSync("cp", ["-a", path, name]);
}

test("after any changes, the entries are those of the disk", async () => {
  await checkAsync(
    fc.asyncProperty(trees("tree", 20), fc.array(change, { maxLength: 6 }), async (spec, changes) => {
      const { backend, job } = await sealedTree(spec);
      for (const each of changes) apply(job.path("tree"), each);
      expectSame(job.path("tree"), await openTree(backend, job));
    }),
    60,
  );
}, 240_000);

const TREE: TreeSpec = {
  tree: directory(),
  "tree/a": directory(),
  "tree/a/deep": directory(),
  "tree/a/deep/one": file("1"),
  "tree/a/two": file("2"),
  "tree/b": file("b"),
  "tree/first": file("names"),
  "tree/second": hardlink("tree/first"),
  "tree/to": symlink("b"),
};

function askedOfDisk(entries: readonly WalkedEntry[]): string[] {
  return entries.filter(({ ctimeMs }) => ctimeMs !== BEFORE_SEAL_MS).map(({ path }) => path);
}

test("of an untouched tree the disk is asked for the root, and for files of several names", async () => {
  const { backend, job } = await sealedTree(TREE);
  const entries = expectSame(job.path("tree"), await openTree(backend, job));
  expect(askedOfDisk(entries)).toEqual(["", "first", "second"]);
});

test("of a touched tree the disk is asked for what was touched, and for nothing around it", async () => {
  const { backend, job } = await sealedTree(TREE);
  writeFileSync(job.path("tree/a/deep/new"), "");
  writeFileSync(job.path("tree/b"), "B");
  const entries = expectSame(job.path("tree"), await openTree(backend, job));
  expect(askedOfDisk(entries)).toEqual(["", "a/deep", "a/deep/new", "b", "first", "second"]);
});

test("a folder that was moved here from elsewhere is walked, however old what is in it is", async () => {
  const { backend, job } = await sealedTree(TREE);
  cpSync(job.path("tree/a"), job.path("other"), { recursive: true, preserveTimestamps: true });
  // Sealed anew: what lies outside is older than that.
  writeFileSync(job.path("tree/b"), "B");
  await job.restore(backend);
  rmSync(job.path("tree/a"), { recursive: true });
  renameSync(job.path("other"), job.path("tree/a"));
  const entries = expectSame(job.path("tree"), await openTree(backend, job));
  expect(askedOfDisk(entries)).toEqual(["", "a", "a/deep", "a/deep/one", "a/two", "first", "second"]);
});

test("a stamp that names an artifact of other roots, or with paths that lead elsewhere, opens no tree", async () => {
  const { backend, job } = await sealedTree(TREE);
  const { stamp, segments } = await openTree(backend, job);
  const changed = new Set<string>();
  expect(
    openSealedTree({ stamp, changed }, { roots: [{ anchor: "home", path: "tree" }] }, segments),
  ).toBeUndefined();
  const [segment] = segments;
  const hostile = { ...segment!, paths: segment!.paths.map((path) => (path === "b" ? "../b" : path)) };
  expect(openSealedTree({ stamp, changed }, { roots: [stamp.root] }, [hostile])).toBeUndefined();
  expect(openSealedTree({ stamp, changed }, { roots: [stamp.root] }, segments)).toBeDefined();
  expect(readFileSync(job.path("tree/b"), "utf8")).toBe("b");
});
