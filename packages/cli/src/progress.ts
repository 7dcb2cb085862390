// Progress of a long command on stderr: a bar on a terminal, else a plain line every few seconds, so that a CI log shows
// that something happens and is not flooded. Quick commands show nothing.

import type { Progress } from "@cairn/core";
import type { SingleBar } from "cli-progress";
import type { CliContext } from "./context.ts";
import type { Output } from "./output.ts";
import { formatBytes, formatCount } from "./text.ts";

/** What verify and export tell: bytes only. */
export interface ByteProgress {
  readonly phase: string;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly doneEntries?: number;
  readonly totalEntries?: number | undefined;
}

export interface ProgressView {
  update(progress: Progress | ByteProgress): void;
  /** Takes the bar off the screen. Idempotent. */
  stop(): void;
}

/** A log line at most every so often, and none before as much has passed. */
const LINE_INTERVAL_MS = 5_000;
/** A bar that would be gone at once only flickers. */
const BAR_DELAY_MS = 300;
const BAR_WIDTH = 30;

export async function startProgress(context: CliContext, output: Output): Promise<ProgressView> {
  if (output.quiet) return { update: () => {}, stop: () => {} };
  if (context.barStream === undefined) return plainLines(context, output);
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    stream: context.barStream,
    format: (_options, { progress }, payload: BarPayload) => barLine(progress, payload),
    clearOnComplete: true,
    hideCursor: true,
    fps: 10,
    // The process handles signals itself: the bar must not end it.
    gracefulExit: false,
  });
  return drawn(bar, context.now);
}

interface BarPayload {
  readonly phase: string;
  readonly detail: string;
  readonly hasTotal: boolean;
}

/** Without a total there is no bar: an empty one would say that nothing happens. */
function barLine(progress: number, { phase, detail, hasTotal }: BarPayload): string {
  if (!hasTotal) return `${phase} ${detail}`;
  const share = Math.min(Math.max(progress, 0), 1);
  const done = Math.round(share * BAR_WIDTH);
  const bar = "\u2588".repeat(done) + "\u2591".repeat(BAR_WIDTH - done);
  return `${phase} ${bar} ${String(Math.floor(share * 100)).padStart(3)}%  ${detail}`;
}

function drawn(bar: SingleBar, now: () => number): ProgressView {
  const startedAtMs = now();
  let isShown = false;
  let isStopped = false;
  return {
    update(progress) {
      if (isStopped || now() - startedAtMs < BAR_DELAY_MS) return;
      const { done, total } = measure(progress);
      const payload: BarPayload = {
        phase: progress.phase.padEnd(8),
        detail: describe(progress),
        hasTotal: total > 0,
      };
      if (isShown) {
        bar.setTotal(total);
        bar.update(done, payload);
      } else {
        bar.start(total, done, payload);
        isShown = true;
      }
    },
    stop() {
      if (isShown && !isStopped) bar.stop();
      isStopped = true;
    },
  };
}

function plainLines(context: CliContext, output: Output): ProgressView {
  let lastAtMs = context.now();
  let isStopped = false;
  return {
    update(progress) {
      const nowMs = context.now();
      if (isStopped || nowMs - lastAtMs < LINE_INTERVAL_MS) return;
      lastAtMs = nowMs;
      void output.note(`${progress.phase}: ${describe(progress)}`);
    },
    stop() {
      isStopped = true;
    },
  };
}

/** Of bytes where their total is known, else of entries; a total of 0 stands for an unknown one. */
function measure(progress: Progress | ByteProgress): { done: number; total: number } {
  if (progress.totalBytes !== undefined) return { done: progress.doneBytes, total: progress.totalBytes };
  if (progress.totalEntries !== undefined)
    return { done: progress.doneEntries ?? 0, total: progress.totalEntries };
  return { done: 0, total: 0 };
}

function describe(progress: Progress | ByteProgress): string {
  const parts: string[] = [];
  if (progress.doneBytes > 0 || progress.totalBytes !== undefined) {
    const total = progress.totalBytes === undefined ? "" : ` of ${formatBytes(progress.totalBytes)}`;
    parts.push(`${formatBytes(progress.doneBytes)}${total}`);
  }
  const entries = progress.doneEntries ?? 0;
  if (entries > 0) {
    const total = progress.totalEntries === undefined ? "" : ` of ${formatCount(progress.totalEntries)}`;
    parts.push(`${formatCount(entries)}${total} entries`);
  }
  return parts.join(", ");
}
