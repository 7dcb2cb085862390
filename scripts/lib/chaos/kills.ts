// kill -9 at seeded moments: of a save, of a restore onto nothing, of a restore over another tree, and of a prune; on S3
// with DynamoDB, behind a near cache, and on a directory with SQLite. What has to hold after each stands in kill-save.ts,
// kill-restore.ts and kill-prune.ts; after all of them, what is visible is whole.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Cache } from "@cairn/core";
import { prunePlace } from "./kill-prune.ts";
import { restorePlace } from "./kill-restore.ts";
import { savePlace } from "./kill-save.ts";
import { createRandom, type Random } from "./random.ts";
import type { Servers } from "./servers.ts";
import { createWorld, EVENT, inspectStore, openHere, type World, type WorldOptions } from "./world.ts";

const STEPS = ["save", "restore", "restore over another tree", "prune"] as const;

export interface KillTarget {
  readonly name: string;
  readonly store: NonNullable<WorldOptions["kind"]>;
  readonly step: (typeof STEPS)[number];
}

export const KILL_TARGETS: readonly KillTarget[] = (["s3", "directory"] as const).flatMap((store) =>
  STEPS.map((step) => ({
    name: `${step}, ${store === "directory" ? "a directory and SQLite" : step === "prune" ? "S3 and DynamoDB" : "S3, DynamoDB and a near cache"}`,
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
  /** Restores that left something to undo, prunes that left something to go on with. */
  unfinished: number;
  /** Saves whose Ref was visible nevertheless, whole. */
  committed: number;
  readonly problems: string[];
}

export interface KillOptions {
  readonly servers: Servers;
  readonly within: string;
  readonly seed: number;
  readonly kills: number;
}

/** One kill. */
export interface Kill {
  /** How many came before. */
  readonly at: number;
  readonly afterMs: number;
  readonly tally: KillTally;
  readonly random: Random;
  say(problem: string): void;
}

/** Where one kind of step is killed over and over. */
export interface KillPlace {
  /** Makes what the step needs. @returns how long it takes by itself. */
  measure(): Promise<number>;
  kill(kill: Kill): Promise<void>;
  /** After the last one. @returns what is wrong then. */
  finish?(): Promise<string[]>;
}

/** What a kind of step is killed with. */
export interface KillParts {
  readonly world: World;
  /** In this process. */
  readonly cache: Cache;
  /** Of the command line. */
  readonly env: Readonly<Record<string, string>>;
  readonly near: string;
}

/** Of the time that a step takes by itself: later moments are often too late. */
const KILLED_WITHIN = 0.9;
/** A machine that gets faster meanwhile must not make it endless. */
const TOO_LATE_SHARE = 4;
/** `cairn verify` of everything, now and then: it reads all there is. */
const VERIFY_EVERY = 20;

export async function killMany(target: KillTarget, options: KillOptions): Promise<KillTally> {
  const { servers, within, seed, kills } = options;
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
  const near = join(world.folder, "near");
  const nearDsn = target.store === "s3" ? pathToFileURL(near).href : undefined;
  const cache = await openHere(world, nearDsn);
  const random = createRandom(seed);
  try {
    const place = openPlace(target, { world, cache, near, env: environmentOf(world, nearDsn) });
    const wholeMs = await place.measure();
    while (tally.kills < kills && tally.tooLate < TOO_LATE_SHARE * kills) {
      const at = tally.kills + tally.tooLate;
      const say = (problem: string): void => void tally.problems.push(`seed ${seed}, kill ${at}: ${problem}`);
      await place.kill({ at, afterMs: random() * KILLED_WITHIN * wholeMs, tally, say, random });
      if (at % VERIFY_EVERY === 0) for (const each of (await inspectStore(world)).problems) say(each);
    }
    const wrong = [...((await place.finish?.()) ?? []), ...(await inspectStore(world)).problems];
    tally.problems.push(...wrong.map((each) => `seed ${seed}, at the end: ${each}`));
    return tally;
  } finally {
    await cache.close();
    world.close();
  }
}

function environmentOf(world: World, nearDsn: string | undefined): Record<string, string> {
  const { store, index } = world.places();
  return {
    ...EVENT,
    ...{ CAIRN_STORE: store, CAIRN_INDEX: index },
    ...(nearDsn && { CAIRN_NEAR: nearDsn }),
  };
}

function openPlace({ step }: KillTarget, parts: KillParts): KillPlace {
  if (step === "save") return savePlace(parts);
  if (step === "prune") return prunePlace(parts);
  return restorePlace({ ...parts, isOver: step !== "restore" });
}
