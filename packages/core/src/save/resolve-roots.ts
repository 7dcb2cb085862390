// From path lines to the roots that exist on this machine: globs expanded, nested roots dropped, a root that is a
// symbolic link followed once, and none that holds an unfinished restore.

import { lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { markerPlace, readMarker } from "../lib/marker.ts";
import { NothingToSaveError, UnfinishedRestoreError } from "../model/errors.ts";
import {
  excluder,
  type Folders,
  type PathLine,
  type Root,
  resolvePattern,
  resolveRoot,
  rootOfMatch,
} from "../model/root.ts";

export interface LocalRoot extends Root {
  /** Absolute, with the root's own link resolved. */
  readonly absolute: string;
  /** Absolute, as the line has it: what `!` lines are compared with. */
  readonly written: string;
}

type ExpandGlob = (pattern: string, cwd: string) => Promise<string[]>;

/** @throws NothingToSaveError, UnfinishedRestoreError */
export async function resolveRoots(
  lines: readonly PathLine[],
  folders: Folders,
  expandGlob: ExpandGlob,
): Promise<LocalRoot[]> {
  const includes = lines.filter((line) => !line.exclude);
  const found: Root[] = [];
  for (const line of includes) {
    if (!line.isGlob) found.push({ anchor: line.anchor, path: line.path });
    else {
      const matches = await expandGlob(resolvePattern(line, folders), folders.workspace);
      found.push(...matches.sort().map((match) => rootOfMatch(match, line, folders)));
    }
  }
  const isExcluded = excluder(lines, folders);
  const located = found
    .flatMap((root) => locate(root, folders))
    .filter(({ written }) => !isExcluded(written));
  const roots = dropNested(located);
  if (roots.length === 0) {
    const spelled = includes.map((line) => resolveRoot(line, folders)).join(", ");
    throw new NothingToSaveError(
      `Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved: ${spelled}`,
      {
        hint: "check `path`: relative lines start at the workspace, `~` is the home folder",
      },
    );
  }
  for (const root of roots) refuseUnfinished(root);
  return roots;
}

function locate(root: Root, folders: Folders): LocalRoot[] {
  const path = resolveRoot(root, folders);
  try {
    const absolute = lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
    return [{ anchor: root.anchor, path: root.path, absolute, written: path }];
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** A root inside another one is saved with it, once. In the order of the lines. */
function dropNested(roots: readonly LocalRoot[]): LocalRoot[] {
  const byPath = new Map(roots.toReversed().map((root) => [root.absolute, root]));
  return roots.filter(
    (root) =>
      byPath.get(root.absolute) === root && !foldersAbove(root.absolute).some((folder) => byPath.has(folder)),
  );
}

/** Also a root below one with an unfinished restore, since its files belong to that; what is below, the walk finds. */
function refuseUnfinished(root: LocalRoot): void {
  const isFile = lstatSync(root.absolute).isFile();
  const places = [
    markerPlace(root.absolute, isFile),
    ...foldersAbove(root.absolute).map((folder) => markerPlace(folder, false)),
  ];
  const unfinished = places.find(readMarker);
  if (unfinished)
    throw unfinishedError(isFile && unfinished === places[0] ? root.absolute : unfinished.folder);
}

export function unfinishedError(root: string): UnfinishedRestoreError {
  return new UnfinishedRestoreError(root, {
    hint: "restore it once more, or delete it: a half-restored tree is never saved",
  });
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}
