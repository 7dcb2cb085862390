// A restore that fails leaves the tree as it was. Before the first change a root gets a marker and two lists: what will
// be made where nothing was, and which modes and times its folders had, and those files of which only these change. What is in the way is renamed into `.cairn-undo-<id>/moved`,
// under its own relative path. Undoing removes what was made, renames back and resets modes and times: by the same process,
// or by the next restore after a crash. Removing the marker is what makes the new tree stand.

import { randomBytes } from "node:crypto";
import {
  chmodSync,
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
  isOwnState,
  type Marker,
  type MarkerPlace,
  markersIn,
  readMarker,
  removeMarker,
  UNDO_FOLDER_PREFIX,
  undoFolder,
  writeMarker,
} from "../lib/marker.ts";
import { makeWritable, removeTree } from "../lib/move-away.ts";
import { setTimes } from "../lib/times.ts";
import { describeStats } from "../lib/walk.ts";
import { LocalFileError } from "../model/errors.ts";
import type { Target } from "./targets.ts";

type UndoneMarker = Pick<Marker, "id" | "rootCreated" | "own">;

/** A folder that was there before, or a file whose mode and times are corrected in place. */
export interface PathState {
  /** Relative to the target's place. */
  readonly path: string;
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanos: number;
}

/** What undoing has to know of a target; paths relative to its place, parents before children. */
export interface UndoLists {
  /** What will be made where nothing is. What replaces something is found by what was moved away. */
  readonly created: () => readonly string[];
  /** Folders and files whose mode or times may change; the place itself left out. */
  readonly states: readonly PathState[];
}

export interface Undo {
  /** Roots with their undo folders, innermost first: where the workers move away what they replace. */
  readonly folders: readonly { readonly root: string; readonly folder: string }[];
  rollBack(): void;
  /** The tree stands from here on: removes the markers, then drops what was moved away. */
  finish(): void;
}

/** @param isMarked whether anything is made or moved; else only folders change. */
export function beginUndo<T extends Target>(
  targets: readonly T[],
  isMarked: boolean,
  listsOf: (target: T) => UndoLists,
): Undo {
  const id = randomBytes(8).toString("hex");
  const begun: { target: Target; rootCreated: boolean; states: readonly PathState[]; above: Above }[] = [];
  const rollBack = (): void => {
    for (const { target, rootCreated, states, above } of begun.toReversed()) {
      if (isMarked) undoPlace(target.place, { id, rootCreated });
      if (states.length === 0) removeEmptyFolders(target.place.folder, above.folder);
      resetStates(target.place.folder, states);
      resetStates(above.folder, above.states);
    }
  };
  try {
    for (const target of targets) {
      const { place } = target;
      const rootCreated = !target.isFile && target.found === "nothing";
      const { created, states: inner } = listsOf(target);
      const before = stateOf(place.folder);
      const states = [...before, ...inner];
      begun.push({ target, rootCreated, states, above: findAbove(place.folder) });
      if (!isMarked) continue;
      mkdirSync(place.folder, { recursive: true });
      makeWritable(place.folder);
      const [own] = before;
      writeMarker(place, { id, rootCreated, own });
      if (rootCreated) continue;
      const folder = undoFolder(place, id);
      mkdirSync(join(folder, "moved"), { recursive: true });
      writeFileSync(join(folder, listName(CREATED, place)), created().join("\0"));
      writeFileSync(join(folder, listName(STATES, place)), inner.map(spell).join("\0"));
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
      if (!isMarked) return;
      for (const { target } of begun) removeMarker(target.place);
      for (const { target } of begun) dropFolder(undoFolder(target.place, id));
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
  if (marker && isMarkerAlive(marker)) {
    throw new LocalFileError(`another restore into ${place.folder} is running (process ${marker.pid})`, {
      hint:
        "two jobs must not share a workspace at the same time; if that process is none of Cairn's, delete the marker " +
        place.file,
    });
  }
  if (marker) undoPlace(place, marker);
  dropLeftovers(place);
  return marker !== undefined;
}

function undoPlace(place: MarkerPlace, { id, rootCreated, own }: UndoneMarker): void {
  if (rootCreated) {
    removeTree(place.folder);
    return;
  }
  const folder = undoFolder(place, id);
  const states: PathState[] = own ? [{ ...own, path: "" }] : [];
  // Folders themselves: through a link that lies there, others' files would be moved into the root.
  if (isFolder(folder)) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const list = (): string[] => readFileSync(join(folder, entry.name), "utf8").split("\0");
      if (entry.name.startsWith(CREATED)) removeCreated(place, list().filter(leadsDown));
      if (entry.name.startsWith(STATES)) states.push(...list().flatMap(readState));
    }
    const moved = join(folder, "moved");
    if (isFolder(moved)) moveBack(moved, place.folder);
    dropFolder(folder);
  }
  removeMarker(place);
  resetStates(place.folder, states);
}

