// Files that need not be read: those that this job restored or saved, that have not changed since, and whose chunks the
// store still holds. Stamps of other jobs don't count here: what a job saves must not rest on what another one left.
//
// What is known changes nothing of what is stored, but for one thing: a file that is not known, and is a copy of one that is,
// is stored again, since nobody looks at the other's bytes.

import { createTrust, type Stamp } from "../lib/stamp.ts";
import { findStamp } from "../lib/stamp-files.ts";
import { isSameTime } from "../lib/times.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Digest } from "../model/digest.ts";
import type { Extent, StoredChunk } from "../model/entry.ts";
import { createEntryFinder } from "../model/find-entry.ts";
import { isSameArtifact } from "../model/ref.ts";
import { isSameRoot } from "../model/root.ts";
import { entryAt } from "../model/segment.ts";
import type { Base } from "./bases.ts";
import type { LocalRoot } from "./resolve-roots.ts";

/** Where the bytes of a file are that need not be read; undefined: read it. Asked for every path of the root's walk, in order. */
export type KnownFile = (walked: WalkedEntry) => readonly Extent[] | undefined;

export interface KnownFilesOptions {
  /** Of this job. */
  readonly stamps: readonly Stamp[];
  /** With their segments, where a stamp names them. */
  readonly bases: readonly Base[];
  readonly chunks: ReadonlyMap<Digest, StoredChunk>;
  readonly nowMs: number;
}

export function createKnownFiles(
  root: LocalRoot,
  { stamps, bases, chunks, nowMs }: KnownFilesOptions,
): KnownFile {
  const stamp = findStamp(stamps, undefined, root.absolute);
  const base = stamp && bases.find((each) => isSameArtifact(each, stamp));
  const index = base?.header.roots.findIndex((each) => isSameRoot(each, root));
  if (!stamp || !base || index === undefined || index < 0) return () => undefined;

  const isUnchanged = createTrust(stamp, nowMs);
  const find = createEntryFinder(base.segments, index);
  return (walked) => {
    const isFile = isUnchanged(walked);
    const found = find(walked.path);
    if (!isFile || !found) return undefined;
    const entry = entryAt(...found);
    const isSame =
      entry.kind === "file" &&
      entry.size === walked.size &&
      entry.mode === walked.mode &&
      isSameTime(entry, walked) &&
      entry.extents.every((extent) => chunks.has(extent.chunk));
    return isSame ? entry.extents : undefined;
  };
}
