// What the stages of reading a tree hand on: a path of the walk, and what became of it.

import type { WalkedEntry } from "../lib/walk.ts";
import type { Entry, Extent } from "../model/entry.ts";
import type { ChunkResult } from "../workers/save-tasks.ts";

/** One path of the walk. */
export interface TreePath {
  readonly walked: WalkedEntry;
  /** Index into the roots of the save. */
  readonly root: number;
  /** The name under which the same file stood earlier in the walk. */
  readonly firstName: { readonly root: number; readonly path: string } | undefined;
  /** Where its bytes are, when it need not be read. */
  readonly known: readonly Extent[] | undefined;
}

/** What became of some neighbouring paths. */
export interface ReadGroup {
  readonly chunks: readonly ChunkResult[];
  readonly paths: readonly TreePath[];
  /** Why path i has to be left out, if it has to. */
  problemOf(i: number): string | undefined;
  /** The entry of path i; asked for when the groups are back in order, since only then all earlier chunks are known. */
  entryOf(i: number): Entry;
}
