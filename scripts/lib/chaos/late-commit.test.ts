// A save that dies while its commit is on the way to the index: the request arrives nevertheless, after the death, and what
// it makes visible is whole; or another save of the key was first, and then it changes nothing.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cache } from "@cairn/core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { cairn } from "./commands.ts";
import { wrongIn } from "./kill-save.ts";
import { type Servers, startServers } from "./servers.ts";
import { file, makeTree, SAVED } from "./trees.ts";
import { createWorld, EVENT, inspectStore, openHere, requestIn, type World } from "./world.ts";

const KEY = "deps";
const within = join(import.meta.dirname, "../../../.cache/chaos", `late-${process.pid}`);

let servers: Servers;
let world: World;
let cache: Cache;
let base: string;
/** Lets the commit pass, and waits until the index has answered it. */
let release: () => Promise<void>;

beforeAll(async () => {
  mkdirSync(within, { recursive: true });
  servers = await startServers(within);
});
afterAll(async () => {
  await servers.stop();
  rmSync(within, { recursive: true, force: true });
});

/** Saves with a commit that is held back on its way, and kills the save then. */
beforeEach(async () => {
  world = await createWorld(servers, within);
  cache = await openHere(world);
  base = join(world.folder, "job");
  makeTree(join(base, "workspace"), SAVED);
  const [held, passed, answered] = [0, 1, 2].map(() => Promise.withResolvers<void>());
  let isWritten = false;
  servers.s3.proxy.decide = ({ kind, method }) => {
    isWritten ||= kind === "artifact" && method === "PUT";
    return undefined;
  };
  servers.index.proxy.decide = () =>
    isWritten
      ? {
          kind: "after",
          what: async () => {
            held!.resolve();
            await passed!.promise;
          },
          answered: answered!.resolve,
        }
      : undefined;
  release = () => {
    passed!.resolve();
    return answered!.promise;
  };
  const { store, index } = world.places({ s3: "spoiled", index: "spoiled" });
  const env = { ...EVENT, CAIRN_STORE: store, CAIRN_INDEX: index, GITHUB_WORKSPACE: join(base, "workspace") };
  const ended = await cairn(["save", "--key", KEY, "tree"], { base, env, killWhen: held!.promise });
  expect(ended).toMatchObject({ wasKilled: true });
  expect(await inspectStore(world)).toEqual({ problems: [], keys: [] });
});
afterEach(async () => {
  for (const { proxy } of [servers.s3, servers.index]) proxy.heal();
  await cache.close();
  world.close();
});

test("it becomes visible after the death, whole, and the next save leaves it alone", async () => {
  expect(await cache.lookup({ ...requestIn(base, KEY), restoreKeys: [] })).toMatchObject({ status: "miss" });
  await release();
  expect(await cache.save(requestIn(base, KEY))).toMatchObject({ status: "exists" });
  expect(await inspectStore(world)).toEqual({ problems: [], keys: [KEY] });
  expect(await wrongIn({ world, cache }, base, KEY)).toEqual([]);
});

test("where the next save was first, its content stays", async () => {
  makeTree(join(base, "workspace"), { "tree/new": file("of the next save") });
  expect(await cache.save(requestIn(base, KEY))).toMatchObject({ status: "saved" });
  await release();
  expect(await inspectStore(world)).toEqual({ problems: [], keys: [KEY] });
  expect(await wrongIn({ world, cache }, base, KEY)).toEqual([]);
});
