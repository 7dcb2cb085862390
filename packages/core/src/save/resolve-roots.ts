// From path lines to the roots that exist on this machine: globs expanded, nested roots dropped, a root that is a
// symbolic link followed once, and none that holds an unfinished restore.

import { lstatSync, realpathSync } from "node:fs";
import { markerPlace, readMarker } from "../lib/marker.ts";
import { NothingToSaveError, UnfinishedRestoreError } from "../model/errors.ts";
import {
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
  const roots = dropNested(found.flatMap((root) => locate(root, folders)));
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
    return [{ anchor: root.anchor, path: root.path, absolute }];
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** A root inside another one is saved with it, once. */
function dropNested(roots: readonly LocalRoot[]): LocalRoot[] {
  return roots.filter((root, i) =>
    roots.every((other, j) => {
      if (i === j) return true;
      if (other.absolute === root.absolute) return i < j;
      return !root.absolute.startsWith(other.absolute === "/" ? "/" : `${other.absolute}/`);
    }),
  );
}

function refuseUnfinished(root: LocalRoot): void {
  const isFile = lstatSync(root.absolute).isFile();
  if (readMarker(markerPlace(root.absolute, isFile))) {
    throw new UnfinishedRestoreError(root.absolute, {
      hint: `restore it once more, or delete ${isFile ? "the file and its marker" : "the folder"}: a half-restored tree is never saved`,
    });
  }
}
