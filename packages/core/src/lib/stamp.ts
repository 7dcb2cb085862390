// Stamp: what a root held, and until which moment of its disk's clock. A restore or a save leaves one; with it a later
// restore knows without reading which files are right, and a save of the same job which ones it need not read.
//
// It holds no row for each file. What has a ctime before the stamp's has not changed since: every write, rename, link and
// change of times sets a ctime that no program can choose. Files that came in with a folder that was moved here keep
// theirs, so each folder's inode is kept and compared. Beside that, size, mode and mtime must be those of the artifact.
// What this can't see: a clock that was set back, what is written through a memory map and not yet flushed, and whoever
// changes a file in the very seconds of the restore and then sets its mtime back.

import type { BigIntStats } from "node:fs";
import { type Digest, isDigest } from "../model/digest.ts";
import type { Domain } from "../model/ref.ts";
import { ANCHORS, type Anchor, type Root } from "../model/root.ts";
import type { WalkedEntry } from "./walk.ts";

/** Which folder on which disk: a path alone can lead to another one tomorrow. */
export interface RootIdentity {
  readonly device: number;
  readonly inode: number;
  /** Birth time in nanoseconds; "0" where the file system keeps none. */
  readonly birth: string;
}

/** See seal.ts. */
export interface Seal {
  /** ctime of the root itself, in nanoseconds since 1970: later than that of everything below it. */
  readonly rootCtimeNs: string;
  /** When the restore began, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** How many roots the artifact has. */
  readonly roots: number;
}

export interface Stamp {
  /** Absolute, with the root's own link resolved. */
  readonly folder: string;
  readonly identity: RootIdentity;
  /** The artifact that the root was saved to or restored from, and which of its roots. */
  readonly domain: Domain;
  readonly contentHash: Digest;
  readonly root: Root;
  /** As WalkedEntry.ctimeMs. */
  readonly beforeMs: number;
  /** Of a root that holds what the artifact has and nothing else. */
  readonly seal?: Seal | undefined;
  /** Paths below the root, joined by NUL, and an inode for each. */
  readonly folders: string;
  readonly inodes: readonly number[];
}

export function identityOf(stats: BigIntStats): RootIdentity {
  return { device: Number(stats.dev), inode: Number(stats.ino), birth: String(stats.birthtimeNs) };
}

/**
 * @param folders all folders of the root as they are now, itself included, as a walk lists them.
 * @param beforeMs a moment at which the files were as the artifact has them: later changes come at it or after it.
 */
export function makeStamp(
  of: Omit<Stamp, "folders" | "inodes">,
  folders: readonly Pick<WalkedEntry, "path" | "device" | "inodeNumber">[],
): Stamp {
  // What lies on another disk is not known: it has another clock.
  const own = folders.filter(({ device }) => device === of.identity.device);
  return {
    ...of,
    folders: own.map(({ path }) => path).join("\0"),
    inodes: own.map(({ inodeNumber }) => inodeNumber),
  };
}

/** Of the stamp's folders, by path below the root. */
export function inodesOf({ folders, inodes }: Stamp): Map<string, number> {
  return new Map(folders.split("\0").map((path, i) => [path, inodes[i]!]));
}

/**
 * Tells of each path of a walk, in its order, whether it is a file that has not changed since the stamp. One that was not
 * there then is told to be unchanged when it was moved here from elsewhere: the caller compares it with the artifact.
 */
export function createTrust(stamp: Stamp, nowMs: number): (walked: WalkedEntry) => boolean {
  // The clock was set back: what changed since may have a ctime before the stamp's.
  if (nowMs < stamp.beforeMs) return () => false;
  const inodes = inodesOf(stamp);
  /** The folder that is another one than it was, with a slash at its end: nothing below it is known. */
  let strange: string | undefined;
  return ({ kind, path, device, inodeNumber, ctimeMs }) => {
    if (strange !== undefined && !path.startsWith(strange)) strange = undefined;
    if (strange !== undefined) return false;
    if (kind === "directory") {
      const isSame = device === stamp.identity.device && inodes.get(path) === inodeNumber;
      if (!isSame) strange = path === "" ? "" : `${path}/`;
    }
    return kind === "file" && ctimeMs < stamp.beforeMs;
  };
}

/** The newest of those that speak of the folder that is there now. */
export function newestStamp(
  stamps: readonly Stamp[],
  folder: string,
  identity: RootIdentity,
): Stamp | undefined {
  return stamps
    .filter((stamp) => isStampOf(stamp, folder, identity))
    .toSorted((a, b) => b.beforeMs - a.beforeMs)[0];
}

/** Whether it speaks of the folder that is there now. */
export function isStampOf(stamp: Stamp, folder: string, { device, inode, birth }: RootIdentity): boolean {
  const { identity } = stamp;
  const isSameFolder = identity.device === device && identity.inode === inode && identity.birth === birth;
  return stamp.folder === folder && isSameFolder;
}

/** Whether it is wholly a stamp: they lie in files that other programs can write. */
export function isStamp(value: unknown): value is Stamp {
  const stamp = value as Partial<Stamp> | null | undefined;
  return (
    typeof stamp?.folder === "string" &&
    typeof stamp.identity?.device === "number" &&
    typeof stamp.identity.inode === "number" &&
    typeof stamp.identity.birth === "string" &&
    (stamp.domain === "trusted" || stamp.domain === "pr") &&
    typeof stamp.contentHash === "string" &&
    isDigest(stamp.contentHash) &&
    ANCHORS.includes(stamp.root?.anchor as Anchor) &&
    typeof stamp.root?.path === "string" &&
    Number.isFinite(stamp.beforeMs) &&
    typeof stamp.folders === "string" &&
    Array.isArray(stamp.inodes) &&
    stamp.inodes.every((inode) => typeof inode === "number") &&
    (stamp.seal === undefined || isSeal(stamp.seal))
  );
}

function isSeal(value: unknown): value is Seal {
  const seal = value as Partial<Seal> | null;
  return (
    typeof seal?.rootCtimeNs === "string" &&
    /^\d{1,20}$/.test(seal.rootCtimeNs) &&
    Number.isFinite(seal.sinceMs) &&
    Number.isInteger(seal.roots)
  );
}
