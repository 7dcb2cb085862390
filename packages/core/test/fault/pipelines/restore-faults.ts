// A script, started by the tests beside it: restores while the disk refuses one change after the other, and prints what
// was not as it should be. Arguments: `once` (a change fails) or `dead` (nothing is changed from then on: a crash).

import { lstatSync } from "node:fs";
import type { SaveResult } from "../../../src/cache.ts";
import { markerPlace, readMarker } from "../../../src/lib/marker.ts";
import { LocalFileError, NothingToSaveError, UnfinishedRestoreError } from "../../../src/model/errors.ts";
import { recover } from "../../../src/restore/undo.ts";
import { installFailingDisk } from "../../support/failing-disk.ts";
import { createJob, type TestBackend, type TestJob, testBackend } from "../../support/job.ts";
import { SCENARIOS, type Scenario } from "../../support/scenarios.ts";
import { removeFolder } from "../../support/temporary.ts";
import { differences, makeTree, snapshotTree, type TreeSnapshot } from "../../support/tree.ts";

const mode = process.argv[2] as "once" | "dead";
const disk = installFailingDisk();
const problems: string[] = [];
let faults = 0;

for (const scenario of SCENARIOS) await runScenario(scenario);
console.log(JSON.stringify({ faults, problems }));

/** A job whose restore was hit, with the whole workspace before and its roots as they would be after. */
interface Hit {
  readonly backend: TestBackend;
  readonly to: TestJob;
  readonly paths: readonly string[];
  readonly before: TreeSnapshot;
  readonly beforeRoots: readonly TreeSnapshot[];
  readonly complete: readonly TreeSnapshot[];
}

type Check = (what: string, found: readonly string[]) => void;

async function runScenario({ name, paths, saved, there, clean }: Scenario): Promise<void> {
  const backend = testBackend();
  const from = createJob();
  makeTree(from.folders.workspace, saved);
  await from.save(backend, { paths });

  const to = createJob();
  const restoreAgain = () => to.restore(backend, { paths, clean });
  const reset = (): void => {
    removeFolder(to.folders.workspace);
    makeTree(to.folders.workspace, there);
  };
  reset();
  await restoreAgain();
  const complete = rootsOf(to, paths);

  for (let at = 1; ; at++) {
    reset();
    const before = snapshotTree(to.folders.workspace);
    const hit = { backend, to, paths, before, beforeRoots: rootsOf(to, paths), complete };
    disk.arm(at, mode);
    const error: unknown = await restoreAgain().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    disk.disarm();
    const { failed } = disk;
    if (failed === undefined) return;
    faults++;
    const check: Check = (what, found) => {
      if (found.length > 0) problems.push(`${name}, ${at}: ${failed}: ${what}: ${found.join("; ")}`);
    };
    if (mode === "once") checkFailed(hit, error, check);
    else await checkCrashed(hit, check);
    await restoreAgain();
    check("restored again", differencesOfRoots(rootsOf(to, paths), complete));
  }
}

/** As it was; or, where only something after the tree stood failed, as it should be. */
function checkFailed({ to, paths, before, complete }: Hit, error: unknown, check: Check): void {
  if (error === undefined) {
    const [found, expected] = [rootsOf(to, paths), complete].map((roots) => roots.map(withoutOwn));
    check("it succeeded", differencesOfRoots(found!, expected!));
  } else {
    if (!(error instanceof LocalFileError)) check("it failed with", [String(error)]);
    check("it failed", differences(snapshotTree(to.folders.workspace), before));
  }
}

/** A root that carries a marker can't be saved, and recovering gives it back as it was. Others are whole. */
async function checkCrashed(hit: Hit, check: Check): Promise<void> {
  const { backend, to, paths, beforeRoots, complete } = hit;
  const places = paths.map((path) => markerPlace(to.path(path), !isFolder(to.path(path))));
  const marked = places.map((place) => readMarker(place) !== undefined);
  const left = rootsOf(to, paths);

  const saved: SaveResult | Error = await to
    .save(backend, { paths, key: `crashed-${faults}` })
    .catch((error: Error) => error);
  const isRefused = saved instanceof UnfinishedRestoreError || saved instanceof NothingToSaveError;
  if (marked.includes(true) && !isRefused) check("a save took it", [JSON.stringify(saved)]);

  for (const place of places) recover(place);
  const recovered = rootsOf(to, paths);
  for (const i of paths.keys()) {
    if (marked[i]) check(`recovered ${paths[i]}`, differences(recovered[i]!, beforeRoots[i]!));
    else {
      const own = withoutOwn(left[i]!);
      const nearest = [beforeRoots[i]!, complete[i]!].map((whole) => differences(own, withoutOwn(whole)));
      check(`left ${paths[i]}`, nearest.find((found) => found.length === 0) ?? nearest.flat());
    }
  }
}

function rootsOf(job: TestJob, paths: readonly string[]): TreeSnapshot[] {
  return paths.map((path) => snapshotTree(job.path(path)));
}

/** Without what Cairn puts beside the tree, and without the root's own mode and times, which that changes. */
function withoutOwn(snapshot: TreeSnapshot): TreeSnapshot {
  return Object.fromEntries(
    Object.entries(snapshot).filter(
      ([path, line]) => !path.startsWith(".cairn-") && !(path === "" && line.startsWith("directory")),
    ),
  );
}

function differencesOfRoots(found: readonly TreeSnapshot[], expected: readonly TreeSnapshot[]): string[] {
  return found.flatMap((snapshot, i) => differences(snapshot, expected[i]!));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
