// What stands below a root before a restore: the plan is made from it, and undoing puts it back.

import { dirname } from "node:path";
import { type WalkedEntry, walk } from "../lib/walk.ts";
import type { Target } from "./targets.ts";

/** Paths are relative to the root. */
export interface Survey {
  readonly entries: ReadonlyMap<string, WalkedEntry>;
  /** Sockets, FIFOs and devices, and folders that may not be listed: never kept where the artifact wants something. */
  readonly unknown: ReadonlySet<string>;
  /** What the step's own `!` lines leave out, and the folders that lead to it: never touched, never removed. */
  readonly excluded: ReadonlySet<string>;
  readonly holdsExcluded: ReadonlySet<string>;
}

/** Whether there is nothing at all: then there is nothing to compare with, to keep, or to leave alone. */
export function isEmptySurvey({ entries, unknown, excluded }: Survey): boolean {
  return entries.size === 0 && unknown.size === 0 && excluded.size === 0;
}

export function takeSurvey(target: Target, isExcluded: (absolutePath: string) => boolean): Survey {
  const entries = new Map<string, WalkedEntry>();
  const unknown = new Set<string>();
  const excluded = new Set<string>();
  const relative = (absolute: string): string => absolute.slice(target.root.length + 1);
  if (target.found !== "nothing") {
    const walked = walk(target.root, {
      isExcluded(absolute) {
        const isLeftOut = isExcluded(target.written + absolute.slice(target.root.length));
        if (isLeftOut) excluded.add(relative(absolute));
        return isLeftOut;
      },
      onLeftOut: (absolute) => void unknown.add(relative(absolute)),
    });
    for (const entry of walked) entries.set(entry.path, entry);
  }
  return { entries, unknown, excluded, holdsExcluded: new Set([...excluded].flatMap(foldersOf)) };
}

function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}
