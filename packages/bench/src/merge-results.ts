// Results of several benchmarks in one file: of each case, disk, network and server the newest one stays, so that a long
// benchmark can be run in parts.

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { cases } from "./cases.ts";
import type { LookupResult } from "./lookup/lookup-result.ts";
import type { BenchResults, CaseResult } from "./results.ts";

export const noResults: BenchResults = { cases: [], lookups: [], upkeep: [] };

/** In the order of the cases, whatever order they were measured in. Pure. */
export function mergeResults(before: BenchResults, found: BenchResults): BenchResults {
  return {
    cases: mergeBy(before.cases, found.cases, keyOfCase).toSorted((a, b) => rankOf(a) - rankOf(b)),
    lookups: mergeBy(before.lookups, found.lookups, keyOfLookup).toSorted(
      (a, b) => a.index.localeCompare(b.index) || a.refs - b.refs,
    ),
    upkeep: mergeBy(before.upkeep, found.upkeep, ({ objects }) => String(objects)).toSorted(
      (a, b) => a.objects - b.objects,
    ),
  };
}

function keyOfCase({ case: { name }, network, disk, keepAlive }: CaseResult): string {
  return [name, network, disk, keepAlive].join(" ");
}

const keyOfLookup = ({ index, refs }: LookupResult): string => `${index} ${refs}`;

function mergeBy<T>(before: readonly T[], found: readonly T[], keyOf: (each: T) => string): readonly T[] {
  return [...new Map([...before, ...found].map((each) => [keyOf(each), each])).values()];
}

const NETWORKS: readonly CaseResult["network"][] = ["loopback", "shaped"];
const DISKS: readonly CaseResult["disk"][] = ["tmpfs", "ext4", "folder"];

function rankOf({ case: { name }, network, disk, keepAlive }: CaseResult): number {
  const place = NETWORKS.indexOf(network) * DISKS.length + DISKS.indexOf(disk);
  const variant = place * 2 + Number(!keepAlive);
  const rank = cases.findIndex((each) => each.name === name);
  return variant * (cases.length + 1) + (rank < 0 ? cases.length : rank);
}

/** @returns none where there is no file. @throws when it is not one of ours. */
export async function readResults(file: string): Promise<BenchResults> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return noResults;
  const found = parse(text);
  if (found === undefined) {
    throw new Error(`${file} does not hold results of this benchmark: move it away, or name another --json`);
  }
  return found;
}

function parse(text: string): BenchResults | undefined {
  try {
    const found = JSON.parse(text) as Partial<BenchResults> & { readonly format?: number };
    // A file of before there was upkeep has none.
    const { format, cases, lookups, upkeep = [] } = found;
    return format === FORMAT && cases && lookups ? { cases, lookups, upkeep } : undefined;
  } catch {
    return undefined;
  }
}

/** Raised when what the reports read of a result changes. */
const FORMAT = 1;

export async function writeResults(file: string, results: BenchResults): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify({ format: FORMAT, ...results }, undefined, 1)}\n`);
  await rename(`${file}.new`, file);
}
