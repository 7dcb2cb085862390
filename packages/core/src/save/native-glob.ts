// What a pattern matches, for callers without a glob of their own: as the toolkit's glob, which the actions bring. No
// braces, no extended patterns, dot files match, links are not followed.

import { existsSync } from "node:fs";

/** @param pattern absolute. @returns absolute paths that exist. */
export async function nativeGlob(pattern: string): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const { folder, rest } = splitPattern(pattern.replaceAll("\\", "/"));
  const matches = await glob(rest.replaceAll(/[(){}!+@|]/g, "\\$&"), {
    cwd: folder,
    absolute: true,
    dot: true,
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: false,
  });
  // `folder/**` is the folder too.
  const itself = rest === "**" && existsSync(folder) ? [folder] : [];
  return [...itself, ...matches].map((match) => (match.length > 1 ? match.replace(/\/$/, "") : match));
}

/** `[*]`, `[?]` and `[[]` stand for the character itself. */
const ESCAPED = /\[([*?[])\]/g;

/** The folders in front that are no pattern, as they are called, and what is behind them. */
function splitPattern(pattern: string): { folder: string; rest: string } {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => /[*?[]/.test(segment.replaceAll(ESCAPED, "")));
  const count = first < 0 ? segments.length - 1 : first;
  return {
    folder: `${segments.slice(0, count).join("/").replaceAll(ESCAPED, "$1")}/`,
    rest: segments.slice(count).join("/"),
  };
}
