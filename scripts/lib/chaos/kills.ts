// kill -9 at seeded moments: of a save, of a restore onto nothing, and of a restore over another tree; on S3 with
// DynamoDB behind a near cache, and on a directory with SQLite. After each: what is visible is whole, the undo gives the
// old tree back, the next run succeeds.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Cache, UnfinishedRestoreError } from "@cairn/core";
import { markerPlace, readMarker } from "../../../packages/core/src/lib/marker.ts";
import { recover } from "../../../packages/core/src/restore/undo.ts";
import { cairn } from "./commands.ts";
import { createRandom, type Random } from "./random.ts";
import type { Servers } from "./servers.ts";
import {
  contentOf,
  differences,
  file,
  makeTree,
  noise,
  SAVED,
  snapshot,
  THERE,
  type TreeSnapshot,
} from "./trees.ts";
import {
  createWorld,
  EVENT,
  inspectStore,
  openHere,
  requestIn,
  type World,
  type WorldOptions,
} from "./world.ts";

export interface KillTarget {
  readonly name: string;
  readonly store: NonNullable<WorldOptions["kind"]>;
  readonly step: "save" | "restore" | "restore over another tree";
}

export const KILL_TARGETS: readonly KillTarget[] = (["s3", "directory"] as const).flatMap((store) =>
  (["save", "restore", "restore over another tree"] as const).map((step) => ({
    name: `${step}, ${store === "s3" ? "S3, DynamoDB and a near cache" : "a directory and SQLite"}`,
    store,
    step,
  })),
);

export interface KillTally {
  readonly name: string;
  readonly seed: number;
  kills: number;
  /** The process was done before. */
  tooLate: number;
  /** Restores that left something to undo; saves whose Ref was visible nevertheless. */
  unfinished: number;
  committed: number;
  readonly problems: string[];
}

export interface KillOptions {
  readonly servers: Servers;
  readonly within: string;
  readonly seed: number;
  readonly kills: number;
  readonly onKill?: (tally: KillTally) => void;
}

/** Of the time that a step takes by itself: later moments are often too late. */
const KILLED_WITHIN = 0.9;
/** A machine that gets faster meanwhile must not make it endless. */
const TOO_LATE_SHARE = 4;
/** `cairn verify` of everything, now and then: it reads all there is. */
const VERIFY_EVERY = 20;

export async function killMany(target: KillTarget, options: KillOptions): Promise<KillTally> {
  const { servers, within, seed, kills, onKill } = options;
  const world = await createWorld(servers, within, { kind: target.store });
  const tally: KillTally = {
    name: target.name,
    seed,
    kills: 0,
    tooLate: 0,
    unfinished: 0,
    committed: 0,
    problems: [],
  };
  const place = await openPlace(world, target);
  const random = createRandom(seed);
  try {
    const wholeMs = await place.measure();
    while (tally.kills < kills && tally.tooLate < TOO_LATE_SHARE * kills) {
      const at = tally.kills + tally.tooLate;
      const say = (problem: string): void => void tally.problems.push(`seed ${seed}, kill ${at}: ${problem}`);
      await place.kill(at, random() * KILLED_WITHIN * wholeMs, tally, say, random);
      if (at % VERIFY_EVERY === 0) for (const each of (await inspectStore(world)).problems) say(each);
      onKill?.(tally);
    }
    for (const each of (await inspectStore(world)).problems) tally.problems.push(`at the end: ${each}`);
    return tally;
  } finally {
    await place.close();
    world.close();
  }
}

interface Place {
  measure(): Promise<number>;
  kill(
    at: number,
    afterMs: number,
    tally: KillTally,
    say: (problem: string) => void,
    random: Random,
  ): Promise<void>;
  close(): Promise<void>;
}

async function openPlace(world: World, { step, store }: KillTarget): Promise<Place> {
  const near = join(world.folder, "near");
  const nearDsn = store === "s3" ? pathToFileURL(near).href : undefined;
  const places = world.places();
  const env = {
    ...EVENT,
    ...{ CAIRN_STORE: places.store, CAIRN_INDEX: places.index },
    ...(nearDsn && { CAIRN_NEAR: nearDsn }),
  };
  const cache = await openHere(world, nearDsn);
  return step === "save"
    ? savePlace({ world, cache, env })
    : restorePlace({ world, cache, env, near, isOver: step !== "restore" });
}

interface Parts {
  readonly world: World;
  readonly cache: Cache;
  readonly env: Readonly<Record<string, string>>;
}

