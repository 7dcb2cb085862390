// Which paths of an artifact may be written at all. Judged for every entry before anything is downloaded.

import type { Entry } from "./entry.ts";
import { UnsafePathError } from "./errors.ts";
import { NAME_MAX_BYTES } from "./limits.ts";

export interface PathRules {
  readonly rootCount: number;
  /** Names that Windows reads as something else: drives, streams, devices, `\`. */
  readonly windows: boolean;
  /** Whether the disk takes names that differ only in case (or in Unicode form) for one. */
  readonly foldsCase: boolean;
}

/**
 * Feed it every entry in the order of the artifact. Each must be new, lie below its root, and have a parent that is a
 * directory of the same artifact: so nothing is ever written through a symbolic link that the artifact makes.
 * @throws UnsafePathError
 */
export function createPathCheck({ rootCount, windows, foldsCase }: PathRules): (entry: Entry) => void {
  const kinds = Array.from({ length: rootCount }, () => new Map<string, Entry["kind"]>());
  const folded = kinds.map(() => new Set<string>());
  return (entry) => {
    const known = kinds[entry.root];
    if (!known) throw new UnsafePathError(entry.path, "it belongs to no root");
    if (known.has(entry.path)) throw new UnsafePathError(entry.path, "it stands in the artifact twice");
    if (entry.path === "") {
      if (entry.kind === "symlink") throw new UnsafePathError(entry.path, "a root can't be a symbolic link");
    } else {
      const slash = entry.path.lastIndexOf("/");
      const parent = slash < 0 ? "" : entry.path.slice(0, slash);
      if (known.get(parent) !== "directory")
        throw new UnsafePathError(entry.path, "its parent is not a directory of the artifact");
      checkName(entry.path, entry.path.slice(slash + 1), windows);
    }
    if (entry.kind === "hardlink" && kinds[entry.targetRoot]?.get(entry.target) !== "file") {
      throw new UnsafePathError(
        entry.path,
        "it is a hard link to something that is not a file of the artifact",
      );
    }
    if (entry.kind === "symlink" && (entry.target === "" || entry.target.includes("\0"))) {
      throw new UnsafePathError(entry.path, "its target is not a path");
    }
    if (foldsCase) {
      const name = entry.path.normalize("NFC").toLowerCase();
      if (folded[entry.root]!.has(name))
        throw new UnsafePathError(entry.path, "on this disk it is the same as another name");
      folded[entry.root]!.add(name);
    }
    known.set(entry.path, entry.kind);
  };
}

const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

function checkName(path: string, name: string, windows: boolean): void {
  if (name === "" || name === "." || name === "..") throw new UnsafePathError(path, "it is not a plain path");
  if (name.includes("\0")) throw new UnsafePathError(path, "it contains NUL");
  if (name.length > NAME_MAX_BYTES / 4 && Buffer.byteLength(name) > NAME_MAX_BYTES)
    throw new UnsafePathError(path, "its name is too long");
  if (!path.includes("/") && name.startsWith(".cairn-"))
    throw new UnsafePathError(path, "names with .cairn- are Cairn's own");
  if (windows && (/[\\:*?"<>|]|[. ]$/.test(name) || WINDOWS_DEVICE.test(name))) {
    throw new UnsafePathError(path, "Windows would read its name as something else");
  }
}
