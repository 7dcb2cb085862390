// Every case of chaos as one list: what is run by scripts/chaos in full, and by jest in the quick choice, is the same.

import { CROWDS, meetCrowd } from "./crowds.ts";
import { FAULTS } from "./faults.ts";
import { KILL_TARGETS, killMany } from "./kills.ts";
import { meetOutage, OUTAGE_LIMIT_SECONDS, OUTAGES } from "./outages.ts";
import { meetPatience, PATIENCE } from "./patience.ts";
import { type Measured, PART_NAMES, type PartName } from "./report.ts";
import { meetFault } from "./run-fault.ts";
import type { Servers } from "./servers.ts";
import { ENDINGS, meetEnding } from "./signals.ts";

export interface Case {
  readonly part: PartName;
  readonly name: string;
  /** What its row is called; default: the same. */
  readonly row?: string;
  readonly isQuick: boolean;
  /** @returns a row of the results. */
  readonly run: (amount: Amount) => Promise<Measured>;
}

/** What a run is made with. */
export interface Amount {
  readonly servers: Servers;
  /** An empty folder on a disk with user attributes. */
  readonly within: string;
  readonly seed: number;
  /** Of each target. */
  readonly kills: number;
  readonly processes: number;
  /** Of patience. */
  readonly minutes: number;
  /** Whether taking too long is a failure: not where a busy machine is shared with other tests. */
  readonly isTimed: boolean;
}

const PHASES = ["save", "restore"] as const;

export const CASES: readonly Case[] = [
  ...FAULTS.flatMap((fault) =>
    PHASES.filter((phase) => fault.only === undefined || fault.only === phase).map(
      (phase): Case => ({
        part: "faults",
        name: `${fault.name}: ${phase}`,
        row: fault.name,
        isQuick: fault.isQuick ?? false,
        run: async ({ servers, within }) => ({
          name: fault.name,
          ...(await meetFault(fault, phase, servers, within)),
        }),
      }),
    ),
  ),
  ...OUTAGES.map(
    (outage): Case => ({
      part: "outages",
      name: outage.name,
      isQuick: outage.server === "s3",
      run: async ({ servers, within, isTimed }) => {
        const result = await meetOutage(outage, servers, within);
        return timed(outage.name, result, OUTAGE_LIMIT_SECONDS, isTimed);
      },
    }),
  ),
  ...ENDINGS.map(
    (ending): Case => ({
      part: "endings",
      name: ending.name,
      // The signals are alike, and the grace of a restore is long.
      isQuick: ending.by === "SIGTERM" || (ending.by === "its deadline" && ending.step === "save"),
      run: async ({ servers, within, isTimed }) => {
        const { limitSeconds } = ending;
        const result = await meetEnding(ending, servers, within);
        return timed(ending.name, { ...result, limitSeconds }, limitSeconds, isTimed);
      },
    }),
  ),
  ...KILL_TARGETS.map(
    (target): Case => ({
      part: "kills",
      name: target.name,
      isQuick: true,
      run: (amount) => killMany(target, amount),
    }),
  ),
  ...CROWDS.map(
    (crowd): Case => ({
      part: "crowds",
      name: crowd.name,
      isQuick: crowd.isQuick,
      run: async (amount) => ({ name: crowd.name, ...(await meetCrowd(crowd, amount)) }),
    }),
  ),
  ...PATIENCE.map(
    (patience): Case => ({
      part: "patience",
      name: patience.name,
      // Half a minute of it is a test of its own: packages/core/test/crash/prune-beside-everything.test.ts.
      isQuick: false,
      run: async (amount) => ({ name: patience.name, ...(await meetPatience(patience, amount)) }),
    }),
  ),
];

/** In the order of the page. */
export const CASE_NAMES = Object.fromEntries(
  PART_NAMES.map((part) => [
    part,
    [...new Set(CASES.filter((each) => each.part === part).map(({ name, row = name }) => row))],
  ]),
) as unknown as Readonly<Record<PartName, readonly string[]>>;

function timed<T extends { readonly seconds: number; readonly problems: readonly string[] }>(
  name: string,
  result: T,
  limitSeconds: number,
  isTimed: boolean,
): T & Measured {
  const isLate = isTimed && result.seconds > limitSeconds;
  const late = isLate ? [`${result.seconds.toFixed(1)} s instead of at most ${limitSeconds} s`] : [];
  return { name, ...result, problems: [...result.problems, ...late] };
}
