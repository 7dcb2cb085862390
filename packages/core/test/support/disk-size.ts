// How much lies in a folder.

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Bytes of all files below. What goes away meanwhile does not count. */
export function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const stats = lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    if (stats?.isFile()) bytes += stats.size;
  }
  return bytes;
}
