// Runs a helper command that isn't measured: npm, cp, sync. Its output is shown only when it fails.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

export interface ExecuteOptions {
  readonly cwd?: string;
  /** Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** @returns what it wrote to its standard output. @throws when it can't be started or ends with another code than 0. */
export async function execute(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, env, signal }: ExecuteOptions,
): Promise<string> {
  const child = spawn(file, args, {
    cwd,
    env: { ...(env ?? process.env) },
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [[code], output, errors] = await Promise.all([
    once(child, "exit") as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) throw new Error(`${file} ${args.join(" ")} failed (${code}):\n${output}${errors}`.trim());
  return output;
}
