// Glob patterns, expanded by the library that upstream uses, so that a pattern means the same here. Loaded when a
// path line is a pattern, which most are not.

import { isAbsolute } from "node:path";
import type { ExpandGlob } from "@cairn/core";

/** Absolute paths that exist; a directory stands for itself, not for what is below it. */
export const expandGlob: ExpandGlob = async (pattern, cwd) => {
  const { create } = await import("@actions/glob");
  const isRelative = !isAbsolute(pattern) && !pattern.startsWith("~");
  const globber = await create(isRelative ? `${escapeGlob(cwd)}/${pattern}` : pattern, {
    implicitDescendants: false,
  });
  return globber.glob();
};

/** A folder's own name is no pattern. */
function escapeGlob(folder: string): string {
  return folder.replace(/[[?*]/g, "[$&]");
}
