// Real processes, killed with SIGKILL at random moments of a save and of a restore. What they leave: a store in which
// all that has a name is whole, and a tree that the next restore brings in order. CAIRN_TEST_SEED repeats the moments.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { packNameOf, readArtifact } from "../../src/lib/read-artifact.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { NothingToSaveError, UnfinishedRestoreError } from "../../src/model/errors.ts";
import { restore } from "../../src/restore/restore.ts";
import { save } from "../../src/save/save.ts";
import { noise } from "../support/arbitraries.ts";
import { diskBackend, requestsIn } from "../support/disk-backend.ts";
import { runScript } from "../support/scripts.ts";
import { removeFolder, temporaryFolder } from "../support/temporary.ts";
import {
  differences,
  file,
  hardlink,
  makeTree,
  snapshotTree,
  symlink,
  type TreeSnapshot,
  type TreeSpec,
} from "../support/tree.ts";

const KILLS = 10;
const script = new URL("../support/crash-step.ts", import.meta.url);
const seed = process.env["CAIRN_TEST_SEED"] ? Number(process.env["CAIRN_TEST_SEED"]) : Date.now() & 0xffff;
const moments = noise(seed & 0xff, 4 * KILLS * 2);

const TREE: TreeSpec = {
  ...Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`tree/d${i % 9}/f${i}`, file(noise(i, 20_000 + i * 90))]),
  ),
  "tree/big": file(noise(200, 9_000_000)),
  "tree/link": symlink("big"),
  "tree/other": hardlink("tree/big"),
};

/** Starts the step and kills it so many milliseconds after it began. @returns whether it was too late. */
async function killed(args: readonly string[], afterMs: number): Promise<boolean> {
  let kill = (): void => {};
  const run = await runScript(script, args, {
    onStart: (now) => {
      kill = now;
    },
    onOutput: (text) => {
      if (text.startsWith("begins")) setTimeout(kill, afterMs);
    },
  });
  if (run.signal !== "SIGKILL" && run.code !== 0) throw new Error(`seed ${seed}: ${run.stderr}`);
  return run.signal !== "SIGKILL";
}

async function timeOf(args: readonly string[]): Promise<number> {
  let beganAt = 0;
  await runScript(script, args, {
    onOutput: (text) => {
      if (text.startsWith("begins")) beganAt = performance.now();
    },
  });
  return performance.now() - beganAt;
}

const momentOf = (i: number, ofMs: number): number => (moments.readUInt32LE(4 * i) / 2 ** 32) * ofMs;

/** Packs and artifacts that have a name have the bytes of that name, and Refs lead only to such. */
async function expectWholeStore(folder: string): Promise<void> {
  for (const kind of ["packs", "artifacts"]) {
    const path = join(folder, "objects/v1/trusted", kind);
    for (const name of existsSync(path) ? readdirSync(path) : [])
      expect(sha256(readFileSync(join(path, name)))).toBe(name);
  }
  const backend = diskBackend(folder);
  for await (const ref of backend.index.list({})) {
    const place = { store: backend.store, domain: ref.domain, contentHash: ref.contentHash };
    const artifact = await readArtifact(place);
    for (const { digest } of artifact.header.packs)
      expect(await backend.store.head(packNameOf(place, artifact, digest))).toBeTruthy();
  }
  await backend.index.close();
}

test("saves", async () => {
  const store = temporaryFolder();
  const job = temporaryFolder();
  makeTree(join(job, "workspace"), TREE);
  const wholeMs = await timeOf(["save", temporaryFolder(), job, "key"]);
  const before = snapshotTree(join(job, "workspace/tree"));
  let tooLate = 0;
  for (let i = 0; i < KILLS; i++) {
    // So that there is something to send each time.
    makeTree(join(job, "workspace"), { "tree/new": file(noise(i, 1_500_000)) });
    if (await killed(["save", store, job, `key-${i}`], momentOf(i, wholeMs))) tooLate++;
    await expectWholeStore(store);
  }
  expect(tooLate).toBeLessThan(KILLS);

  const backend = diskBackend(store);
  // The same key as the last one that was killed: its lease must not be in the way.
  const saved = await save(backend, { ...requestsIn(job, `key-${KILLS - 1}`).save, overwrite: true });
  expect(["saved", "exists"]).toContain(saved.status);
  const other = temporaryFolder();
  await restore(backend, requestsIn(other, `key-${KILLS - 1}`).restore);
  await backend.index.close();
  const [from, to] = [job, other].map((base) => snapshotTree(join(base, "workspace/tree")));
  expect(differences(to!, from!)).toEqual([]);
  expect(differences(from!, { ...before, "": from![""]!, new: from!["new"]! })).toEqual([]);
}, 180_000);

test("restores", async () => {
  const store = temporaryFolder();
  const from = temporaryFolder();
  makeTree(join(from, "workspace"), TREE);
  const backend = diskBackend(store);
  await save(backend, requestsIn(from, "key").save);
  const complete = snapshotTree(join(from, "workspace/tree"));
  const job = temporaryFolder();
  const tree = join(job, "workspace/tree");
  const wholeMs = await timeOf(["restore", store, job, "key"]);
  let unfinished = 0;
  for (let i = 0; i < KILLS; i++) {
    removeFolder(join(job, "workspace"));
    if (i % 2 === 1) makeTree(join(job, "workspace"), otherThan(TREE));
    const before = snapshotTree(tree);
    await killed(["restore", store, job, "key"], momentOf(KILLS + i, wholeMs));

    const saved: unknown = await save(backend, requestsIn(job, `after-${i}`).save).catch(
      (error: unknown) => error,
    );
    if (saved instanceof UnfinishedRestoreError) unfinished++;
    else if (!(saved instanceof NothingToSaveError)) {
      // Not begun; or done, but for the root's own times and what was moved away.
      const wholes = [before, complete].map((whole) =>
        differences(withoutOwn(snapshotTree(tree)), withoutOwn(whole)),
      );
      expect(wholes).toContainEqual([]);
    }
    expect(await restore(backend, { ...requestsIn(job, "key").restore, clean: true })).toMatchObject({
      status: "hit",
    });
    expect(differences(snapshotTree(tree), complete)).toEqual([]);
  }
  await backend.index.close();
  expect(unfinished).toBeGreaterThan(0);
}, 180_000);

/** Without the root's own line, Cairn's own files, and the extra one, which a restore leaves. */
function withoutOwn(snapshot: TreeSnapshot): TreeSnapshot {
  return Object.fromEntries(
    Object.entries(snapshot).filter(
      ([path]) => path !== "" && path !== "extra" && !path.startsWith(".cairn-"),
    ),
  );
}

/** A third is right, a third differs, a third is missing, and some is in the way. */
function otherThan(spec: TreeSpec): TreeSpec {
  const entries = Object.entries(spec).filter(([, node]) => node.kind === "file");
  return {
    ...Object.fromEntries(
      entries.flatMap(([path, node], i) =>
        i % 3 === 0 ? [[path, node]] : i % 3 === 1 ? [[path, file("other")]] : [],
      ),
    ),
    "tree/link/x": file("in the way"),
    "tree/extra": file("extra"),
  };
}
