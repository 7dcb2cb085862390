// Real processes, killed with SIGKILL at random moments of a prune: whatever they leave, every save that lives restores,
// and the next prune goes on where the last one was. CAIRN_TEST_SEED repeats the moments.

import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { packNameOf, readArtifact } from "../../src/lib/read-artifact.ts";
import { artifactName } from "../../src/model/names.ts";
import { restore } from "../../src/restore/restore.ts";
import { save } from "../../src/save/save.ts";
import { noise } from "../support/arbitraries.ts";
import { diskBackend, requestsIn } from "../support/disk-backend.ts";
import { MAIN } from "../support/job.ts";
import { runScript } from "../support/scripts.ts";
import { beginSave } from "../support/step-save.ts";
import { removeFolder, temporaryFolder } from "../support/temporary.ts";
import { differences, file, makeTree, snapshotTree } from "../support/tree.ts";

const KILLS = 8;
const script = new URL("../support/prune-step.ts", import.meta.url);
const seed = process.env["CAIRN_TEST_SEED"] ? Number(process.env["CAIRN_TEST_SEED"]) : Date.now() & 0xffff;
const moments = noise(seed & 0xff, 4 * 2 * KILLS);
/** Saves that nobody needs any more, each of so many packs of its own: what a prune takes a while to delete. */
const DOOMED = 40;
const PACKS = 5;
const TREE = Object.fromEntries(Array.from({ length: 3 }, (_, n) => [`tree/f${n}`, file(noise(n, 500_000))]));

async function makeStore(): Promise<{ folder: string; job: string }> {
  const [folder, job] = [temporaryFolder(), temporaryFolder()];
  const backend = diskBackend(folder);
  makeTree(join(job, "workspace"), TREE);
  expect((await save(backend, requestsIn(job, "alive").save)).status).toBe("saved");
  for (let n = 0; n < DOOMED; n++) {
    const doomed = await beginSave(backend, {
      ...{ scope: MAIN, domain: "trusted", key: `doomed-${n}`, overwrite: false, bases: [] },
      parts: Array.from({ length: PACKS }, (_, i) => n * PACKS + i),
      partsByPack: new Map(),
    });
    while (!(await doomed.step()));
    await doomed.commit();
  }
  for await (const ref of backend.index.list({ keyPrefix: "doomed-" })) await backend.index.remove(ref);
  await backend.index.close();
  return { folder, job };
}

async function expectAlive(folder: string, job: string): Promise<number> {
  const backend = diskBackend(folder);
  const needed = new Set<string>();
  for await (const ref of backend.index.list({})) {
    const place = { store: backend.store, domain: ref.domain, contentHash: ref.contentHash };
    const artifact = await readArtifact(place);
    needed.add(artifactName(ref.domain, ref.contentHash));
    for (const { digest } of artifact.header.packs) needed.add(packNameOf(place, artifact, digest));
  }
  for (const name of needed) expect(await backend.store.head(name)).toBeTruthy();
  const other = temporaryFolder();
  expect(await restore(backend, requestsIn(other, "alive").restore)).toMatchObject({ status: "hit" });
  await backend.index.close();
  const [found, wanted] = [other, job].map((base) => snapshotTree(join(base, "workspace/tree")));
  expect(differences(found!, wanted!)).toEqual([]);
  removeFolder(other);
  return needed.size;
}

function count(folder: string): number {
  return ["packs", "artifacts"].reduce((sum, kind) => {
    const path = join(folder, "objects/v1/trusted", kind);
    return sum + (existsSync(path) ? readdirSync(path).length : 0);
  }, 0);
}

async function timeOf(args: readonly string[]): Promise<number> {
  let beganAt = 0;
  const run = await runScript(script, args, {
    onOutput: (text) => {
      if (text.startsWith("begins")) beganAt = performance.now();
    },
  });
  if (run.code !== 0) throw new Error(run.stderr);
  return performance.now() - beganAt;
}

/** @returns whether it was killed before it was done. */
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
  return run.signal === "SIGKILL";
}

const momentOf = (n: number, ofMs: number): number => (moments.readUInt32LE(4 * n) / 2 ** 32) * ofMs;

test.each([
  ["in two phases", "shared"],
  ["on one machine, at once", "embedded"],
])(
  "prunes %s",
  async (_name, kind) => {
    const { folder, job } = await makeStore();
    // How long one takes from end to end, on a copy.
    const copy = join(temporaryFolder(), "copy");
    cpSync(folder, copy, { recursive: true });
    if (kind === "shared") await timeOf([copy, "2", kind]);
    const wholeMs = await timeOf([copy, "2", kind]);

    let interrupted = 0;
    for (let n = 0; n < KILLS; n++) {
      // The first at once: a prune that got through leaves the next ones nothing to be interrupted in.
      if (await killed([folder, "2", kind], momentOf(n, (wholeMs * n) / KILLS))) interrupted++;
      await expectAlive(folder, job);
    }
    expect(interrupted).toBeGreaterThan(0);
    for (let n = 0; n < 3; n++) expect((await runScript(script, [folder, "2", kind])).code).toBe(0);
    expect(count(folder)).toBe(await expectAlive(folder, job));
  },
  600_000,
);
