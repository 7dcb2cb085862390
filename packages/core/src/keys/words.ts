// Lists of names, as people write them: one a line, or several with spaces or commas between them.

/** `! x` is `!x`, as in lists of paths. */
export function wordsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.replaceAll(/!\s+/g, "!").split(/[\s,]+/)).filter((word) => word !== "");
}
