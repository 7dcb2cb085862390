/**
 * Runs one command to its end. The command gets a process group of its own, so that an abort reaches
 * everything it started; it has no stdin.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A file that both outputs are appended to; without one they go where ours go. */
  readonly log?: string;
  readonly signal: AbortSignal;
}

/** @returns the exit code; 128 and more when a signal ended it. @throws when the command cannot be started. */
export async function run(command: readonly [string, ...string[]], options: RunOptions): Promise<number> {
  options.signal.throwIfAborted();
  const [file, ...args] = command;
  const output = options.log === undefined ? "inherit" : openSync(options.log, "a");
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", output, output],
    detached: true,
  });
  if (output !== "inherit") closeSync(output);
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  };
  options.signal.addEventListener("abort", killGroup);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 128));
    });
  } finally {
    options.signal.removeEventListener("abort", killGroup);
  }
}
