// A store, a near cache in front of it, and what both hold.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/lib/sha256.ts";

/** Paths of the files below `folder`, relative to it, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

export function sizeOf(folder: string): number {
  return filesIn(folder).reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
}

/** Changes the bytes that a file of a near cache keeps, and lets it say that they are right. */
export function forge(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file).subarray(0, -32);
  change(bytes);
  writeFileSync(file, Buffer.concat([bytes, Buffer.from(sha256(bytes), "hex")]));
}
