// What the stages of reading a tree hand on: a path of the walk, and what became of it.

import type { WalkedEntry } from "../lib/walk.ts";
import type { Entry } from "../model/entry.ts";
import type { ChunkResult } from "../workers/save-tasks.ts";

/** One path of the walk. */
export interface TreePath extends WalkedEntry {
  readonly root: number;
  readonly absolute: string;
  /** The name under which the same file stood earlier in the walk. */
  readonly firstName: { readonly root: number; readonly path: string } | undefined;
}

/** What became of a path; its entry is made when the groups are back in order. */
export interface ReadPath {
  readonly path: TreePath;
  /** Why it has to be left out. */
  readonly problem?: string | undefined;
  /** Its entry; asked for only when all earlier chunks are known. */
  readonly entry: () => Entry;
}

export interface ReadGroup {
  readonly chunks: readonly ChunkResult[];
  readonly paths: readonly ReadPath[];
}
