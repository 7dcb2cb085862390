// The marker of a restore in progress: a file in the root (beside it, where the root is a file) from before the first
// change until after the last. A save of a root that carries one is refused; the next restore first undoes what the
// unfinished one did.

import { readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Everything that a restore puts into a root beside the tree starts so, and is never saved. */
export const UNDO_PREFIX = ".cairn-";

export const UNDO_FOLDER_PREFIX: string = `${UNDO_PREFIX}undo-`;

export const MARKER_NAME: string = `${UNDO_PREFIX}restoring`;

export interface Marker {
  /** Names the undo folder: `.cairn-undo-<id>`. */
  readonly id: string;
  /** Whether the root did not exist before: then undoing is removing it. */
  readonly rootCreated: boolean;
  /** How the folder that holds the marker was before. */
  readonly own?: OwnState | undefined;
  readonly pid: number;
  readonly host: string;
}

interface OwnState {
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanos: number;
}

/** Where a root keeps its marker and its undo folder. */
export interface MarkerPlace {
  readonly folder: string;
  readonly file: string;
}

/** @param root absolute path of a folder, or of a file when `isFile`. */
export function markerPlace(root: string, isFile: boolean): MarkerPlace {
  const folder = isFile ? dirname(root) : root;
  return {
    folder,
    file: join(folder, isFile ? `${MARKER_NAME}-${basename(root)}` : MARKER_NAME),
  };
}

export function undoFolder(place: MarkerPlace, id: string): string {
  return join(place.folder, `${UNDO_FOLDER_PREFIX}${id}`);
}

/**
 * Makes the marker, as a symbolic link whose target is its text: the one thing of a file system that is there with its
 * content or not at all. A crash between the making and the writing of a file would lose how the folder was before.
 */
export function writeMarker(place: MarkerPlace, marker: Pick<Marker, "id" | "rootCreated" | "own">): void {
  const text = JSON.stringify({ ...marker, pid: process.pid, host: hostname() } satisfies Marker);
  try {
    symlinkSync(text, place.file);
  } catch (error) {
    // Where a user may not make links: Windows, some network drives.
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    writeFileSync(place.file, text);
  }
}

function readText(file: string): string {
  try {
    return readlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
    return readFileSync(file, "utf8");
  }
}

/** The markers of all roots that have theirs in this folder. */
export function markersIn(folder: string): Marker[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(MARKER_NAME));
  return names.flatMap((name) => readMarker({ folder, file: join(folder, name) }) ?? []);
}

/** @returns undefined where there is none; a marker that can't be read counts as one of a crashed restore. */
export function readMarker(place: MarkerPlace): Marker | undefined {
  let text: string;
  try {
    text = readText(place.file);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  try {
    const marker = JSON.parse(text) as Marker;
    if (typeof marker.id === "string" && /^[0-9a-f]+$/.test(marker.id)) return marker;
  } catch {
    // Cut off by the crash that left it.
  }
  return { id: onlyUndoId(place.folder) ?? "unreadable", rootCreated: false, pid: 0, host: "" };
}

/** Where the marker itself is lost, the one undo folder there is must be its own. */
function onlyUndoId(folder: string): string | undefined {
  const ids = readdirSync(folder).flatMap((name) =>
    name.startsWith(UNDO_FOLDER_PREFIX) ? [name.slice(UNDO_FOLDER_PREFIX.length)] : [],
  );
  return ids.length === 1 ? ids[0] : undefined;
}

export function removeMarker(place: MarkerPlace): void {
  rmSync(place.file, { force: true });
}

/** Whether the process that wrote the marker still runs on this host. */
export function isMarkerAlive(marker: Marker): boolean {
  if (marker.host !== hostname() || marker.pid === process.pid || marker.pid <= 0) return false;
  try {
    process.kill(marker.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
