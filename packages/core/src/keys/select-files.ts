// From lines to files: paths, patterns and `!` lines, relative to a folder. The files come in the order of their names,
// whatever order a disk lists them in, and a name does not depend on where the checkout lies.

import { readFile, stat } from "node:fs/promises";
import { isAbsolute, posix, relative, sep } from "node:path";
import { Minimatch } from "minimatch";
import { expandPattern } from "../lib/expand-pattern.ts";
import { localError } from "../lib/local-error.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { relativeWithin } from "./folders-upward.ts";

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** `/`-separated: relative to the top of the checkout; outside of it with `~/`, or absolute, as the line has it. */
  readonly name: string;
}

export interface Place {
  /** Where relative lines start. Absolute. */
  readonly folder: string;
  /** The top of the checkout. Absolute. */
  readonly top: string;
  /** What `~` stands for. */
  readonly home: string;
}

export interface Selection {
  readonly files: readonly FoundFile[];
  /** Lines without a file. */
  readonly unmatched: readonly { readonly line: string; readonly isPattern: boolean }[];
}

/** What an installation fills: a key must be the same before and after it. */
const NOT_LOOKED_INTO = ["node_modules", ".git"];

const MAGIC = /[*?[]/;
const HOME = /^~(?=[\\/]|$)/;

/** @throws LocalFileError */
export async function selectFiles(lines: readonly string[], place: Place): Promise<Selection> {
  const isLeftOut = excluderOf(lines, place);
  const byPath = new Map<string, FoundFile>();
  const unmatched: Selection["unmatched"][number][] = [];
  for (const line of lines.filter((each) => !each.startsWith("!"))) {
    const isPattern = MAGIC.test(line);
    let count = 0;
    for (const path of isPattern ? await expand(line, place) : [resolveLine(line, place)]) {
      if (isLeftOut(path) || !(await isFile(path))) continue;
      count += 1;
      if (!byPath.has(path)) byPath.set(path, { path, name: nameOf(path, line, place) });
    }
    if (count === 0) unmatched.push({ line, isPattern });
  }
  return { files: inOrder([...byPath.values()]), unmatched };
}

/** By the bytes of their names, not by the rules of a language. */
export function inOrder(files: readonly FoundFile[]): FoundFile[] {
  return files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** @throws LocalFileError */
export async function digestOfFile({ path }: FoundFile): Promise<Digest> {
  return sha256(await read(path));
}

/** @throws LocalFileError */
export async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw localError(path, error.message, error.code, error);
  });
}

/** @throws LocalFileError */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw localError(path, message, code, error);
  }
}

function expand(line: string, place: Place): Promise<string[]> {
  // What a line names itself is looked into.
  const leaveOut = NOT_LOOKED_INTO.filter((name) => !line.split(/[\\/]/).includes(name));
  return expandPattern(resolveLine(line, place, escapePattern), leaveOut);
}

/** Absolute and `/`-separated. */
function resolveLine(
  line: string,
  { folder, home }: Place,
  spell: (folder: string) => string = slashes,
): string {
  if (HOME.test(line)) return posix.normalize(`${spell(home)}${slashes(line.slice(1))}`);
  return posix.normalize(isAbsolute(line) ? slashes(line) : `${spell(folder)}/${slashes(line)}`);
}

/** A folder's own name is no pattern. */
function escapePattern(folder: string): string {
  return slashes(folder).replaceAll(/[*?[]/g, "[$&]");
}

/** Tells whether an `!` line leaves a path out. */
export function excluderOf(lines: readonly string[], place: Place): (path: string) => boolean {
  const patterns = lines
    .filter((line) => line.startsWith("!"))
    .map((line) => resolveLine(line.slice(1).trim(), place, escapePattern))
    // What is below a folder that is left out is left out with it.
    .flatMap((pattern) => [pattern, `${pattern}/**`])
    .map((pattern) => new Minimatch(pattern, { dot: true, nocomment: true, nonegate: true }));
  return (path) => patterns.some((pattern) => pattern.match(slashes(path)));
}

function nameOf(path: string, line: string, { top, home }: Place): string {
  const inside = relativeWithin(path, top);
  if (inside !== undefined) return inside;
  if (HOME.test(line)) return `~/${relativeWithin(path, home) ?? slashes(relative(home, path))}`;
  return isAbsolute(line) ? slashes(path) : slashes(relative(top, path));
}

function slashes(path: string): string {
  return sep === "/" ? path : path.replaceAll("\\", "/");
}
