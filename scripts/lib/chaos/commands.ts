// The command line as a process of its own, with nothing in its environment but what a case gives it.

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { credentials } from "../services/parts.ts";

const PROGRAM = fileURLToPath(new URL("../../../packages/cli/dist/bin.js", import.meta.url));

export interface CommandOptions {
  /** Folders `workspace` and `temp` in it are the job's. */
  readonly base: string;
  /** Default: the workspace. */
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Kills it so long after it has opened its store. */
  readonly killAfterMs?: number;
  /** Kills it then. */
  readonly killWhen?: Promise<unknown>;
}

export interface Ended {
  readonly code: number | null;
  readonly wasKilled: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** From the opening of the store to the end. */
  readonly workMs: number;
}

export function cairn(
  args: readonly string[],
  { base, cwd = join(base, "workspace"), env, killAfterMs, killWhen }: CommandOptions,
): Promise<Ended> {
  const temp = join(base, "temp");
  for (const folder of [cwd, temp]) mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, [PROGRAM, ...args, "--verbose"], {
    cwd,
    env: {
      ...{ PATH: process.env["PATH"], HOME: base, RUNNER_TEMP: temp, GIT_CEILING_DIRECTORIES: base },
      ...{ CAIRN_STAMPS: "off", ...credentials, ...env },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  killWhen?.then(() => child.kill("SIGKILL"));
  let [stdout, stderr, beganAt] = ["", "", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (beganAt > 0 || !/^\s*store /m.test(stderr)) return;
    beganAt = performance.now();
    if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const workMs = performance.now() - beganAt;
      resolve({ code, wasKilled: signal === "SIGKILL", stdout, stderr, workMs });
    });
  });
}
