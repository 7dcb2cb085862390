// The quick choice of the cases of scripts/chaos, one test each: the same cases, a few kills, small crowds. Two run at once,
// each on servers of its own, since they wait a lot. How long something takes is measured by scripts/chaos alone.
// CAIRN_TEST_SEED repeats the moments of the kills.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CASES } from "./cases.ts";
import type { Measured } from "./report.ts";
import { type Servers, startServers } from "./servers.ts";

const LANES = 2;
const AMOUNT = { kills: 2, processes: 4, minutes: 1, isTimed: false };
const root = join(import.meta.dirname, "../../../.cache/chaos", `jest-${process.pid}`);
const seed = process.env["CAIRN_TEST_SEED"] ? Number(process.env["CAIRN_TEST_SEED"]) : Date.now() & 0xffff;

const entries = CASES.filter(({ isQuick }) => isQuick).map((each) => {
  const result = Promise.withResolvers<Measured>();
  // Its test may not wait for it yet.
  result.promise.catch(() => {});
  return { each, result };
});
const lanes: { within: string; servers: Servers; done: Promise<void> }[] = [];

beforeAll(async () => {
  const queue = entries.values();
  for (let lane = 0; lane < LANES; lane++) {
    const within = join(root, `lane-${lane}`);
    mkdirSync(within, { recursive: true });
    const servers = await startServers(within);
    lanes.push({ within, servers, done: runLane({ servers, within }, queue) });
  }
});

afterAll(async () => {
  for (const { done, servers } of lanes) {
    await done;
    await servers.stop();
  }
  rmSync(root, { recursive: true, force: true });
});

async function runLane(
  place: { readonly servers: Servers; readonly within: string },
  queue: Iterator<(typeof entries)[number]>,
): Promise<void> {
  for (let next = queue.next(); !next.done; next = queue.next()) {
    const { each, result } = next.value;
    await each.run({ ...AMOUNT, ...place, seed }).then(result.resolve, result.reject);
  }
}

test.each(entries.map(({ each, result }) => [each.part, each.name, result.promise] as const))(
  "%s: %s",
  async (_part, _name, measured) => {
    expect((await measured).problems).toEqual([]);
  },
);
