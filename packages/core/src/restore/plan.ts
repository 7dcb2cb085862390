// plan: what a restore has to do, from the artifact and from what the disk holds. Pure: no I/O, no clock. It refuses an
// unsafe path before anything is downloaded, and keeps whatever is there already.
//
// What is to be done with each file stands in a column beside those of its segment: objects would cost a tree of a million
// files more memory than its restore may take.

import { isSameTime } from "../lib/times.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { ModifiedAt } from "../model/entry.ts";
import { UnsafePathError } from "../model/errors.ts";
import { createPathCheck, type PathRules } from "../model/safe-path.ts";
import { Kind, type LinkTarget, type Segment } from "../model/segment.ts";
import { compareWalkOrder } from "../model/walk-order.ts";
import { Action } from "../workers/restore-tasks.ts";
import type { IsKnown } from "./known-content.ts";
import { type PlannedChunk, planChunks } from "./plan-chunks.ts";
import { findWalked, isEmptySurvey, type Survey } from "./survey.ts";

export interface PlannedSegment {
  readonly segment: Segment;
  /** An Action for each entry that is a file. */
  readonly actions: Uint8Array;
}

export interface PlannedDirectory extends ModifiedAt {
  /** Index into the artifact's roots. */
  readonly root: number;
  readonly path: string;
  /** Below the root; "" is the root itself. */
  readonly relative: string;
  readonly mode: number;
  /** What is there already. */
  readonly found: WalkedEntry | undefined;
}

export interface PlannedLink {
  /** Index into the artifact's roots. */
  readonly root: number;
  readonly path: string;
  readonly kind: "symlink" | "hardlink";
  /** Text of a symbolic link; absolute path of the file that a hard link is another name of. */
  readonly target: string;
  readonly exists: boolean;
  /** Whether it is another name of its target already. */
  readonly isLinked: boolean;
  /** Of a symbolic link; another name has the times of its file. */
  readonly times: ModifiedAt | undefined;
}

export interface Plan {
  /** Absolute path of each of the artifact's roots that has entries. */
  readonly roots: ReadonlyMap<number, string>;
  readonly segments: readonly PlannedSegment[];
  /** Parents before children. */
  readonly directories: readonly PlannedDirectory[];
  readonly links: readonly PlannedLink[];
  /** By the order in which the packs are first used, and by place in the pack. */
  readonly chunks: readonly PlannedChunk[];
  /** Where something else stands than the artifact wants: it is moved away before anything is made. */
  readonly inTheWay: readonly string[];
  /** What the artifact does not hold: topmost paths. */
  readonly extras: readonly string[];
  /** Entries whose setuid, setgid or sticky bit is not restored. */
  readonly maskedModes: number;
  readonly fileCount: number;
  readonly treeBytes: number;
}

export interface PlanInput extends PathRules {
  readonly segments: readonly Segment[];
  /** For each root that has entries: its absolute path and what is there. */
  readonly targets: ReadonlyMap<number, PlanTarget>;
  /**
   * Whether what was walked at the path of entry i of segment s, and has not changed since the root was stamped, is known
   * to have the bytes of the entry.
   */
  readonly isKnown: IsKnown;
}

interface PlanTarget {
  readonly root: string;
  readonly survey: Survey;
}

export const PERMISSION_BITS = 0o777;

/** @throws UnsafePathError */
export function plan(input: PlanInput): Plan {
  const check = createPathCheck(input);
  const planned: PlannedSegment[] = [];
  const directories: PlannedDirectory[] = [];
  const links: PlannedLink[] = [];
  const inTheWay: string[] = [];
  const linkCounts = countLinks(input.segments);
  const isEmpty = [...input.targets.values()].every(({ survey }) => isEmptySurvey(survey));
  let maskedModes = 0;
  let fileCount = 0;
  let treeBytes = 0;

  const cursors = new Map([...input.targets].map(([index, { survey }]) => [index, createCursor(survey)]));
  for (const [s, segment] of input.segments.entries()) {
    check(segment);
    const actions = new Uint8Array(segment.entryCount);
    planned.push({ segment, actions });
    for (let i = 0; i < segment.entryCount; i++) {
      const root = segment.roots[i]!;
      const relative = segment.paths[i]!;
      const target = input.targets.get(root)!;
      const at = isEmpty ? NOTHING : cursors.get(root)!.moveTo(relative);
      const found = isEmpty ? undefined : findOrClear(target, at, relative, inTheWay);
      const mode = segment.modes[i]! & PERMISSION_BITS;
      if (mode !== segment.modes[i]) maskedModes++;
      switch (segment.kinds[i]) {
        case Kind.directory: {
          const path = absolutePath(target.root, relative);
          const isFolder = found?.kind === "directory";
          if (found && !isFolder) inTheWay.push(path);
          directories.push({
            root,
            path,
            relative,
            mode,
            ...timesOf(segment, i),
            found: isFolder ? found : undefined,
          });
          break;
        }
        case Kind.file:
          fileCount++;
          treeBytes += segment.sizes[i]!;
          actions[i] = Action.create;
          if (found?.kind === "directory") inTheWay.push(absolutePath(target.root, relative));
          else if (found && !mayBeRight(found, segment, i, linkCounts)) actions[i] = Action.replace;
          else if (found) {
            const isKnown = target.survey.unchanged[at] === 1 && input.isKnown(s, i, found);
            if (isRight(found, segment, i)) actions[i] = isKnown ? Action.keep : Action.compare;
            // A root that is a file has no folder of its own that tells how it was.
            else if (relative === "") actions[i] = Action.replace;
            else if (!isKnown) actions[i] = Action.compareStale;
            else actions[i] = found.mode === mode ? Action.retime : Action.remode;
          }
          break;
        case Kind.symlink: {
          const { path: text } = segment.targets.get(i)!;
          const times = timesOf(segment, i);
          if (found?.kind === "symlink" && found.target === text && isSameTime(found, times)) break;
          const path = absolutePath(target.root, relative);
          if (found?.kind === "directory") inTheWay.push(path);
          const exists = found !== undefined && found.kind !== "directory";
          links.push({ root, path, kind: "symlink", target: text, exists, isLinked: false, times });
          break;
        }
        case Kind.hardlink: {
          const path = absolutePath(target.root, relative);
          if (found?.kind === "directory") inTheWay.push(path);
          const { root: firstRoot, path: first } = segment.targets.get(i)!;
          const ofFirst = input.targets.get(firstRoot)!;
          const exists = found !== undefined && found.kind !== "directory";
          const isLinked =
            found?.inode !== undefined && found.inode === findWalked(ofFirst.survey, first)?.inode;
          const firstPath = absolutePath(ofFirst.root, first);
          links.push({ root, path, kind: "hardlink", target: firstPath, exists, isLinked, times: undefined });
          break;
        }
      }
    }
  }
  const cleared = new Set(inTheWay);
  const extras = [...input.targets].flatMap(([index, { root, survey }]) =>
    topmostExtras(root, survey, cursors.get(index)!.named, cleared),
  );
  return {
    roots: new Map([...input.targets].map(([index, { root }]) => [index, root])),
    segments: planned,
    directories,
    links,
    chunks: planChunks(input.segments),
    inTheWay,
    extras,
    maskedModes,
    fileCount,
    treeBytes,
  };
}

