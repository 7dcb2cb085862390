// Counters: what the steps of a repository came to on one day (UTC). Rows of pull requests are apart from those of
// branches, in place and in number: whoever can write the former can't move the latter. Pure.

import type { Domain } from "./ref.ts";

/** Each counter of a row, in the order of the docs. Whole numbers, and sums of what the steps say. */
export const COUNTERS = [
  /** Restores that found the key itself, a key that it or a restore-key is a prefix of, or nothing. */
  "hits",
  "partialHits",
  "misses",
  /** Of the misses: restores that failed. */
  "failures",
  "restoredBytes",
  "downloadedBytes",
  /** File bytes that the disk held already. */
  "keptBytes",
  "restoreMs",
  /** Of hits whose build time is known: how many, how long the work took when it was done, and the restore instead of it. */
  "timedHits",
  "sparedMs",
  "sparingMs",
  "saves",
  /** File bytes of what was saved. */
  "savedBytes",
  "uploadedBytes",
  /** Of the saved bytes: those that the store held already. */
  "reusedBytes",
  "saveMs",
  /** How long the work took whose result was saved, where the job told. */
  "builtMs",
  /** Saves that a prune took away before their time, or the limit of a store on one machine. */
  "evictions",
] as const;

export type CounterName = (typeof COUNTERS)[number];
export type Counters = Readonly<Record<CounterName, number>>;

export interface CounterRow {
  readonly repository: string;
  /** `2026-11-27`, UTC. */
  readonly day: string;
  readonly domain: Domain;
  readonly counters: Counters;
}

/** Which rows. */
export interface CounterFilter {
  /** Undefined: every one. */
  readonly repository?: string | undefined;
  /** The first and the last day, both included. */
  readonly from: string;
  readonly to: string;
}

/** How long a row is kept: a year can be compared with the one before it in part. */
export const COUNTERS_KEPT_DAYS = 400;
const DAY_MS = 86_400_000;

/** More than any repository comes to in a day; so no sum of a year leaves the whole numbers. */
const LIMITS = { count: 10_000_000, bytes: 10 ** 15, ms: 10 ** 12 } as const;

export const NO_COUNTERS: Counters = countersOf({});

/** The given ones, the others 0. */
export function countersOf(given: Partial<Counters>): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, given[name] ?? 0])) as Counters;
}

export function addCounters(a: Counters, b: Counters): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, a[name] + b[name]])) as Counters;
}

/**
 * What may be believed of a row that others can write: whole numbers, none negative, none larger than a day can have.
 * @param value of each counter, from wherever; what is no number is 0.
 */
export function clampCounters(value: Readonly<Record<string, unknown>>): Counters {
  return Object.fromEntries(
    COUNTERS.map((name) => {
      const number = value[name];
      const isNumber = typeof number === "number" && Number.isFinite(number);
      return [name, isNumber ? Math.round(Math.min(Math.max(number, 0), limitOf(name))) : 0];
    }),
  ) as Counters;
}

function limitOf(name: CounterName): number {
  if (name.endsWith("Bytes")) return LIMITS.bytes;
  return name.endsWith("Ms") ? LIMITS.ms : LIMITS.count;
}

export function dayOfTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** @returns undefined for a text that names no day. */
export function timeOfDay(day: string): number | undefined {
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(timeMs) || dayOfTime(timeMs) !== day ? undefined : timeMs;
}

/** When the row of a day has been kept long enough. */
export function countersEndMs(day: string): number {
  return (timeOfDay(day) ?? 0) + (COUNTERS_KEPT_DAYS + 1) * DAY_MS;
}

/** The first day whose row is still kept. */
export function firstDayKept(nowMs: number): string {
  return dayOfTime(nowMs - COUNTERS_KEPT_DAYS * DAY_MS);
}

export function fitsCounters(
  { repository, day }: Pick<CounterRow, "repository" | "day">,
  filter: CounterFilter,
): boolean {
  const isRepository = filter.repository === undefined || repository === filter.repository;
  return isRepository && filter.from <= day && day <= filter.to;
}
