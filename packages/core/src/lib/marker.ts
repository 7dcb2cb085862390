// The marker of a restore in progress: a file in the root (beside it, where the root is a file) from before the first
// change until after the last. A save of a root that carries one is refused; the next restore first undoes what the
// unfinished one did. Read back it is believed no more than any file that happens to lie there: a field that is not as
// Cairn writes it makes it the marker of an unknown restore, which deletes nothing.

import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Everything that a restore puts into a root beside the tree starts so, and is never saved. */
export const UNDO_PREFIX = ".cairn-";

export const UNDO_FOLDER_PREFIX: string = `${UNDO_PREFIX}undo-`;

export const MARKER_NAME: string = `${UNDO_PREFIX}restoring`;

export interface Marker {
  /** Names the undo folder: `.cairn-undo-<id>`. 16 hex digits, but for a marker that can't be read. */
  readonly id: string;
  /** Whether the root did not exist before: then undoing is removing it. Only ever of the very folder that was made. */
  readonly rootCreated: boolean;
  /** How the folder that holds the marker was before. */
  readonly own?: OwnState | undefined;
  readonly pid: number;
  readonly host: string;
}

/** As it stands on disk. */
interface StoredMarker extends Marker {
  /** The inode of the root that was made, so that a marker which came with other files removes no folder. */
  readonly made?: string | undefined;
}

/** Of an undo folder. */
const ID = /^[0-9a-f]{16}$/;
/** Where links can't be made: a file that is larger is no marker. */
const MARKER_MAX_BYTES = 4_096;

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
  const text = JSON.stringify({
    ...marker,
    ...(marker.rootCreated && { made: inodeOf(place.folder) }),
    ...{ pid: process.pid, host: hostname() },
  } satisfies StoredMarker);
  try {
    symlinkSync(text, place.file);
  } catch (error) {
    // Where a user may not make links: Windows, some network drives.
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    writeFileSync(place.file, text);
  }
}

/** @returns undefined where it is no marker of ours. @throws ENOENT */
function readText(file: string): string | undefined {
  const stats = lstatSync(file);
  if (stats.isSymbolicLink()) return readlinkSync(file);
  return stats.isFile() && stats.size <= MARKER_MAX_BYTES ? readFileSync(file, "utf8") : undefined;
}

/** The markers of all roots that have theirs in this folder. */
export function markersIn(folder: string): Marker[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(MARKER_NAME));
  return names.flatMap((name) => readMarker({ folder, file: join(folder, name) }) ?? []);
}

/** @returns undefined where there is none; a marker that can't be read counts as one of a crashed restore. */
export function readMarker(place: MarkerPlace): Marker | undefined {
  let text: string | undefined;
  try {
    text = readText(place.file);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  return (
    decodeMarker(text, place) ?? {
      id: onlyUndoId(place.folder) ?? "unreadable",
      rootCreated: false,
      pid: 0,
      host: "",
    }
  );
}

/** @returns undefined for anything but what writeMarker() writes: it may have been cut off, or be somebody else's. */
function decodeMarker(text: string | undefined, place: MarkerPlace): Marker | undefined {
  const marker = parse(text);
  if (!isStoredMarker(marker)) return undefined;
  const { id, rootCreated, own, pid, host, made } = marker;
  return {
    id,
    rootCreated: rootCreated && made === inodeOf(place.folder),
    ...(own && { own }),
    ...{ pid, host },
  };
}

function parse(text: string | undefined): Partial<Record<keyof StoredMarker, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStoredMarker(
  marker: Partial<Record<keyof StoredMarker, unknown>> | undefined,
): marker is StoredMarker {
  if (!marker) return false;
  const { id, rootCreated, own, pid, host, made } = marker;
  return (
    typeof id === "string" &&
    ID.test(id) &&
    typeof rootCreated === "boolean" &&
    (own === undefined || isOwnState(own)) &&
    isWithin(pid, 0, 2 ** 32) &&
    typeof host === "string" &&
    (made === undefined || typeof made === "string")
  );
}

/** Whether these are a mode and a time that a file can have. */
export function isOwnState(state: unknown): state is OwnState {
  if (typeof state !== "object" || state === null) return false;
  const { mode, mtimeSeconds, mtimeNanos } = state as Partial<Record<keyof OwnState, unknown>>;
  return (
    isWithin(mode, 0, 0o7777) &&
    isWithin(mtimeSeconds, -(2 ** 43), 2 ** 43) &&
    isWithin(mtimeNanos, 0, 999_999_999)
  );
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function inodeOf(folder: string): string {
  return String(lstatSync(folder, { bigint: true }).ino);
}

/** Where the marker itself is lost, the one undo folder there is must be its own. */
function onlyUndoId(folder: string): string | undefined {
  const ids = readdirSync(folder)
    .filter((name) => name.startsWith(UNDO_FOLDER_PREFIX))
    .map((name) => name.slice(UNDO_FOLDER_PREFIX.length))
    .filter((id) => ID.test(id));
  return ids.length === 1 ? ids[0] : undefined;
}

export function removeMarker(place: MarkerPlace): void {
  rmSync(place.file, { recursive: true, force: true });
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
