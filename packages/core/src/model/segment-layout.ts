// The bytes of a segment: what the two sides of its codec share. Columns, because equal things side by side compress well.
// docs/format.md has the layout; a change here raises FORMAT_VERSION and adds a golden file.

import type { Codec } from "./entry.ts";

/** By the number that stands for each in the stored bytes of segments and packs. */
export const CODECS: readonly Codec[] = ["none", "zstd", "gzip"];

/** In the order of their parts. */
export const COLUMNS = ["kinds", "roots", "paths", "modes", "times", "sizes", "extents", "targets"] as const;
export type Columns<T> = Record<(typeof COLUMNS)[number], T>;

/** Where the last extent ended: most extents go on from there, and cost two zero bytes. */
export interface ExtentCursor {
  chunk: number;
  offset: number;
}
