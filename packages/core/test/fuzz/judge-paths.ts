// The judgement of an artifact's paths, judged by other means: what passes must lie below its root by any reading.

import { posix, win32 } from "node:path";
import { createPathCheck } from "../../src/model/safe-path.ts";
import { Kind, type Segment } from "../../src/model/segment.ts";
import { decoded, holds } from "./target.ts";

const ROOTS = 3;

/** By the rules of each kind of disk. */
export function judgePaths(segment: Segment): void {
  for (const windows of [false, true]) {
    for (const foldsCase of [false, true]) {
      const isSafe = decoded(() => {
        createPathCheck({ rootCount: ROOTS, windows, foldsCase })(segment);
        return true;
      });
      if (isSafe) checkPaths(segment, windows, foldsCase);
    }
  }
}

function checkPaths(segment: Segment, windows: boolean, foldsCase: boolean): void {
  const { join, isAbsolute, relative, sep } = windows ? win32 : posix;
  const base = windows ? "C:\\root" : "/root";
  const folders = new Set<string>();
  const seen = new Set<string>();
  for (const [i, path] of segment.paths.entries()) {
    const root = segment.roots[i]!;
    holds(root < ROOTS, "each entry has a root");
    const full = join(base, path);
    const way = relative(base, full);
    holds(
      path === "" || (way !== "" && way !== ".." && !way.startsWith(`..${sep}`)),
      `${path} is below its root`,
    );
    holds(!isAbsolute(path) && !path.includes("\0"), `${path} is a plain path`);
    const name = `${root}:${foldsCase ? path.normalize("NFC").toLowerCase() : path}`;
    holds(!seen.has(name), `${path} stands there once`);
    seen.add(name);
    const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    holds(path === "" || folders.has(`${root}:${parent}`), `${path} is in a folder of the artifact`);
    if (segment.kinds[i] === Kind.directory) folders.add(`${root}:${path}`);
  }
}
