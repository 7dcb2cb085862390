// A prune that is killed, among saves that share content with what it deletes. Whatever it leaves, the saves that live
// restore, the next prune goes on with it, and in the end nothing is left but what is needed. Days pass by making what the
// store has of times so much older.

import { hash, randomBytes } from "node:crypto";
import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { openMaintenance } from "@cairn/core";
import { decodeCondemned, encodeCondemned } from "../../../packages/core/src/model/condemned.ts";
import type { Digest } from "../../../packages/core/src/model/digest.ts";
import { CONDEMNED_NAME, packName } from "../../../packages/core/src/model/names.ts";
import { type OpenedBackend, openBackend } from "../../../packages/core/src/open-backend.ts";
import { needsOf } from "../../../packages/core/test/support/step-save.ts";
import { credentials } from "../services/parts.ts";
import { type CommandOptions, cairn } from "./commands.ts";
import { killCommand } from "./kill-command.ts";
import { wrongIn } from "./kill-save.ts";
import type { KillParts, KillPlace } from "./kills.ts";
import { file, makeTree, noise, SAVED, type TreeSpec } from "./trees.ts";
import { requestIn, settingsOf, type World } from "./world.ts";

const ALIVE = "alive";
const TREE: TreeSpec = Object.fromEntries(Object.entries(SAVED).filter(([path]) => /\/f\d+$/.test(path)));
/** Packs that a save left which never committed. */
const ORPHANS = 24;
const DAYS = 2;
const DAY_MS = 86_400_000;
const ALL_BYTES = `${Number.MAX_SAFE_INTEGER}`;

export function prunePlace({ world, cache, env }: KillParts): KillPlace {
  const alive = join(world.folder, "alive");
  const doomed = join(world.folder, "doomed");
  const options: CommandOptions = { base: join(world.folder, "job"), env };
  const command = ["prune", "--confirm", ALL_BYTES] as const;

  /** A save whose Ref is removed, and packs that nothing names. */
  async function addDoomed(at: number): Promise<void> {
    const key = `doomed-${at}`;
    makeTree(join(doomed, "workspace"), { ...TREE, "tree/own": file(noise(at & 0xff, 300_000 + at)) });
    await cache.save(requestIn(doomed, key));
    await withBackend(world, async ({ store, index }) => {
      for await (const ref of index.list({ keyPrefix: key })) await index.remove(ref);
      const orphans = Array.from({ length: ORPHANS }, () => randomBytes(1_000));
      await Promise.all(
        orphans.map((bytes) => {
          const digest = hash("sha256", bytes) as Digest;
          return store.put(packName("trusted", digest), bytes, digest);
        }),
      );
    });
  }

  async function pruneHere(): Promise<number> {
    const maintenance = await openMaintenance(settingsOf(world.places()), { env: { ...credentials } });
    try {
      const { deleted, condemned } = await maintenance.prune({
        dryRun: false,
        confirmedBytes: Number.POSITIVE_INFINITY,
      });
      return deleted.objects + condemned.objects;
    } finally {
      await maintenance.close();
    }
  }

  return {
    async measure() {
      makeTree(join(alive, "workspace"), TREE);
      await cache.save(requestIn(alive, ALIVE));
      await addDoomed(0);
      await letDaysPass(world);
      await pruneHere();
      await addDoomed(1);
      await letDaysPass(world);
      return (await cairn(command, options)).workMs;
    },
    async kill(kill) {
      const { at, tally, say } = kill;
      await addDoomed(at + 2);
      await letDaysPass(world);
      const wasKilled = await killCommand(command, options, kill);
      for (const wrong of await wrongIn({ world, cache }, alive, ALIVE)) say(wrong);
      // What the dead one condemned waits for the next one but one, as after any prune.
      const rest = await pruneHere().catch((error: unknown) => say(`the next prune fails: ${String(error)}`));
      if (wasKilled && typeof rest === "number" && rest > 0) tally.unfinished++;
      for (const wrong of await wrongIn({ world, cache }, alive, ALIVE)) say(wrong);
    },
    async finish() {
      for (let n = 0; n < 2; n++) {
        await letDaysPass(world);
        await pruneHere();
      }
      const there = [...world.objects("packs"), ...world.objects("artifacts")].map(digestOf);
      const needed = await withBackend(world, async (backend) => {
        const names = new Set<string>();
        for await (const ref of backend.index.list({}))
          for (const name of await needsOf(backend, ref)) names.add(digestOf(name));
        return names;
      });
      const left = there.filter((digest) => !needed.has(digest)).length;
      const lost = [...needed].filter((digest) => !there.includes(digest)).length;
      rmSync(doomed, { recursive: true, force: true });
      return [
        ...(left > 0 ? [`${left} objects are left that nothing needs`] : []),
        ...(lost > 0 ? [`${lost} objects are gone that a save needs`] : []),
      ];
    },
  };
}

async function withBackend<T>(world: World, work: (backend: OpenedBackend) => Promise<T>): Promise<T> {
  const backend = openBackend(settingsOf(world.places()), { env: { ...credentials } });
  try {
    return await work(backend);
  } finally {
    await backend.index.close();
  }
}

async function letDaysPass(world: World): Promise<void> {
  const earlier = (ms: number | undefined): number | undefined => ms && ms - DAYS * DAY_MS;
  await withBackend(world, async ({ store }) => {
    const list = await store.read(CONDEMNED_NAME);
    if (!list) return;
    const batches = decodeCondemned(list.bytes).map((batch) => ({
      ...batch,
      condemnedAtMs: earlier(batch.condemnedAtMs),
      deletingSinceMs: earlier(batch.deletingSinceMs),
    }));
    await store.swap(CONDEMNED_NAME, encodeCondemned(batches), list.tag);
  });
  const seconds = (Date.now() - DAYS * DAY_MS) / 1000;
  for (const path of world.objects("v1")) utimesSync(path, seconds, seconds);
}

function digestOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
