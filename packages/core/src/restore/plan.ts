// plan: what a restore has to do, from the artifact and from what the disk holds. Pure: no I/O, no clock. It refuses an
// unsafe path before anything is downloaded, and keeps whatever is there already.

import { isSameTime } from "../lib/times.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Digest } from "../model/digest.ts";
import type { DirectoryEntry, Entry, FileEntry, ModifiedAt, StoredChunk } from "../model/entry.ts";
import { UnsafePathError } from "../model/errors.ts";
import { createPathCheck, type PathRules } from "../model/safe-path.ts";
import type { Segment } from "../model/segment-codec.ts";
import type { Survey } from "./survey.ts";

export interface PlannedFile {
  readonly path: string;
  readonly entry: FileEntry;
  readonly mode: number;
  /**
   * `create`: nothing is there. `replace`: what is there differs. `compare`: size, times and mode are right; it is kept
   * when its bytes are right too.
   */
  action: "create" | "replace" | "compare" | "keep";
}

export interface PlannedDirectory {
  readonly path: string;
  readonly entry: DirectoryEntry;
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

/** A run of a file's bytes in a chunk. */
export interface ChunkRun {
  readonly file: PlannedFile;
  readonly offset: number;
  readonly length: number;
  /** In the file. */
  readonly position: number;
}

export interface PlannedChunk {
  readonly chunk: StoredChunk;
  readonly runs: ChunkRun[];
}

export interface Plan {
  /** Parents before children. */
  readonly directories: readonly PlannedDirectory[];
  readonly files: readonly PlannedFile[];
  readonly links: readonly PlannedLink[];
  /** By the order in which the packs are first used, and by place in the pack. */
  readonly chunks: readonly PlannedChunk[];
  /** Where something else stands than the artifact wants: it is moved away before anything is made. */
  readonly inTheWay: readonly string[];
  /** What the artifact does not hold: topmost paths. */
  readonly extras: readonly string[];
  /** Entries whose setuid, setgid or sticky bit is not restored. */
  readonly maskedModes: number;
  readonly treeBytes: number;
}

export interface PlanInput extends PathRules {
  readonly segments: Iterable<Segment>;
  /** For each root that has entries: its absolute path and what is there. */
  readonly targets: ReadonlyMap<number, { readonly root: string; readonly survey: Survey }>;
}

const PERMISSION_BITS = 0o777;

/** @throws UnsafePathError */
export function plan(input: PlanInput): Plan {
  const check = createPathCheck(input);
  const directories: PlannedDirectory[] = [];
  const files: PlannedFile[] = [];
  const links: PlannedLink[] = [];
  const inTheWay: string[] = [];
  const chunks = createChunkList();
  const named = new Map([...input.targets.keys()].map((root) => [root, new Set<string>()]));
  let maskedModes = 0;
  let treeBytes = 0;

  const linkCounts = countLinks(input.segments);
  for (const segment of input.segments) {
    chunks.know(segment.chunks);
    for (const entry of segment.entries) {
      check(entry);
      const { root, survey } = input.targets.get(entry.root)!;
      const path = absolutePath(root, entry.path);
      const found = findOrClear(survey, entry, () => inTheWay.push(path));
      if (survey.entries.size > 0) named.get(entry.root)!.add(entry.path);
      if ("mode" in entry && (entry.mode & ~PERMISSION_BITS) !== 0) maskedModes++;
      switch (entry.kind) {
        case "directory":
          if (found && found.kind !== "directory") inTheWay.push(path);
          directories.push({
            path,
            entry,
            mode: entry.mode & PERMISSION_BITS,
            found: found?.kind === "directory" ? found : undefined,
          });
          break;
        case "file": {
          const mode = entry.mode & PERMISSION_BITS;
          if (found?.kind === "directory") inTheWay.push(path);
          const links = linkCounts.size === 0 ? 1 : (linkCounts.get(nameOf(entry.root, entry.path)) ?? 1);
          const action =
            !found || found.kind === "directory"
              ? "create"
              : looksRight(found, entry, mode, links)
                ? "compare"
                : "replace";
          const file: PlannedFile = { path, entry, mode, action };
          files.push(file);
          chunks.add(file);
          treeBytes += entry.size;
          break;
        }
        case "symlink":
          if (found?.kind === "symlink" && found.target === entry.target && isSameTime(found, entry)) break;
          if (found?.kind === "directory") inTheWay.push(path);
          links.push({
            root: entry.root,
            path,
            kind: "symlink",
            target: entry.target,
            exists: found !== undefined && found.kind !== "directory",
            isLinked: false,
            times: entry,
          });
          break;
        case "hardlink": {
          if (found?.kind === "directory") inTheWay.push(path);
          const first = input.targets.get(entry.targetRoot)!;
          const exists = found !== undefined && found.kind !== "directory";
          const isLinked =
            found?.inode !== undefined && found.inode === first.survey.entries.get(entry.target)?.inode;
          links.push({
            root: entry.root,
            path,
            kind: "hardlink",
            target: absolutePath(first.root, entry.target),
            exists,
            isLinked,
            times: undefined,
          });
          break;
        }
      }
    }
  }
  const cleared = new Set(inTheWay);
  const extras = [...input.targets].flatMap(([index, { root, survey }]) =>
    topmostExtras(root, survey, named.get(index)!, cleared),
  );
  return {
    directories,
    files,
    links,
    chunks: chunks.inPackOrder(),
    inTheWay,
    extras,
    maskedModes,
    treeBytes,
  };
}

/** What stands at the place of an entry; what can't be told is cleared away and counts as nothing. */
function findOrClear(
  { entries, unknown, excluded }: Survey,
  { path }: Entry,
  clear: () => void,
): WalkedEntry | undefined {
  if (excluded.has(path)) throw new UnsafePathError(path, "a `!` line of this step leaves it out");
  if (!unknown.has(path)) return entries.get(path);
  clear();
  return undefined;
}

/** Same size, times and mode, and no link to it from outside the artifact: writing to that would change this file. */
function looksRight(found: WalkedEntry, entry: FileEntry, mode: number, links: number): boolean {
  return (
    found.kind === "file" &&
    found.size === entry.size &&
    isSameTime(found, entry) &&
    found.mode === mode &&
    found.links === links
  );
}

/** How many names each file with hard links has in the artifact. */
function countLinks(segments: Iterable<Segment>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { entries } of segments) {
    for (const entry of entries) {
      if (entry.kind !== "hardlink") continue;
      const name = nameOf(entry.targetRoot, entry.target);
      counts.set(name, (counts.get(name) ?? 1) + 1);
    }
  }
  return counts;
}

