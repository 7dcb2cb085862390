// Lock files: which of them a job goes by, and the digest that stands in its key and is recorded with its saves.

import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { localError } from "../lib/local-error.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { foldersUpward, relativeWithin } from "./folders-upward.ts";
import {
  digestOfFile,
  excluderOf,
  type FoundFile,
  inOrder,
  isFile,
  type Place,
  selectFiles,
} from "./select-files.ts";
import { type Tool, toolOfLockfile } from "./tools.ts";

export const AUTO = "auto";
export const NONE = "none";

export interface Lockfiles {
  readonly files: readonly FoundFile[];
  /** Lines without a file; `auto` among them when it found none. */
  readonly missing: readonly string[];
}

/**
 * @param lines paths, patterns, `!` lines, and `auto`: those of the nearest folder upward that has any.
 * @throws LocalFileError
 */
export async function findLockfiles(lines: readonly string[], place: Place): Promise<Lockfiles> {
  const { files, unmatched } = await selectFiles(
    lines.filter((line) => line !== AUTO && line !== NONE),
    place,
  );
  const missing = unmatched.map(({ line }) => line);
  if (!lines.includes(AUTO)) return { files, missing };
  const nearest = await findNearest(place, excluderOf(lines, place));
  if (nearest.length === 0) missing.push(AUTO);
  const named = new Set(files.map(({ path }) => path));
  return { files: inOrder([...files, ...nearest.filter(({ path }) => !named.has(path))]), missing };
}

/** All lock files of the nearest folder, from the place's own upward to its top, that has one. */
async function findNearest(
  { folder, top }: Place,
  isLeftOut: (path: string) => boolean,
): Promise<FoundFile[]> {
  for (const each of foldersUpward(folder, top)) {
    const found: FoundFile[] = [];
    for (const name of (await namesIn(each)).filter(toolOfLockfile)) {
      const path = join(each, name);
      if (!isLeftOut(path) && (await isFile(path)))
        found.push({ path, name: relativeWithin(path, top) ?? name });
    }
    if (found.length > 0) return inOrder(found);
  }
  return [];
}

/** Enough for a hint: what a person would find by looking around. */
const LOOK_DEPTH = 3;
const LOOK_FOLDERS = 500;

/** Names, relative to the folder, of some lock files below it, for a message. What can't be read is passed over. */
export async function lookBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  let looked = 0;
  for (let level = [""], depth = 0; level.length > 0 && depth < LOOK_DEPTH; depth += 1) {
    const next: string[] = [];
    for (const below of level) {
      if (looked++ >= LOOK_FOLDERS) return found;
      for (const entry of await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) {
          next.push(`${below}${entry.name}/`);
        } else if (entry.isFile() && toolOfLockfile(entry.name)) found.push(`${below}${entry.name}`);
      }
    }
    level = next.sort();
  }
  return found.sort();
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw localError(folder, error.message, error.code, error);
  });
}

/** @returns `sha256:…` as it is recorded with a save; undefined without a file. @throws LocalFileError */
export async function hashLockfiles(files: readonly FoundFile[]): Promise<string | undefined> {
  const digests: Digest[] = [];
  for (const file of files) digests.push(await digestOfFile(file));
  const digest = combineDigests(digests);
  return digest && `sha256:${digest}`;
}

/** Of one file its own digest; of several, of their digests in order. */
export function combineDigests(digests: readonly Digest[]): Digest | undefined {
  if (digests.length <= 1) return digests[0];
  return sha256(Buffer.from(digests.map((digest) => `sha256:${digest}`).join("\n")));
}

/** The tools that lock files belong to, each with the folder of its first one. */
export function toolsOf(files: readonly FoundFile[]): ReadonlyMap<Tool, string> {
  const tools = new Map<Tool, string>();
  for (const { path } of files) {
    const tool = toolOfLockfile(path.slice(dirname(path).length).replace(/^[\\/]/, ""));
    if (tool && !tools.has(tool)) tools.set(tool, dirname(path));
  }
  return tools;
}
