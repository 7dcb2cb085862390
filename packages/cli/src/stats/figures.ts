// What the counters and the saves of a repository say: rates, times, bytes by day, and how they compare with the targets.
// Pure; the table, the document and the page show these. What is not known is null, never 0.

import {
  addCounters,
  type CounterRow,
  type Counters,
  dayOfTime,
  NO_COUNTERS,
  type Ref,
  type StorageReport,
  timeOfDay,
} from "@cairn/core";

const DAY_MS = 86_400_000;
const MOST_USED = 10;

/** What a cache is meant to do, and what of it counts. */
export const TARGETS = {
  hitRate: 0.6,
  timeSaved: { from: 0.5, to: 0.9 },
  storedBytes: 100e9,
  meanAgeDays: 7,
} as const;

/** Of steps: those of branches, or those of pull requests, or of one day. */
export interface Figures {
  readonly restores: number;
  readonly hits: number;
  readonly partialHits: number;
  readonly misses: number;
  /** Of the misses. */
  readonly failures: number;
  /** Hits and partial hits among the restores. */
  readonly hitRate: number | null;
  readonly restoredBytes: number;
  readonly downloadedBytes: number;
  /** Of the restored bytes: what was on the disk already. */
  readonly keptShare: number | null;
  readonly meanRestoreSeconds: number | null;
  readonly saves: number;
  readonly savedBytes: number;
  readonly uploadedBytes: number;
  /** Of the saved bytes: what the store held already. */
  readonly reusedShare: number | null;
  readonly meanSaveSeconds: number | null;
  /** Hits whose work is known, how long it takes without them, and with them. */
  readonly timedHits: number;
  readonly secondsWithout: number | null;
  readonly secondsWith: number | null;
  /** Over all of them. Below 0: the restores took longer than the work. */
  readonly secondsSaved: number;
  readonly timeSaved: number | null;
  readonly evictions: number;
  /** For each save. */
  readonly evictionRate: number | null;
}

export interface DayFigures extends Figures {
  readonly day: string;
}

export interface UsedSave {
  readonly key: string;
  readonly ref: string;
  readonly contentHash: string;
  readonly uses: number;
  readonly treeBytes: number;
  readonly ageDays: number;
}

export interface Target {
  readonly name: "hit rate" | "time saved by a hit" | "stored" | "mean age of a save";
  readonly value: number | null;
  /** Null: not known. */
  readonly isReached: boolean | null;
}

export interface RepositoryStats {
  readonly repository: string;
  readonly branches: Figures;
  readonly pullRequests: Figures;
  /** Of branches, every day of the range, oldest first. */
  readonly byDay: readonly DayFigures[];
  readonly saves: number;
  readonly storedBytes: number;
  readonly treeBytes: number;
  readonly meanAgeDays: number | null;
  readonly brokenSaves: number;
  readonly mostUsed: readonly UsedSave[];
  readonly targets: readonly Target[];
}

