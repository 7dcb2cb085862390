// Root: one path line of a save with its anchor. Lines are anchored, so that a cache travels between runners, users and
// containers whose workspace and home are elsewhere. Pure: what exists on a disk is not asked here.

import { hash } from "node:crypto";
import { posix } from "node:path";
import { Minimatch } from "minimatch";
import type { Version } from "./ref.ts";

export const ANCHORS = ["workspace", "home", "absolute"] as const;
export type Anchor = (typeof ANCHORS)[number];

export interface Root {
  readonly anchor: Anchor;
  /** `/`-separated and normalised. Relative to the anchor (may start with `..`), or absolute. */
  readonly path: string;
}

export function isSameRoot(a: Root, b: Root): boolean {
  return a.anchor === b.anchor && a.path === b.path;
}

/** Folders that path lines are anchored at, absolute. */
export interface Folders {
  readonly workspace: string;
  readonly home: string;
  /** For handing over between the steps of one job (RUNNER_TEMP, or the system's). */
  readonly temp: string;
}

export interface PathLine extends Root {
  readonly exclude: boolean;
  readonly isGlob: boolean;
}

/** As the toolkit's glob: no braces, no extglob, dot files match. */
const GLOB_OPTIONS = { dot: true, nobrace: true, nocomment: true, noext: true, nonegate: true } as const;

/** Anchors the lines of `path`, in their order; empty lines are dropped, `!` in front makes an exclude. */
export function anchorLines(lines: readonly string[], folders: Folders): PathLine[] {
  return lines.flatMap((raw) => {
    const line = raw.trim();
    const exclude = line.startsWith("!");
    const text = (exclude ? line.slice(1) : line).trim();
    return text === "" ? [] : [{ ...anchorPath(text, folders), exclude, isGlob: /[*?[]/.test(text) }];
  });
}

export function anchorPath(text: string, folders: Folders): Root {
  const workspace = slashes(folders.workspace);
  const home = slashes(folders.home);
  const path = slashes(text);
  if (path === "~" || path.startsWith("~/"))
    return { anchor: "home", path: normalise(path.slice(2).replace(/^\/+/, "")) };
  if (!isAbsolute(path)) return { anchor: "workspace", path: normalise(path) };
  const absolute = stripEnd(posix.normalize(path));
  const inWorkspace = below(workspace, absolute) ?? belowHostWorkspace(workspace, absolute);
  if (inWorkspace !== undefined) return { anchor: "workspace", path: normalise(inWorkspace) };
  const inHome = below(home, absolute);
  if (inHome !== undefined) return { anchor: "home", path: normalise(inHome) };
  return { anchor: "absolute", path: absolute };
}

/** Absolute path of a root on this machine. */
export function resolveRoot(root: Root, folders: Folders): string {
  if (root.anchor === "absolute") return root.path;
  return stripEnd(posix.join(slashes(folders[root.anchor]), root.path));
}

/** Absolute pattern of a line with a glob. A folder whose own name looks like a pattern is taken as it is. */
export function resolvePattern(line: PathLine, folders: Folders): string {
  if (line.anchor === "absolute") return line.path;
  const folder = slashes(folders[line.anchor]).replaceAll(/[*?[]/g, "[$&]");
  return stripEnd(posix.join(folder, line.path));
}

/** The root that a match of a line's pattern is: at the line's own anchor, or the line would not ask for it. */
export function rootOfMatch(match: string, line: PathLine, folders: Folders): Root {
  const path = slashes(match);
  if (line.anchor === "absolute") return { anchor: "absolute", path };
  return { anchor: line.anchor, path: normalise(posix.relative(slashes(folders[line.anchor]), path)) };
}

/** Whether a root of an artifact is one that these lines ask for. */
export function isAskedFor(root: Root, lines: readonly PathLine[]): boolean {
  return lines.some(
    (line) =>
      !line.exclude &&
      line.anchor === root.anchor &&
      (line.path === root.path || (line.isGlob && createGlob(line.path)(root.path))),
  );
}

/** `dir/**` matches `dir` too, as the toolkit has it. */
function createGlob(pattern: string): (path: string) => boolean {
  const glob = new Minimatch(pattern, GLOB_OPTIONS);
  const matchesOwnFolder = pattern.endsWith("/**");
  return (path) => glob.match(path) || (matchesOwnFolder && glob.match(`${path}/`));
}

/** Tells whether an absolute path is left out by an `!` line; what is below such a path is left out with it. */
export function excluder(lines: readonly PathLine[], folders: Folders): (absolutePath: string) => boolean {
  const excludes = lines.filter((line) => line.exclude);
  if (excludes.length === 0) return () => false;
  const literal = new Set(excludes.filter((line) => !line.isGlob).map((line) => resolveRoot(line, folders)));
  const globs = excludes
    .filter((line) => line.isGlob)
    .map((line) => createGlob(resolvePattern(line, folders)));
  return (path) => literal.has(path) || globs.some((matches) => matches(path));
}

/**
 * What makes two saves incompatible: the anchored lines (the order of those that include does not matter) and, on
 * Windows, the platform unless `crossOs`.
 */
export function versionOf(
  lines: readonly PathLine[],
  platform: { readonly windows: boolean; readonly crossOs: boolean },
): Version {
  const spell = (line: PathLine): string => `${line.anchor}:${line.path}`;
  const includes = [...new Set(lines.filter((line) => !line.exclude).map(spell))].sort();
  const excludes = [...new Set(lines.filter((line) => line.exclude).map(spell))].sort();
  return hash(
    "sha256",
    JSON.stringify([
      "cairn-1",
      includes,
      excludes,
      platform.windows && !platform.crossOs ? "windows" : "any",
    ]),
    "hex",
  );
}

function slashes(path: string): string {
  return stripEnd(path.replaceAll("\\", "/"));
}

function normalise(path: string): string {
  const normal = stripEnd(posix.normalize(path === "" ? "." : path));
  return normal === "" ? "." : normal;
}

function stripEnd(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.replace(/\/+$/, "") || "/" : path;
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path);
}

function below(folder: string, path: string): string | undefined {
  if (path === folder) return ".";
  const isFolder = folder !== "/" && folder !== "";
  return isFolder && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/**
 * In a container job the workspace is `/__w/repo/repo`, but the runner puts the host's path into every line after the
 * first of a multi-line `path` (actions/runner#1478): what has the same last two folders is meant to be the workspace.
 */
function belowHostWorkspace(workspace: string, path: string): string | undefined {
  const tail = /^\/__w(\/[^/]+\/[^/]+)$/.exec(workspace)?.[1];
  if (tail === undefined) return undefined;
  const at = `${path}/`.indexOf(`${tail}/`);
  return at < 0 ? undefined : path.slice(at + tail.length + 1) || ".";
}
