// How figures, machines and tables are written. Pure.

import type { Circumstances } from "./circumstances.ts";
import type { Machine } from "./machine.ts";
import type { CaseResult } from "./results.ts";
import type { Spread } from "./statistics.ts";

/** Median, and the range it was found in. */
export function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

export function machineText({ cores, cpu, memoryBytes, system, node }: Machine): string {
  return `${cores} cores of ${cpu}, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}, Node ${node}`;
}

/** When, and of what. */
export function sourceText({ measuredAt, commit }: Circumstances): string {
  return commit === undefined ? measuredAt.slice(0, 10) : `${measuredAt.slice(0, 10)}, ${commit}`;
}

export const dateOf = ({ measuredAt }: Circumstances): string => measuredAt;

const disks = {
  tmpfs: "on a tmpfs",
  ext4: "on a fresh ext4 for each run",
  folder: "in a folder of a disk",
} as const;

type Place = Pick<CaseResult, "disk" | "network" | "link" | "keepAlive">;

/** For a heading. */
export function wireText({ disk, network, keepAlive }: Place): string {
  const wire = network === "loopback" ? "over loopback" : "over a shaped network";
  return `${disks[disk]}, ${wire}${keepAlive ? "" : ", a connection for each request"}`;
}

/** With what the network was found to give. */
export function placeText(place: Place): string {
  return place.link === undefined ? wireText(place) : `${wireText(place)} (${place.link})`;
}

/** @param figures columns that are aligned to the right. */
export function markdownTable(
  [head, ...rows]: readonly (readonly string[])[],
  figures: readonly number[],
): string {
  const rule = head!.map((_, i) => (figures.includes(i) ? "---:" : "---"));
  return [head!, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
