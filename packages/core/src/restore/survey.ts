// What stands below a root before a restore: the plan is made from it, and undoing puts it back.

import { dirname } from "node:path";
import { type SealedTree, walkTree } from "../lib/sealed-walk.ts";
import { createTrust, type Stamp } from "../lib/stamp.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import { compareWalkOrder, partitionPoint } from "../model/walk-order.ts";
import type { Target } from "./targets.ts";

/** Paths are relative to the root. */
export interface Survey {
  /** In the order of the walk. */
  readonly walked: readonly WalkedEntry[];
  /** For each of them: 1 when it is a file that has not changed since its stamp. */
  readonly unchanged: Uint8Array;
  /** Sockets, FIFOs and devices, and folders that may not be listed: never kept where the artifact wants something. */
  readonly unknown: ReadonlySet<string>;
  /** What the step's own `!` lines leave out, and the folders that lead to it: never touched, never removed. */
  readonly excluded: ReadonlySet<string>;
  readonly holdsExcluded: ReadonlySet<string>;
}

/** Whether there is nothing at all: then there is nothing to compare with, to keep, or to leave alone. */
export function isEmptySurvey({ walked, unknown, excluded }: Survey): boolean {
  return walked.length === 0 && unknown.size === 0 && excluded.size === 0;
}

export interface SurveyOptions {
  readonly isExcluded: (absolutePath: string) => boolean;
  /** Of this root. */
  readonly stamp: Stamp | undefined;
  readonly sealed: SealedTree | undefined;
  readonly nowMs: number;
}

export function takeSurvey(target: Target, { isExcluded, stamp, sealed, nowMs }: SurveyOptions): Survey {
  const walked: WalkedEntry[] = [];
  const unknown = new Set<string>();
  const excluded = new Set<string>();
  const relative = (absolute: string): string => absolute.slice(target.root.length + 1);
  if (target.found !== "nothing") {
    const entries = walkTree(target.root, sealed, {
      isExcluded(absolute) {
        const isLeftOut = isExcluded(target.written + absolute.slice(target.root.length));
        if (isLeftOut) excluded.add(relative(absolute));
        return isLeftOut;
      },
      onLeftOut: (absolute) => void unknown.add(relative(absolute)),
    });
    for (const entry of entries) walked.push(entry);
  }
  const isUnchanged = stamp ? createTrust(stamp, nowMs) : () => false;
  const unchanged = Uint8Array.from(walked, (entry) => (isUnchanged(entry) ? 1 : 0));
  return { walked, unchanged, unknown, excluded, holdsExcluded: new Set([...excluded].flatMap(foldersOf)) };
}

/** What stands at a path below the root. */
export function findWalked({ walked }: Survey, path: string): WalkedEntry | undefined {
  const at = partitionPoint(walked.length, (i) => compareWalkOrder(walked[i]!.path, path) < 0);
  return walked[at]?.path === path ? walked[at] : undefined;
}

function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}
