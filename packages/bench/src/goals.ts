// What the benchmark has to show. Each goal is a bound on one measure of one case,
// against the faster of the other tools in the same run. Data only; report-goals.ts judges.

import type { NetworkKind } from "./network/network.ts";

export type Bound =
  /** The faster peer's time divided by Cairn's, run by run. */
  | { readonly measure: "speed"; readonly atLeast: number }
  | { readonly measure: "seconds"; readonly atMost: number }
  /** Cairn's share of what the peer with the least sends. */
  | { readonly measure: "uploaded"; readonly atMost: number }
  /** Cairn's share of what the peer with the least has in the bucket. */
  | { readonly measure: "stored"; readonly atMost: number };

export interface CaseGoal {
  readonly title: string;
  readonly case: string;
  readonly network: NetworkKind;
  readonly bounds: readonly Bound[];
}

export const caseGoals: readonly CaseGoal[] = [
  {
    title: "cold restore, js-app, both digests checked",
    case: "js-app-restore",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 1.6 }],
  },
  {
    title: "cold restore, js-app, shaped network",
    case: "js-app-restore",
    network: "shaped",
    bounds: [{ measure: "speed", atLeast: 2 }],
  },
  {
    title: "restore onto the unchanged tree, one lstat a file",
    case: "js-app-restore-unchanged",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 5 }],
  },
  {
    title: "restore onto a tree at js-app-bump",
    case: "js-app-restore-onto-bump",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 4 }],
  },
  {
    title: "cold save, js-app",
    case: "js-app-save",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 1.35 }],
  },
  {
    title: "save with nothing changed, under a new key",
    case: "js-app-save-unchanged",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 6 }],
  },
  {
    title: "save after js-app-bump, times kept",
    case: "js-app-bump-save-kept",
    network: "loopback",
    bounds: [
      { measure: "speed", atLeast: 4 },
      { measure: "uploaded", atMost: 1 / 12 },
    ],
  },
  {
    title: "save after js-app-bump, times new",
    case: "js-app-bump-save",
    network: "loopback",
    bounds: [
      { measure: "speed", atLeast: 2 },
      { measure: "uploaded", atMost: 1 / 10 },
    ],
  },
  {
    title: "one 4 GB random file, restore",
    case: "random-4g-restore",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 1.2 }],
  },
  {
    title: "one 4 GB random file, save",
    case: "random-4g-save",
    network: "loopback",
    bounds: [{ measure: "speed", atLeast: 1.2 }],
  },
  {
    title: "4 GB with an insertion, save",
    case: "random-4g-inserted-save",
    network: "loopback",
    bounds: [{ measure: "uploaded", atMost: 0.02 }],
  },
  {
    title: "ten small files, restore",
    case: "ten-small-restore",
    network: "loopback",
    bounds: [
      { measure: "speed", atLeast: 1 },
      { measure: "seconds", atMost: 0.35 },
    ],
  },
  {
    title: "stored size, js-app, artifact included",
    case: "js-app-save",
    network: "loopback",
    bounds: [{ measure: "stored", atMost: 0.97 }],
  },
];

/** Cairn's largest process, in any case. */
export const memoryGoal = { title: "peak memory, any case", atMostBytes: 512e6 } as const;

/** One lookup of one key in one scope. */
export const lookupGoal = {
  title: "one lookup of one key in one scope, DynamoDB",
  index: "dynamodb",
  refs: 100_000,
  timesOf: 10,
  atMostTimes: 1.5,
  atMostRequests: 3,
} as const;
