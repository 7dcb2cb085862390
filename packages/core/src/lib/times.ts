// Times for Node's utimes. It takes seconds as a double, which libuv cuts down to microseconds; and for a negative
// number it sets the present time, but not for one written as a text.

import { lutimesSync, utimesSync } from "node:fs";
import type { ModifiedAt } from "../model/entry.ts";

export function setTimes(path: string, times: ModifiedAt): void {
  const time = utimeOf(secondsOf(times));
  utimesSync(path, time, time);
}

/** Those of a symbolic link itself. */
export function setLinkTimes(path: string, times: ModifiedAt): void {
  const time = utimeOf(secondsOf(times));
  lutimesSync(path, time, time);
}

/** Whether two times are the same for what a restore can set. */
export function isSameTime(a: ModifiedAt, b: ModifiedAt): boolean {
  return (
    a.mtimeSeconds === b.mtimeSeconds && Math.floor(a.mtimeNanos / 1000) === Math.floor(b.mtimeNanos / 1000)
  );
}

/** Half a microsecond on top, so that cutting gives the microsecond that was meant: exact until 2106. */
export function secondsOf(times: ModifiedAt): number {
  return times.mtimeSeconds + Math.floor(times.mtimeNanos / 1000) / 1e6 + 5e-7;
}

/** What utimes and futimes take for these seconds. */
export function utimeOf(seconds: number): number | string {
  return seconds < 0 ? String(seconds) : seconds;
}
