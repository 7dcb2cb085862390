// How the figures of `cairn stats` are spelled, in the table and on the page.

import { counted, formatBytes, formatCount, formatDuration } from "../text.ts";
import { type Figures, TARGETS, type Target } from "./figures.ts";

/** For what is not known. */
export const UNKNOWN = "-";

export function percent(share: number | null): string {
  return share === null ? UNKNOWN : `${(100 * share).toFixed(1)} %`;
}

export function days(count: number | null): string {
  return count === null ? UNKNOWN : `${count.toFixed(1)} d`;
}

export function seconds(value: number | null): string {
  if (value === null) return UNKNOWN;
  const minutes = Math.round(Math.abs(value) / 60);
  const text =
    minutes < 60
      ? formatDuration(Math.abs(value) * 1000)
      : `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
  return `${value < 0 ? "-" : ""}${text}`;
}

export interface Row {
  readonly name: string;
  readonly of: (figures: Figures) => string;
}

/** The figures of steps, in order. */
export const FIGURE_ROWS: readonly Row[] = [
  { name: "restores", of: ({ restores }) => formatCount(restores) },
  { name: "  hits", of: ({ hits }) => formatCount(hits) },
  { name: "  partial hits", of: ({ partialHits }) => formatCount(partialHits) },
  { name: "  misses", of: ({ misses }) => formatCount(misses) },
  { name: "  of these failed", of: ({ failures }) => formatCount(failures) },
  { name: "hit rate", of: ({ hitRate }) => percent(hitRate) },
  { name: "restored", of: ({ restoredBytes }) => formatBytes(restoredBytes) },
  { name: "  downloaded", of: ({ downloadedBytes }) => formatBytes(downloadedBytes) },
  { name: "  was on disk", of: ({ keptShare }) => percent(keptShare) },
  { name: "a restore takes", of: ({ meanRestoreSeconds }) => seconds(meanRestoreSeconds) },
  { name: "saves", of: ({ saves }) => formatCount(saves) },
  { name: "  uploaded", of: ({ uploadedBytes }) => formatBytes(uploadedBytes) },
  { name: "  was stored", of: ({ reusedShare }) => percent(reusedShare) },
  { name: "a save takes", of: ({ meanSaveSeconds }) => seconds(meanSaveSeconds) },
  { name: "work, without a hit", of: ({ secondsWithout }) => seconds(secondsWithout) },
  { name: "work, with a hit", of: ({ secondsWith }) => seconds(secondsWith) },
  {
    name: "work saved",
    of: ({ secondsSaved, timedHits }) => (timedHits > 0 ? seconds(secondsSaved) : UNKNOWN),
  },
  {
    name: "evicted",
    of: ({ evictions, evictionRate }) => `${formatCount(evictions)} (${percent(evictionRate)})`,
  },
];

const WANTED: Readonly<
  Record<Target["name"], { readonly text: string; readonly of: (value: number) => string }>
> = {
  "hit rate": { text: `above ${100 * TARGETS.hitRate} %`, of: percent },
  "time saved by a hit": {
    text: `${100 * TARGETS.timeSaved.from} to ${100 * TARGETS.timeSaved.to} %`,
    of: percent,
  },
  stored: { text: `below ${formatBytes(TARGETS.storedBytes)}`, of: formatBytes },
  "mean age of a save": { text: `below ${TARGETS.meanAgeDays} d`, of: days },
};

export interface DescribedTarget {
  readonly name: string;
  readonly value: string;
  readonly wanted: string;
  readonly verdict: "reached" | "not reached" | "not known";
}

export function describeTarget({ name, value, isReached }: Target): DescribedTarget {
  const wanted = WANTED[name];
  const verdict = isReached === null ? "not known" : isReached ? "reached" : "not reached";
  return { name, value: value === null ? UNKNOWN : wanted.of(value), wanted: wanted.text, verdict };
}

export function describeSaves(saves: number): string {
  return counted(saves, "save");
}
