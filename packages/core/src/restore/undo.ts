// A restore that fails leaves the tree as it was. Before the first change a root gets a marker and the list of what
// will be created; what is in the way is renamed into `.cairn-undo-<id>/moved`, under its own relative path. Undoing
// removes what was created and renames back: by the same process, or by the next restore after a crash.

import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import {
  isMarkerAlive,
  type MarkerPlace,
  readMarker,
  removeMarker,
  UNDO_FOLDER_PREFIX,
  undoFolder,
  writeMarker,
} from "../lib/marker.ts";
import { LocalFileError } from "../model/errors.ts";
import type { Target } from "./targets.ts";

export interface Undo {
  /** Roots with their undo folders, innermost first: where the workers move away what they replace. */
  readonly folders: readonly { readonly root: string; readonly folder: string }[];
  rollBack(): void;
  /** Drops what was moved away. The tree stands: nothing can be undone afterwards. */
  finish(): void;
}

/**
 * @param created relative to each target's place, parents before children: what will be made where nothing is. What is
 * replaced needs no list: moving back overwrites it.
 */
export function beginUndo(targets: readonly Target[], created: (target: Target) => readonly string[]): Undo {
  const id = randomBytes(8).toString("hex");
  const begun: { target: Target; rootCreated: boolean; madeParents: string | undefined }[] = [];
  const rollBack = (): void => {
    for (const { target, rootCreated, madeParents } of begun.toReversed()) {
      undoPlace(target.place, id, rootCreated);
      if (madeParents !== undefined) removeEmptyFolders(target.place.folder, madeParents);
    }
  };
  try {
    for (const target of targets) {
      const rootCreated = !target.isFile && target.found === "nothing";
      const madeParents = mkdirSync(target.place.folder, { recursive: true });
      begun.push({ target, rootCreated, madeParents });
      writeMarker(target.place, { id, rootCreated });
      if (rootCreated) continue;
      const folder = undoFolder(target.place, id);
      mkdirSync(join(folder, "moved"), { recursive: true });
      writeFileSync(join(folder, listName(target.place)), created(target).join("\0"));
    }
  } catch (error) {
    rollBack();
    throw error;
  }
  const folders = targets
    .map(({ place }) => ({ root: place.folder, folder: undoFolder(place, id) }))
    .sort((a, b) => b.root.length - a.root.length);
  return {
    folders,
    rollBack,
    finish() {
      for (const { target } of begun) {
        // From here on the new tree counts: an undo folder without a marker is only in the way.
        removeMarker(target.place);
        rmSync(undoFolder(target.place, id), { recursive: true, force: true });
      }
    },
  };
}

/**
 * Undoes what a crashed restore left.
 * @returns whether there was something.
 * @throws LocalFileError when the restore still runs.
 */
export function recover(place: MarkerPlace): boolean {
  const marker = readMarker(place);
  if (!marker) {
    dropUndoFolders(place);
    return false;
  }
  if (isMarkerAlive(marker)) {
    throw new LocalFileError(`another restore into ${place.folder} is running (process ${marker.pid})`, {
      hint:
        "two jobs must not share a workspace at the same time; if that process is none of Cairn's, delete the marker " +
        place.file,
    });
  }
  undoPlace(place, marker.id, marker.rootCreated);
  return true;
}

/** Left by a restore that was killed after it had finished. */
function dropUndoFolders({ folder }: MarkerPlace): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(UNDO_FOLDER_PREFIX)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function undoPlace(place: MarkerPlace, id: string, rootCreated: boolean): void {
  if (rootCreated) {
    rmSync(place.folder, { recursive: true, force: true });
    return;
  }
  const folder = undoFolder(place, id);
  if (existsSync(folder)) {
    for (const name of readdirSync(folder))
      if (name.startsWith(LIST_PREFIX)) removeCreated(place, join(folder, name));
    if (existsSync(join(folder, "moved"))) moveBack(join(folder, "moved"), place.folder);
    rmSync(folder, { recursive: true, force: true });
  }
  removeMarker(place);
}

/** Two files that are roots in one folder have one undo folder, and a list each. */
function listName(place: MarkerPlace): string {
  return `${LIST_PREFIX}${place.file.slice(place.folder.length + 1)}`;
}

const LIST_PREFIX = "created";

function removeCreated(place: MarkerPlace, list: string): void {
  if (!existsSync(list)) return;
  for (const path of readFileSync(list, "utf8").split("\0").reverse()) {
    if (path === "") continue;
    const absolute = join(place.folder, path);
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats?.isDirectory()) removeIfEmpty(absolute);
    else if (stats) rmSync(absolute, { force: true });
  }
}

/** What was moved as a whole goes back as a whole; folders that only lead to it are entered. */
function moveBack(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    const target = join(to, name);
    const there = lstatSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory() && lstatSync(source).isDirectory()) moveBack(source, target);
    else {
      if (there) rmSync(target, { recursive: true, force: true });
      renameSync(source, target);
    }
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something else came into it meanwhile: it stays.
  }
}

function removeEmptyFolders(from: string, to: string): void {
  for (let folder = from; folder.startsWith(to); folder = dirname(folder)) removeIfEmpty(folder);
}