function createChunkList() {
  const stored = new Map<Digest, StoredChunk>();
  const planned = new Map<Digest, PlannedChunk>();
  return {
    know(chunks: readonly StoredChunk[]) {
      for (const chunk of chunks) if (!stored.has(chunk.digest)) stored.set(chunk.digest, chunk);
    },
    add(file: PlannedFile) {
      let position = 0;
      for (const { chunk, offset, length } of file.entry.extents) {
        let list = planned.get(chunk);
        if (!list) {
          list = { chunk: stored.get(chunk)!, runs: [] };
          planned.set(chunk, list);
        }
        list.runs.push({ file, offset, length, position });
        position += length;
      }
    },
    inPackOrder(): PlannedChunk[] {
      const packs = new Map<Digest, PlannedChunk[]>();
      for (const item of planned.values()) {
        const pack = packs.get(item.chunk.pack);
        if (pack) pack.push(item);
        else packs.set(item.chunk.pack, [item]);
      }
      return [...packs.values()].flatMap((pack) => pack.sort((a, b) => a.chunk.offset - b.chunk.offset));
    },
  };
}

/** @param cleared what is moved away in any case, with all that is below it. */
function topmostExtras(
  root: string,
  { entries, holdsExcluded }: Survey,
  named: ReadonlySet<string>,
  cleared: ReadonlySet<string>,
): string[] {
  const extras: string[] = [];
  let below: string | undefined;
  for (const path of entries.keys()) {
    if (below !== undefined && path.startsWith(`${below}/`)) continue;
    const absolute = absolutePath(root, path);
    if (cleared.has(absolute)) below = path;
    else if (!named.has(path) && path !== "" && !holdsExcluded.has(path)) {
      below = path;
      extras.push(absolute);
    }
  }
  return extras;
}

export function absolutePath(root: string, path: string): string {
  return path === "" ? root : `${root}/${path}`;
}

function nameOf(root: number, path: string): string {
  return `${root}/${path}`;
}

/** Whether a file's bytes come as a whole from one chunk; others are put together from several. */
export function isWhole(entry: Entry): boolean {
  return entry.kind === "file" && entry.extents.length === 1;
}