export interface Range {
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

export interface Stats extends Range {
  readonly repositories: readonly RepositoryStats[];
}

/** The last `days` days, today included. */
export function rangeOf(days: number, nowMs: number): Range {
  return { from: dayOfTime(nowMs - (days - 1) * DAY_MS), to: dayOfTime(nowMs), days };
}

export interface RepositoryFacts {
  readonly repository: string;
  readonly rows: readonly CounterRow[];
  /** Live ones. */
  readonly refs: readonly Ref[];
  readonly storage: StorageReport;
}

export function statsOf(facts: RepositoryFacts, range: Range, nowMs: number): RepositoryStats {
  const { repository, rows, refs, storage } = facts;
  const own = rows.filter(({ domain }) => domain === "trusted");
  const branches = figuresOf(sum(own));
  const meanAgeDays = mean(refs.map(({ createdAtMs }) => Math.max(0, nowMs - createdAtMs) / DAY_MS));
  const storedBytes = storage.bytes;
  return {
    repository,
    branches,
    pullRequests: figuresOf(sum(rows.filter(({ domain }) => domain === "pr"))),
    byDay: daysOf(range).map((day) => ({ day, ...figuresOf(sum(own.filter((row) => row.day === day))) })),
    saves: refs.length,
    storedBytes,
    treeBytes: refs.reduce((bytes, ref) => bytes + ref.treeBytes, 0),
    meanAgeDays,
    brokenSaves: storage.broken.length,
    mostUsed: mostUsedOf(refs, nowMs),
    targets: targetsOf({ ...branches, storedBytes, meanAgeDays, hasSaves: refs.length > 0 }),
  };
}

export function figuresOf(counters: Counters): Figures {
  const { hits, partialHits, misses, saves, timedHits, sparedMs, sparingMs, evictions } = counters;
  const found = hits + partialHits;
  return {
    restores: found + misses,
    ...{ hits, partialHits, misses, failures: counters.failures },
    hitRate: ratio(found, found + misses),
    restoredBytes: counters.restoredBytes,
    downloadedBytes: counters.downloadedBytes,
    keptShare: ratio(counters.keptBytes, counters.restoredBytes),
    meanRestoreSeconds: ratio(counters.restoreMs / 1000, found),
    saves,
    savedBytes: counters.savedBytes,
    uploadedBytes: counters.uploadedBytes,
    reusedShare: ratio(counters.reusedBytes, counters.savedBytes),
    meanSaveSeconds: ratio(counters.saveMs / 1000, saves),
    timedHits,
    secondsWithout: ratio(sparedMs / 1000, timedHits),
    secondsWith: ratio(sparingMs / 1000, timedHits),
    secondsSaved: (sparedMs - sparingMs) / 1000,
    timeSaved: ratio(sparedMs - sparingMs, sparedMs),
    evictions,
    evictionRate: ratio(evictions, saves),
  };
}

function targetsOf({
  hitRate,
  timeSaved,
  storedBytes,
  meanAgeDays,
  hasSaves,
}: Pick<Figures, "hitRate" | "timeSaved"> & {
  readonly storedBytes: number;
  readonly meanAgeDays: number | null;
  readonly hasSaves: boolean;
}): Target[] {
  const judged = (value: number | null, isGood: (value: number) => boolean) => ({
    value,
    isReached: value === null ? null : isGood(value),
  });
  return [
    { name: "hit rate", ...judged(hitRate, (rate) => rate > TARGETS.hitRate) },
    // More than the upper bound is no fault.
    { name: "time saved by a hit", ...judged(timeSaved, (share) => share >= TARGETS.timeSaved.from) },
    { name: "stored", ...judged(hasSaves ? storedBytes : null, (bytes) => bytes < TARGETS.storedBytes) },
    { name: "mean age of a save", ...judged(meanAgeDays, (days) => days < TARGETS.meanAgeDays) },
  ];
}

function mostUsedOf(refs: readonly Ref[], nowMs: number): UsedSave[] {
  return refs
    .filter(({ accessCount }) => accessCount > 0)
    .sort((a, b) => b.accessCount - a.accessCount || b.lastAccessedAtMs - a.lastAccessedAtMs)
    .slice(0, MOST_USED)
    .map(({ key, scope, contentHash, accessCount, treeBytes, createdAtMs }) => ({
      ...{ key, ref: scope.ref, contentHash, uses: accessCount, treeBytes },
      ageDays: Math.max(0, nowMs - createdAtMs) / DAY_MS,
    }));
}

export function daysOf({ from, days }: Range): string[] {
  const start = timeOfDay(from)!;
  return Array.from({ length: days }, (_, day) => dayOfTime(start + day * DAY_MS));
}

function sum(rows: readonly CounterRow[]): Counters {
  return rows.reduce((total, { counters }) => addCounters(total, counters), NO_COUNTERS);
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function mean(values: readonly number[]): number | null {
  return ratio(
    values.reduce((total, value) => total + value, 0),
    values.length,
  );
}