const NOTHING = -1;

/** Goes along what was walked while the entries of the artifact go by: both stand in the order of a walk. */
function createCursor({ walked }: Survey) {
  /** Which of what was walked the artifact has an entry for. */
  const named = new Uint8Array(walked.length);
  let next = 0;
  return {
    named,
    /** @returns where the path stands among what was walked, or NOTHING. */
    moveTo(path: string): number {
      while (next < walked.length && walked[next]!.path !== path) {
        if (compareWalkOrder(walked[next]!.path, path) > 0) return NOTHING;
        next++;
      }
      if (next === walked.length) return NOTHING;
      named[next] = 1;
      return next++;
    },
  };
}

/** What stands at the place of an entry; what can't be told is cleared away and counts as nothing. */
function findOrClear(
  { root, survey: { walked, unknown, excluded } }: PlanTarget,
  at: number,
  path: string,
  inTheWay: string[],
): WalkedEntry | undefined {
  if (excluded.has(path)) throw new UnsafePathError(path, "a `!` line of this step leaves it out");
  if (!unknown.has(path)) return walked[at];
  inTheWay.push(absolutePath(root, path));
  return undefined;
}

/** Same size, and no link to it from outside the artifact: writing to that would change this file, and the other way round. */
function mayBeRight(
  found: WalkedEntry,
  segment: Segment,
  i: number,
  linkCounts: ReadonlyMap<string, number>,
): boolean {
  const links =
    linkCounts.size === 0
      ? 1
      : (linkCounts.get(nameOf({ root: segment.roots[i]!, path: segment.paths[i]! })) ?? 1);
  return found.kind === "file" && found.size === segment.sizes[i] && found.links === links;
}

function isRight(found: WalkedEntry, segment: Segment, i: number): boolean {
  return found.mode === (segment.modes[i]! & PERMISSION_BITS) && isSameTime(found, timesOf(segment, i));
}

/** How many names each file with hard links has in the artifact. */
function countLinks(segments: readonly Segment[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kinds, targets } of segments) {
    for (const [i, target] of targets) {
      if (kinds[i] !== Kind.hardlink) continue;
      const name = nameOf(target);
      counts.set(name, (counts.get(name) ?? 1) + 1);
    }
  }
  return counts;
}

/** @param cleared what is moved away in any case, with all that is below it. */
function topmostExtras(
  root: string,
  { walked, holdsExcluded }: Survey,
  named: Uint8Array,
  cleared: ReadonlySet<string>,
): string[] {
  const extras: string[] = [];
  let below: string | undefined;
  for (const [i, { path }] of walked.entries()) {
    if (named[i] === 1 && cleared.size === 0) continue;
    if (below !== undefined && path.startsWith(`${below}/`)) continue;
    const absolute = absolutePath(root, path);
    if (cleared.has(absolute)) below = path;
    else if (named[i] === 0 && path !== "" && !holdsExcluded.has(path)) {
      below = path;
      extras.push(absolute);
    }
  }
  return extras;
}

export function absolutePath(root: string, path: string): string {
  return path === "" ? root : `${root}/${path}`;
}

export function pathOf({ roots }: Pick<Plan, "roots">, segment: Segment, i: number): string {
  return absolutePath(roots.get(segment.roots[i]!)!, segment.paths[i]!);
}

/** Calls `visit` for each file of the artifact, in its order. */
export function forEachFile(
  { segments }: Pick<Plan, "segments">,
  visit: (planned: PlannedSegment, i: number) => void,
): void {
  for (const planned of segments) {
    const { kinds, entryCount } = planned.segment;
    for (let i = 0; i < entryCount; i++) if (kinds[i] === Kind.file) visit(planned, i);
  }
}

export function timesOf({ mtimeSeconds, mtimeNanos }: Segment, i: number): ModifiedAt {
  return { mtimeSeconds: mtimeSeconds[i]!, mtimeNanos: mtimeNanos[i]! };
}

function nameOf({ root, path }: LinkTarget): string {
  return `${root}/${path}`;
}
