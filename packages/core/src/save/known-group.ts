// A group of which nothing is read: its entries point to the chunks that a base has them in.

import type { Digest } from "../model/digest.ts";
import type { Entry } from "../model/entry.ts";
import type { ReadGroup, TreePath } from "./tree-path.ts";

/** @param paths of which those with bytes of their own are known. */
export function knownGroup(paths: readonly TreePath[]): ReadGroup {
  const chunks = new Set<Digest>();
  for (const { known } of paths) for (const { chunk } of known ?? []) chunks.add(chunk);
  return {
    chunks: [...chunks].map((digest) => ({ digest, plainLength: 0, stored: undefined })),
    paths,
    problemOf: () => undefined,
    entryOf: (i) => entryOf(paths[i]!),
  };
}

function entryOf(path: TreePath): Entry {
  if (!hasOwnBytes(path)) return entryWithoutBytes(path);
  const { root, walked, known } = path;
  const { path: relative, mode, size, mtimeSeconds, mtimeNanos } = walked;
  return { kind: "file", root, path: relative, mode, size, mtimeSeconds, mtimeNanos, extents: known! };
}

export function hasOwnBytes(path: TreePath): boolean {
  return path.walked.kind === "file" && !path.firstName;
}

/** Of folders, links and other names of a file. */
export function entryWithoutBytes({ root, walked, firstName }: TreePath): Entry {
  const { path, kind, mode, mtimeSeconds, mtimeNanos, target } = walked;
  if (kind === "directory") return { kind, root, path, mode, mtimeSeconds, mtimeNanos };
  if (kind === "symlink") return { kind, root, path, target: target!, mtimeSeconds, mtimeNanos };
  return { kind: "hardlink", root, path, targetRoot: firstName!.root, target: firstName!.path };
}