/** Two files that are roots in one folder have one undo folder, and lists each. */
function listName(kind: string, place: MarkerPlace): string {
  return `${kind}${place.file.slice(place.folder.length + 1)}`;
}

const CREATED = "created";
const STATES = "states";

function removeCreated(place: MarkerPlace, paths: readonly string[]): void {
  const isOwnFolder = createFolderCheck(place.folder);
  // Not begun perhaps: then a parent may still be a link that leads elsewhere.
  for (const path of paths.filter((path) => isOwnFolder(dirname(path))).reverse()) {
    const absolute = join(place.folder, path);
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats?.isDirectory()) removeIfEmpty(absolute);
    else if (stats) inWritableFolder(absolute, () => rmSync(absolute, { force: true }));
  }
}

/** Tells whether a relative path leads through folders only, never through a symbolic link. */
function createFolderCheck(root: string): (path: string) => boolean {
  const known = new Map<string, boolean>([[".", true]]);
  const check = (path: string): boolean => {
    const answer = known.get(path) ?? (check(dirname(path)) && isFolder(join(root, path)));
    known.set(path, answer);
    return answer;
  };
  return check;
}

/** What was moved as a whole goes back as a whole; folders that only lead to it are entered. */
function moveBack(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    const target = join(to, name);
    const there = lstatSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory() && lstatSync(source).isDirectory()) moveBack(source, target);
    else {
      if (there) inWritableFolder(target, () => removeTree(target));
      inWritableFolder(target, () => renameSync(source, target));
    }
  }
}

function inWritableFolder(path: string, change: () => void): void {
  makeWritable(dirname(path));
  change();
}

function stateOf(folder: string): PathState[] {
  const stats = lstatSync(folder, { bigint: true, throwIfNoEntry: false });
  return stats ? [{ path: "", ...describeStats(stats) }] : [];
}

/** The closest folder above a root's place that exists; those between it and the root are made, and removed again. */
interface Above {
  readonly folder: string;
  readonly states: readonly PathState[];
}

function findAbove(folder: string): Above {
  const above = dirname(folder);
  const states = stateOf(above);
  return states.length > 0 || above === folder ? { folder: above, states } : findAbove(above);
}

function spell({ path, mode, mtimeSeconds, mtimeNanos }: PathState): string {
  return `${mode} ${mtimeSeconds} ${mtimeNanos} ${path}`;
}

/** @returns nothing for a line that spell() has not written. */
function readState(line: string): PathState[] {
  const [mode, mtimeSeconds, mtimeNanos] = line.split(" ", 3).map(Number) as [number, number, number];
  const path = line.split(" ").slice(3).join(" ");
  const state = { mode, mtimeSeconds, mtimeNanos };
  return isOwnState(state) && leadsDown(path) ? [{ ...state, path }] : [];
}

/** Whether it is a path that lists have: relative, of plain names. */
function leadsDown(path: string): boolean {
  return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function resetStates(root: string, states: readonly PathState[]): void {
  const isOwnFolder = createFolderCheck(root);
  const isOwnFile = (path: string): boolean =>
    isOwnFolder(dirname(path)) && lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
  for (const state of states.toReversed()) {
    if (!isOwnFolder(state.path === "" ? "." : state.path) && !isOwnFile(state.path)) continue;
    try {
      chmodSync(join(root, state.path), state.mode);
      setTimes(join(root, state.path), state);
    } catch {
      // What is in it is back; the error that led here is the one to report.
    }
  }
}

/** Undo folders of restores that got as far as removing their marker. */
function dropLeftovers({ folder }: MarkerPlace): void {
  if (!isFolder(folder)) return;
  const inUse = new Set(markersIn(folder).map((marker) => marker.id));
  for (const name of readdirSync(folder)) {
    if (name.startsWith(UNDO_FOLDER_PREFIX) && !inUse.has(name.slice(UNDO_FOLDER_PREFIX.length)))
      dropFolder(join(folder, name));
  }
}

function dropFolder(folder: string): void {
  try {
    removeTree(folder);
  } catch {
    // It is nobody's any more: no save takes it, and the next restore tries again.
  }
}

function removeIfEmpty(folder: string): void {
  try {
    inWritableFolder(folder, () => rmdirSync(folder));
  } catch {
    // Something else came into it meanwhile: it stays.
  }
}

/** From `folder` upwards, `above` left out. */
function removeEmptyFolders(folder: string, above: string): void {
  if (folder === above) return;
  removeIfEmpty(folder);
  removeEmptyFolders(dirname(folder), above);
}