function savePlace({ world, cache, env }: Parts): Place {
  const base = join(world.folder, "job");
  const options = { base, env: { ...env, GITHUB_WORKSPACE: join(base, "workspace") } };
  const change = (at: number): void =>
    // So that each save has something to send.
    makeTree(join(base, "workspace"), { "tree/new": file(noise(at & 0xff, 1_500_000 + at)) });
  return {
    async measure() {
      makeTree(join(base, "workspace"), SAVED);
      await cairn(["save", "--key", "first", "tree"], options);
      change(0);
      return (await cairn(["save", "--key", "measured", "tree"], options)).workMs;
    },
    async kill(at, afterMs, tally, say) {
      change(at + 1);
      const key = `key-${at}`;
      const { code, wasKilled, stderr } = await cairn(["save", "--key", key, "tree"], {
        ...options,
        killAfterMs: afterMs,
      });
      if (wasKilled) tally.kills++;
      else tally.tooLate++;
      if (!wasKilled && code !== 0) say(`the save failed by itself: ${stderr.slice(-300)}`);
      const before = await cache.lookup({ ...requestIn(base, key), restoreKeys: [] });
      const { status } = await cache.save(requestIn(base, key));
      // The last request of a process that is dead may still arrive: what was no hit a moment ago can exist by now.
      if (status === "exists" && wasKilled) tally.committed++;
      // A lease of the dead must not be in the way, and what was visible must not be written again.
      const isRight = status === "exists" || (status === "saved" && before.status === "miss");
      if (!isRight) say(`the next save is ${status}, and the key was a ${before.status}`);
    },
    close: () => cache.close(),
  };
}

function restorePlace({ world, cache, env, near, isOver }: Parts & { near: string; isOver: boolean }): Place {
  const [from, base] = [join(world.folder, "from"), join(world.folder, "job")];
  const workspace = join(base, "workspace");
  const tree = join(workspace, "tree");
  const options = { base, env: { ...env, GITHUB_WORKSPACE: workspace } };
  const request = requestIn(base, "deps");
  let complete: TreeSnapshot = {};
  const reset = (): void => {
    rmSync(tree, { recursive: true, force: true });
    if (isOver) makeTree(workspace, THERE);
  };
  const restore = () => cache.restore({ ...request, restoreKeys: [] });
  const isLike = (found: TreeSnapshot, wanted: TreeSnapshot): boolean =>
    differences(contentOf(found), contentOf(wanted)).length === 0;
  return {
    async measure() {
      makeTree(join(from, "workspace"), SAVED);
      complete = snapshot(join(from, "workspace"));
      await cache.save(requestIn(from, "deps"));
      reset();
      return (await cairn(["restore", "--key", "deps", "tree"], options)).workMs;
    },
    async kill(at, afterMs, tally, say, random) {
      reset();
      if (random() < 0.5) rmSync(near, { recursive: true, force: true });
      const before = snapshot(workspace);
      const { code, wasKilled, stderr } = await cairn(["restore", "--key", "deps", "tree"], {
        ...options,
        killAfterMs: afterMs,
      });
      if (wasKilled) tally.kills++;
      else tally.tooLate++;
      if (!wasKilled && code !== 0) say(`the restore failed by itself: ${stderr.slice(-300)}`);
      const place = markerPlace(tree, false);
      if (existsSync(tree) && readMarker(place) !== undefined) {
        tally.unfinished++;
        const saved: unknown = await cache
          .save(requestIn(base, `half-${at}`))
          .catch((error: unknown) => error);
        if (!(saved instanceof UnfinishedRestoreError))
          say(`a save took the half of a tree: ${JSON.stringify(saved)}`);
        // Every other time the next restore has to do it.
        if (at % 2 === 0) {
          recover(place);
          const wrong = differences(snapshot(workspace), before);
          if (wrong.length > 0)
            say(`the undo does not give the old tree back: ${wrong.slice(0, 3).join("; ")}`);
        }
      } else if (!isLike(snapshot(workspace), before) && !isLike(snapshot(workspace), complete)) {
        say("it is neither the old tree nor the new one, and carries no marker");
      }
      const again = await restore().catch((error: unknown) => error as Error);
      const wrong = differences(contentOf(snapshot(workspace)), contentOf(complete));
      if (!("status" in again) || again.status !== "hit") say(`the next restore fails: ${String(again)}`);
      else if (wrong.length > 0) say(`the next restore: ${wrong.slice(0, 3).join("; ")}`);
    },
    close: () => cache.close(),
  };
}
