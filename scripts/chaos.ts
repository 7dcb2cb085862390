/**
 * Runs the cases of lib/chaos against real processes and real servers, and writes docs/assets/reliability.json and the
 * tables of docs/reliability.md as it goes. Servers that did not run before are stopped.
 */
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { type Amount, CASE_NAMES, CASES, type Case } from "./lib/chaos/cases.ts";
import {
  inOrder,
  type Measured,
  PART_NAMES,
  type PartName,
  readResults,
  withRow,
  writeResults,
} from "./lib/chaos/report.ts";
import { startServers } from "./lib/chaos/servers.ts";
import type { PartName as ServiceName } from "./lib/services/parts.ts";
import { serviceEnvironment, startServices, stopServices } from "./lib/services/services.ts";

const usage = `usage: scripts/chaos [--quick] [--seeds N] [--first-seed S] [--kills N] [--processes N] [--minutes N]
                     [--only PATTERN] [PART…]
  --quick         the choice that scripts/test runs too, and a few kills; writes nothing
  --seeds N       seeds of the kills, from the first one on (default 10, first 1)
  --kills N       kills in all (default 1000)
  --processes N   processes of each crowd (default 50)
  --minutes N     how long saves, restores, invalidations and prunes run at once, at each place (default 10)
  --only PATTERN  cases whose name has it
  --help          this
PART: ${PART_NAMES.join(" ")} (default: all)
Each row is written when its case has ended, into docs/assets/reliability.json and docs/reliability.md; what is not run keeps
its row. SIGINT ends the run after the case that is under way, whose result is dropped. Needs root, for small disks.`;

const SERVICES: readonly ServiceName[] = ["versitygw", "dynamodb", "toxiproxy"];
const root = dirname(import.meta.dirname);
const folder = join(root, ".cache/chaos", String(process.pid));
const FILES = { json: join(root, "docs/assets/reliability.json"), page: join(root, "docs/reliability.md") };

interface Options {
  readonly runs: readonly Run[];
  readonly amount: Omit<Amount, "servers" | "within" | "seed">;
  readonly writes: boolean;
}

/** One row of the results. */
interface Run {
  readonly each: Case;
  readonly seed: number;
}

/** Undefined: help was asked for. */
function readOptions(): Options | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      seeds: { type: "string" },
      "first-seed": { type: "string" },
      kills: { type: "string" },
      processes: { type: "string" },
      minutes: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { quick, only, help } = values;
  if (help) return undefined;
  const number = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`${JSON.stringify(text)} is no whole number above 0\n${usage}`);
  };
  const unknown = positionals.find((part) => !PART_NAMES.some((known) => known === part));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}\n${usage}`);
  const cases = CASES.filter(
    ({ part, name, isQuick }) =>
      (positionals.length === 0 || positionals.includes(part)) &&
      (!quick || isQuick) &&
      (only === undefined || name.includes(only)),
  );
  if (cases.length === 0) throw new Error(`there is no such case\n${usage}`);
  const first = number(values["first-seed"], 1);
  const seeds = Array.from({ length: number(values.seeds, quick ? 1 : 10) }, (_, i) => first + i);
  const targets = cases.filter(({ part }) => part === "kills");
  const kills = number(values.kills, quick ? 24 : 1_000);
  const once = (isBeforeKills: boolean): Run[] =>
    cases
      .filter(({ part }) => part !== "kills" && PART_NAMES.indexOf(part) < KILLS_AT === isBeforeKills)
      .map((each) => ({ each, seed: first }));
  return {
    // Seed by seed: an interrupted run has kills of every kind.
    runs: [
      ...once(true),
      ...seeds.flatMap((seed) => targets.map((each) => ({ each, seed }))),
      ...once(false),
    ],
    amount: {
      kills: Math.max(1, Math.ceil(kills / Math.max(1, targets.length) / seeds.length)),
      processes: number(values.processes, quick ? 8 : 50),
      minutes: number(values.minutes, 10),
      isTimed: true,
    },
    writes: !quick,
  };
}

const KILLS_AT = PART_NAMES.indexOf("kills");

async function runAll({ runs, amount, writes }: Options, stop: AbortSignal): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const servers = await startServers(folder);
  let failed = 0;
  try {
    for (const { each, seed } of runs) {
      const begun = performance.now();
      const row = await each.run({ ...amount, servers, within: folder, seed });
      // What a signal did to its processes says nothing.
      if (stop.aborted) break;
      const isBad = row.problems.length > 0;
      if (isBad) failed++;
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      const name = `${each.part}: ${each.name}${each.part === "kills" ? `, seed ${seed}` : ""}`;
      console.log(`${isBad ? "FAILED" : "ok    "} ${name} (${seconds} s)`);
      for (const problem of row.problems) console.log(`         ${problem.replaceAll("\n", " / ")}`);
      if (writes) writeRow(each.part, row);
    }
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  if (stop.aborted) console.log("stopped: what had ended is kept");
  console.log(failed === 0 ? "all as it must be" : `${failed} failed`);
  return failed > 0 ? 1 : stop.aborted ? 130 : 0;
}

/** Read anew each time: another run may have written meanwhile. */
function writeRow(part: PartName, row: Measured): void {
  writeResults(inOrder(withRow(readResults(FILES.json), part, row), CASE_NAMES), FILES);
}

async function withServices(work: () => Promise<number>): Promise<number> {
  const abort = new AbortController();
  const { names, failures } = await startServices(SERVICES, abort.signal);
  try {
    for (const each of failures) console.error(`error: ${each.message}`);
    if (failures.length > 0) return 1;
    Object.assign(process.env, serviceEnvironment());
    return await work();
  } finally {
    await stopServices(names);
  }
}

try {
  const options = readOptions();
  const stop = new AbortController();
  // Once; the second time it ends at once.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  if (options) process.exitCode = await withServices(() => runAll(options, stop.signal));
  else console.log(usage);
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 2;
}
