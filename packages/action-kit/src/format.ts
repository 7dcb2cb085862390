// Sizes, times and shares as people read them.

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** 171966464 -> "172.0 MB", powers of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** 640 -> "640 ms", 1400 -> "1.4 s", 600000 -> "10 min". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1000);
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}

/** Share of the whole in percent, rounded down so that 100 % means all of it. Nothing of nothing is all of it. */
export function formatShare(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((part / whole) * 100)} %`;
}

/** 94681 -> "94,681 entries". */
export function formatCount(count: number, noun: string, plural: string = `${noun}s`): string {
  // By hand: the language's own rules take 6 ms to load.
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${digits} ${count === 1 ? noun : plural}`;
}
