// Node's utimes takes seconds as a double, and libuv cuts them to microseconds.

/** Half a microsecond on top, so that cutting gives the microsecond that was meant: exact for years around 2000. */
export function secondsOf(times: { readonly mtimeSeconds: number; readonly mtimeNanos: number }): number {
  return times.mtimeSeconds + Math.floor(times.mtimeNanos / 1000) / 1e6 + 5e-7;
}
