// restore(save(tree)) is the tree: for trees of every kind, onto nothing and onto whatever else stands there.

import { mkdirSync } from "node:fs";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { trees } from "../support/arbitraries.ts";
import { createJob, refOf, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { removeFolder } from "../support/temporary.ts";
import { differences, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const from = createJob();
const to = createJob();

function remake(spec: TreeSpec, job = from): void {
  removeFolder(job.folders.workspace);
  mkdirSync(job.folders.workspace);
  makeTree(job.folders.workspace, spec);
}

function forget(): void {
  for (const { folders } of [from, to]) removeFolder(folders.temp);
}

test("a restored tree is the saved one, and saving it again gives the same contentHash", async () => {
  await checkAsync(
    fc.asyncProperty(trees("tree"), async (spec) => {
      forget();
      remake(spec);
      remake({}, to);
      const backend = testBackend();
      const saved = await from.save(backend);
      await to.restore(backend);
      const [before, after] = [from, to].map((job) => snapshotTree(job.path("tree")));
      expect(differences(after!, before!)).toEqual([]);

      const again = testBackend({ store: backend.store });
      expect(saved.status).toBe("saved");
      expect(await to.save(again)).toMatchObject({ status: "saved", notices: [] });
      const hashes = [await refOf(backend), await refOf(again)].map((ref) => ref.contentHash);
      expect(hashes[1]).toBe(hashes[0]);
    }),
    25,
  );
}, 180_000);

test("a tree is restored onto any other one: what it holds is right, what it does not is left or removed", async () => {
  await checkAsync(
    fc.asyncProperty(
      trees("tree"),
      trees("tree", 6),
      fc.boolean(),
      fc.boolean(),
      async (one, two, clean, mixed) => {
        forget();
        remake(one);
        const backend = testBackend();
        await from.save(backend);
        // Something of both: a copy with changes.
        remake(mixed ? mix(one, two) : two, to);
        const before = snapshotTree(to.path("tree"));
        await to.restore(backend, { clean });
        const [saved, after] = [from, to].map((job) => snapshotTree(job.path("tree")));
        const held = Object.fromEntries(
          Object.entries(after!).filter(([path]) => Object.hasOwn(saved!, path)),
        );
        expect(differences(linksLeftOut(held), linksLeftOut(saved!))).toEqual([]);
        const extras = Object.keys(after!).filter((path) => !Object.hasOwn(saved!, path));
        if (clean) expect(extras).toEqual([]);
        else for (const path of extras) expect(linksLeftOut(after!)[path]).toBe(linksLeftOut(before)[path]);

        const unchanged = await to.restore(backend, { clean });
        expect(differences(snapshotTree(to.path("tree")), after!)).toEqual([]);
        if (unchanged.status === "hit") expect(unchanged.keptBytes).toBe(unchanged.restoredBytes);
      },
    ),
    25,
  );
}, 180_000);

/** Extra files that stay may be further names of a file: how many names it has is compared elsewhere. */
function linksLeftOut(snapshot: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(snapshot).map(([path, line]) => [path, line.replace(/ links .*/s, "")]),
  );
}

/** What of both can stand in one tree. */
function mix(one: TreeSpec, two: TreeSpec): TreeSpec {
  const kept: Record<string, TreeSpec[string]> = {};
  for (const [path, node] of [...Object.entries(two), ...Object.entries(one)]) {
    const clashes = Object.entries(kept).some(
      ([other, { kind }]) =>
        (path.startsWith(`${other}/`) && kind !== "directory") ||
        (other.startsWith(`${path}/`) && node.kind !== "directory"),
    );
    const isBroken = node.kind === "hardlink" && kept[node.target]?.kind !== "file";
    if (!clashes && !isBroken && !(path in kept)) kept[path] = node;
  }
  return kept;
}

test("several roots at once, among them files, with names shared between them", async () => {
  const spec = fc.tuple(trees("one", 5), trees("two/deep", 5), fc.nat(), fc.boolean());
  await checkAsync(
    fc.asyncProperty(spec, async ([one, two, n, isFirst]) => {
      forget();
      const both: Record<string, TreeSpec[string]> = {
        ...one,
        ...two,
        "single file": one["one/a"] ?? { kind: "file", bytes: "x" },
      };
      if (both["single file"]!.kind !== "file") both["single file"] = { kind: "file", bytes: "y" };
      const files = Object.keys(both).filter((path) => both[path]!.kind === "file");
      both["another file"] = { kind: "hardlink", target: files[n % files.length]! };
      remake(both);
      remake({}, to);
      const backend = testBackend();
      const paths = ["one", "two/deep", "single file", "another file"];
      if (isFirst) paths.reverse();
      await from.save(backend, { paths });
      await to.restore(backend, { paths });
      for (const path of paths) {
        const [before, after] = [from, to].map((job) => snapshotTree(job.path(path)));
        expect(differences(after!, before!)).toEqual([]);
      }
    }),
    15,
  );
}, 180_000);
