// Numbers, times and foreign text as a person reads them. Keys and paths come out of a store that others write to:
// what goes to a terminal passes through printable() first.

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `1536` -> `1.5 kB`; powers of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** `87500` -> `87,500`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `1234` -> `1.2 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const AGE_UNITS: readonly (readonly [string, number])[] = [
  ["y", 31_536_000_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** The largest whole unit: `3 d`. */
export function formatAge(ms: number): string {
  for (const [unit, unitMs] of AGE_UNITS) if (ms >= unitMs) return `${Math.floor(ms / unitMs)} ${unit}`;
  return "now";
}

/** For a sentence: `3 h ago`, `just now`. */
export function formatAgo(ms: number): string {
  const age = formatAge(ms);
  return age === "now" ? "just now" : `${age} ago`;
}

/** `0o100755` -> `rwxr-xr-x`. */
export function formatMode(mode: number): string {
  return [6, 3, 0]
    .map((shift) => (mode >> shift) & 7)
    .map((bits) => `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`)
    .join("");
}

/**
 * Control characters, and those that turn the direction of writing, become visible escapes. So does what GitHub's runner
 * takes for a command in the output of a `run:` step: `##[command]` anywhere, `::command::` at the start of a line.
 */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|(?<=##)\[|(?<=^\s*):(?=:)/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export interface Column {
  readonly title: string;
  readonly alignRight?: boolean;
}

/** Lines of a table, columns two spaces apart, none with spaces at its end. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) =>
    all.reduce((width, row) => Math.max(width, (row[index] ?? "").length), 0),
  );
  return all.map((row) =>
    row
      .map((cell, index) =>
        columns[index]?.alignRight ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join("  ")
      .trimEnd(),
  );
}
