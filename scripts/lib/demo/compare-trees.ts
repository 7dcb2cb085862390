/** Compares two folders entry by entry: kind, permissions, bytes, link targets. Times of files to the microsecond. */
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** @returns one line for each difference, in path order; empty when there is none. */
export function differences(left: string, right: string): string[] {
  const found: string[] = [];
  compare(left, right, "", found);
  return found;
}

function compare(left: string, right: string, below: string, found: string[]): void {
  const a = entriesOf(join(left, below));
  const b = entriesOf(join(right, below));
  for (const name of [...new Set([...a.keys(), ...b.keys()])].sort()) {
    const path = join(below, name);
    if (!a.has(name) || !b.has(name)) found.push(`${path}: only on one side`);
    else if (isFolder(a.get(name)!) && isFolder(b.get(name)!)) compare(left, right, path, found);
    else {
      const difference = differenceOf(join(left, path), join(right, path));
      if (difference) found.push(`${path}: ${difference}`);
    }
  }
}

function differenceOf(left: string, right: string): string | undefined {
  const a = lstatSync(left);
  const b = lstatSync(right);
  if (a.mode !== b.mode) return `mode ${a.mode.toString(8)} and ${b.mode.toString(8)}`;
  if (a.isSymbolicLink()) return readlinkSync(left) === readlinkSync(right) ? undefined : "link target";
  if (Math.abs(a.mtimeMs - b.mtimeMs) > 0.001) return "modification time";
  return readFileSync(left).equals(readFileSync(right)) ? undefined : "bytes";
}

function entriesOf(folder: string): Map<string, Dirent> {
  return new Map(readdirSync(folder, { withFileTypes: true }).map((entry) => [entry.name, entry]));
}

function isFolder(entry: Dirent): boolean {
  return entry.isDirectory();
}
