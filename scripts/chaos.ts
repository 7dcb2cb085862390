/**
 * Runs the cases of lib/chaos against real processes and real servers, and writes docs/assets/reliability.json and the
 * tables of docs/reliability.md. Servers that did not run before are stopped. Needs root, for small disks.
 */
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { CASES, type Case } from "./lib/chaos/cases.ts";
import {
  type Measured,
  merge,
  type PartName,
  type Results,
  readResults,
  writeResults,
} from "./lib/chaos/report.ts";
import { startServers } from "./lib/chaos/servers.ts";
import type { PartName as ServiceName } from "./lib/services/parts.ts";
import { serviceEnvironment, startServices, stopServices } from "./lib/services/services.ts";

const usage = `usage: scripts/chaos [--quick] [--seeds N] [--first-seed S] [--kills N] [--processes N] [--only PATTERN] [PART…]
  --quick         the choice that scripts/test runs too, and a few kills; writes nothing
  --seeds N       seeds of the kills, from the first one on (default 10, first 1)
  --kills N       kills in all (default 1000)
  --processes N   processes of each crowd (default 50)
  --only PATTERN  cases whose name has it; writes nothing
PART: faults outages endings kills crowds (default: all)`;

const SERVICES: readonly ServiceName[] = ["versitygw", "dynamodb", "toxiproxy"];
const root = dirname(import.meta.dirname);
const folder = join(root, ".cache/chaos", String(process.pid));

interface Options {
  readonly cases: readonly Case[];
  readonly seeds: readonly number[];
  readonly kills: number;
  readonly processes: number;
  readonly writes: boolean;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      seeds: { type: "string" },
      "first-seed": { type: "string", default: "1" },
      kills: { type: "string" },
      processes: { type: "string" },
      only: { type: "string" },
    },
  });
  const { quick, only } = values;
  const number = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`${JSON.stringify(text)} is no number above 0\n${usage}`);
  };
  const known = new Set<string>(CASES.map(({ part }) => part));
  const unknown = positionals.find((part) => !known.has(part));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}\n${usage}`);
  const first = number(values["first-seed"], 1);
  return {
    cases: CASES.filter(
      ({ part, name, isQuick }) =>
        (positionals.length === 0 || positionals.includes(part)) &&
        (!quick || isQuick) &&
        (only === undefined || name.includes(only)),
    ),
    seeds: Array.from({ length: number(values.seeds, quick ? 1 : 10) }, (_, i) => first + i),
    kills: number(values.kills, quick ? 24 : 1_000),
    processes: number(values.processes, quick ? 8 : 50),
    writes: !quick && only === undefined,
  };
}

async function main(): Promise<number> {
  const { cases, seeds, kills, processes, writes } = readOptions();
  const targets = cases.filter(({ part }) => part === "kills").length;
  const killsEach = Math.max(1, Math.round(kills / Math.max(1, targets) / seeds.length));
  mkdirSync(folder, { recursive: true });
  const servers = await startServers(folder);
  const measured: Partial<Record<PartName, Measured[]>> = {};
  let failed = 0;
  try {
    for (const { part, name, run } of cases) {
      for (const seed of part === "kills" ? seeds : seeds.slice(0, 1)) {
        const begun = performance.now();
        const row = await run({ servers, within: folder, seed, kills: killsEach, processes, isTimed: true });
        measured[part] = [...(measured[part] ?? []), row];
        const isBad = row.problems.length > 0;
        if (isBad) failed++;
        const seconds = ((performance.now() - begun) / 1000).toFixed(1);
        console.log(
          `${isBad ? "FAILED" : "ok    "} ${part}: ${name}${part === "kills" ? `, seed ${seed}` : ""} (${seconds} s)`,
        );
        for (const problem of row.problems) console.log(`         ${problem.replaceAll("\n", " / ")}`);
      }
    }
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  if (writes) {
    const [json, page] = [join(root, "docs/assets/reliability.json"), join(root, "docs/reliability.md")];
    writeResults(merge(readResults(json), measured as unknown as Partial<Results>), { json, page });
    console.log(`written: ${page}`);
  }
  console.log(failed === 0 ? "all as it must be" : `${failed} failed`);
  return failed === 0 ? 0 : 1;
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
  process.exitCode = await withServices(main);
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 2;
}
