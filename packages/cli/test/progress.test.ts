// Progress: a line every few seconds in a log, a bar on a terminal, nothing for quick commands.

import { PassThrough } from "node:stream";
import type { Progress } from "@cairn/core";
import { expect, test } from "@jest/globals";
import { cairn, fakeRef, NOW_MS, recordingCache } from "./support/fakes.ts";

/** A restore of `seconds`, telling its progress ten times a second. */
function slowRestore(seconds: number, clock: { nowMs: number }, totalBytes: number | undefined) {
  return recordingCache({
    restore: async ({ onProgress }) => {
      for (let tenths = 0; tenths < seconds * 10; tenths += 1) {
        clock.nowMs += 100;
        const progress: Progress = {
          phase: "download",
          doneBytes: tenths * 1_000_000,
          totalBytes,
          doneEntries: tenths,
          totalEntries: undefined,
        };
        onProgress?.(progress);
      }
      return {
        status: "hit",
        ref: fakeRef(),
        exact: true,
        version: "a",
        restoredBytes: 0,
        downloadedBytes: 0,
        keptBytes: 0,
        entryCount: 0,
        durationMs: 0,
        notices: [],
      };
    },
  }).cache;
}

test.each([
  [4, 0],
  [12, 2],
  [61, 12],
])("%i seconds make %i lines in a log", async (seconds, lines) => {
  const clock = { nowMs: NOW_MS };
  const cache = slowRestore(seconds, clock, 1e9);
  const ran = await cairn(["restore", "-k", "k", "a"], { cache, context: { now: () => clock.nowMs } });
  const told = ran.stderr.split("\n").filter((line) => line.startsWith("download: "));
  expect(told).toHaveLength(lines);
  if (lines > 0) expect(told[0]).toBe("download: 49.0 MB of 1.0 GB, 49 entries");
});

test("--quiet makes none", async () => {
  const clock = { nowMs: NOW_MS };
  const cache = slowRestore(61, clock, 1e9);
  const ran = await cairn(["restore", "-q", "-k", "k", "a"], { cache, context: { now: () => clock.nowMs } });
  expect(ran.stderr).toBe("");
});

test.each([
  [1e9, "%"],
  [undefined, "entries"],
])("with a total of %s the terminal shows %s, and is clean afterwards", async (totalBytes, shown) => {
  const clock = { nowMs: NOW_MS };
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const cache = slowRestore(2, clock, totalBytes);
  await cairn(["restore", "-k", "k", "a"], {
    cache,
    context: { now: () => clock.nowMs, barStream: terminal },
  });
  const drawn = String(terminal.read());
  expect(drawn).toContain("download");
  expect(drawn).toContain(shown);
  expect(drawn.includes("%")).toBe(totalBytes !== undefined);
  // The cursor is shown again.
  expect(drawn).toContain("\u001b[?25h");
});
