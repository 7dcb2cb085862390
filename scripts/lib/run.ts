/**
 * Runs one command to its end. The command gets a process group of its own and no stdin; whatever is left of the
 * group at the end, or when the signal aborts, is ended too.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export type Command = readonly [file: string, ...args: string[]];

export interface RunOptions {
  readonly cwd?: string;
  /** Added to our own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A file that both outputs are appended to; without one they go where ours go. */
  readonly log?: string;
  readonly signal: AbortSignal;
}

/** Time to end in order after an abort. */
const graceMs = 5_000;

/** @returns the exit code, 128 when a signal ended it. @throws when the command cannot be started. */
export async function run([file, ...args]: Command, options: RunOptions): Promise<number> {
  options.signal.throwIfAborted();
  const output = options.log === undefined ? "inherit" : openSync(options.log, "a");
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", output, output],
    detached: true,
  });
  if (output !== "inherit") closeSync(output);
  let killTimer: NodeJS.Timeout | undefined;
  const end = () => {
    killGroup(child.pid, "SIGTERM");
    killTimer = setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs);
  };
  options.signal.addEventListener("abort", end);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 128));
    });
  } finally {
    options.signal.removeEventListener("abort", end);
    clearTimeout(killTimer);
    killGroup(child.pid, "SIGKILL");
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
