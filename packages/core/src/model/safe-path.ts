// Which paths of an artifact may be written at all. Judged for every entry before anything is written.

import { UnsafePathError } from "./errors.ts";
import { NAME_MAX_BYTES } from "./limits.ts";
import { Kind, type LinkTarget, type Segment } from "./segment.ts";
import { compareWalkOrder, partitionPoint } from "./walk-order.ts";

export interface PathRules {
  readonly rootCount: number;
  /** Names that Windows reads as something else: drives, streams, devices, `\`. */
  readonly windows: boolean;
  /** Whether the disk takes names that differ only in case (or in Unicode form) for one. */
  readonly foldsCase: boolean;
}

/**
 * Feed it every segment in the order of the artifact. Entries must stand in the order of a walk: roots ascending, the root
 * itself first, a folder before what is in it, the names in a folder ascending by UTF-16 code units. So each is new, lies
 * below its root, and has a parent that is a directory of the same artifact: nothing is ever written through a symbolic
 * link that the artifact makes; and all that has to be remembered is the way from the root to the last entry.
 * @throws UnsafePathError
 */
export function createPathCheck({ rootCount, windows, foldsCase }: PathRules): (segment: Segment) => void {
  const place = createWalkPlace(rootCount);
  const seen = createSeen();
  const folded = Array.from({ length: rootCount }, () => new Set<string>());

  const checkTarget = (segment: Segment, i: number): void => {
    const kind = segment.kinds[i]!;
    const path = segment.paths[i]!;
    const target = segment.targets.get(i)!;
    if (kind === Kind.symlink && (target.path === "" || target.path.includes("\0")))
      throw new UnsafePathError(path, "its target is not a path");
    if (kind === Kind.hardlink && !seen.isFile(target, i))
      throw new UnsafePathError(
        path,
        "it is a hard link to something that is not a file of the artifact before it",
      );
  };
  const checkFolded = (root: number, path: string): void => {
    const name = path.normalize("NFC").toLowerCase();
    if (folded[root]!.has(name))
      throw new UnsafePathError(path, "on this disk it is the same as another name");
    folded[root]!.add(name);
  };

  return (segment) => {
    seen.add(segment);
    for (let i = 0; i < segment.entryCount; i++) {
      const kind = segment.kinds[i]!;
      const root = segment.roots[i]!;
      const path = segment.paths[i]!;
      const name = place.goTo(root, path, kind === Kind.directory);
      if (name !== undefined) checkName(path, name, { windows, foldsCase });
      else if (kind === Kind.symlink) throw new UnsafePathError(path, "a root can't be a symbolic link");
      if (kind === Kind.symlink || kind === Kind.hardlink) checkTarget(segment, i);
      if (foldsCase) checkFolded(root, path);
    }
  };
}

interface WalkPlace {
  /** @returns the last name of the path; undefined for the root itself. @throws UnsafePathError when it is no next step. */
  goTo(root: number, path: string, isFolder: boolean): string | undefined;
}

function createWalkPlace(rootCount: number): WalkPlace {
  let current = -1;
  /** The folders from the root down to the last entry, each with a slash at its end, and the last name seen in each. */
  const folders: string[] = [];
  const lastNames: string[] = [];
  const enter = (folder: string): void => {
    folders.push(folder);
    lastNames.push("");
  };
  return {
    goTo(root, path, isFolder) {
      if (root >= rootCount) throw new UnsafePathError(path, "it belongs to no root");
      if (path === "") {
        if (root <= current) throw new UnsafePathError(path, "its root stands in the artifact twice");
        current = root;
        folders.length = 0;
        lastNames.length = 0;
        if (isFolder) enter("");
        return undefined;
      }
      if (root !== current) throw new UnsafePathError(path, "its root is no entry of the artifact");
      while (folders.length > 0 && !path.startsWith(folders.at(-1)!)) {
        folders.pop();
        lastNames.pop();
      }
      const folder = folders.at(-1);
      const name = path.slice(folder?.length ?? 0);
      if (folder === undefined || name.includes("/"))
        throw new UnsafePathError(path, "its parent is not a directory of the artifact before it");
      if (name <= lastNames.at(-1)! && name !== "")
        throw new UnsafePathError(path, "it stands in the artifact twice, or out of order");
      lastNames[lastNames.length - 1] = name;
      if (isFolder) enter(`${path}/`);
      return name;
    },
  };
}

/** Finds an entry among those that were judged: they stand in order, so nothing has to be remembered but them. */
function createSeen() {
  const segments: Segment[] = [];
  const isBefore = (segment: Segment, i: number, { root, path }: LinkTarget): boolean =>
    segment.roots[i]! !== root ? segment.roots[i]! < root : compareWalkOrder(segment.paths[i]!, path) <= 0;
  return {
    add: (segment: Segment) => void segments.push(segment),
    /** @param judged how many entries of the last segment count. */
    isFile(target: LinkTarget, judged: number): boolean {
      const isReached = (segment: Segment): boolean => segment.entryCount > 0 && isBefore(segment, 0, target);
      const segment = segments[partitionPoint(segments.length, (i) => isReached(segments[i]!)) - 1];
      if (!segment) return false;
      const count = segment === segments.at(-1) ? judged : segment.entryCount;
      const at = partitionPoint(count, (i) => isBefore(segment, i, target)) - 1;
      return (
        at >= 0 &&
        segment.kinds[at] === Kind.file &&
        segment.roots[at] === target.root &&
        segment.paths[at] === target.path
      );
    },
  };
}

const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** What a restore leaves while it runs. Anywhere: a folder of one root may be a root of the next restore. */
const OF_A_RESTORE = /^\.cairn-(restoring|undo-[0-9a-f]{16}$)/;

function checkName(path: string, name: string, { windows, foldsCase }: Omit<PathRules, "rootCount">): void {
  if (name === "" || name === "." || name === "..") throw new UnsafePathError(path, "it is not a plain path");
  if (name.includes("\0")) throw new UnsafePathError(path, "it contains NUL");
  if (name.length > NAME_MAX_BYTES / 4 && Buffer.byteLength(name) > NAME_MAX_BYTES)
    throw new UnsafePathError(path, "its name is too long");
  const own = foldsCase ? name.toLowerCase() : name;
  if (own.startsWith(".cairn-") && (!path.includes("/") || OF_A_RESTORE.test(own)))
    throw new UnsafePathError(path, "names with .cairn- are Cairn's own");
  if (windows && (/[\\:*?"<>|]|[. ]$/.test(name) || WINDOWS_DEVICE.test(name))) {
    throw new UnsafePathError(path, "Windows would read its name as something else");
  }
}
