// The quick choice of the cases of scripts/chaos, one test each: the same cases, a few kills, small crowds. How long
// something takes is measured by scripts/chaos alone. CAIRN_TEST_SEED repeats the moments of the kills.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CASES } from "./cases.ts";
import { type Servers, startServers } from "./servers.ts";

const within = join(import.meta.dirname, "../../../.cache/chaos", `jest-${process.pid}`);
const seed = process.env["CAIRN_TEST_SEED"] ? Number(process.env["CAIRN_TEST_SEED"]) : Date.now() & 0xffff;

let servers: Servers;
beforeAll(async () => {
  mkdirSync(within, { recursive: true });
  servers = await startServers(within);
});
afterAll(async () => {
  await servers.stop();
  rmSync(within, { recursive: true, force: true });
});

test.each(CASES.filter(({ isQuick }) => isQuick).map((each) => [each.part, each.name, each.run] as const))(
  "%s: %s",
  async (_part, _name, run) => {
    const { problems } = await run({
      servers,
      within,
      seed,
      kills: 2,
      processes: 5,
      minutes: 1,
      isTimed: false,
    });
    expect(problems).toEqual([]);
  },
);
