// What a pattern matches on this disk, for callers without a glob of their own (the actions bring the toolkit's). Dot
// files match, as there.

/**
 * @param pattern absolute; a character of a folder's own name that would be magic stands in brackets.
 * @param leaveOut names of folders that are not looked into.
 * @returns absolute paths that exist.
 */
export async function expandPattern(pattern: string, leaveOut: readonly string[] = []): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const { folder, rest } = splitPattern(pattern);
  const matches = await glob(rest, {
    cwd: folder,
    absolute: true,
    dot: true,
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: false,
    ignore: leaveOut.map((name) => `**/${name}/**`),
  });
  // `dir/**` matches `dir` itself, as in the toolkit.
  const own = rest === "**" ? [folder] : [];
  return [...own, ...matches].map((match) => (match.length > 1 ? match.replace(/\/$/, "") : match));
}

/** The leading part without magic is a folder and taken as it is: names may hold any character. */
function splitPattern(pattern: string): { folder: string; rest: string } {
  const parts = pattern.split("/");
  const plain = parts.map((part) => part.replace(/\[([*?[])\]/g, "$1"));
  const isMagic = parts.map((part) => /[*?[]/.test(part.replace(/\[[*?[]\]/g, "")));
  const first = isMagic.includes(true) ? isMagic.indexOf(true) : parts.length - 1;
  return { folder: plain.slice(0, first).join("/") || "/", rest: parts.slice(first).join("/") };
}
