// Starts a script of the tests in a process of its own, with this Node: for what can't be done in the process of jest.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ScriptRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ScriptOptions {
  /** As the user nobody, to whom files can be forbidden. Needs root, which the tests run as. */
  readonly asNobody?: boolean;
  /** Called once, as soon as the process runs. */
  readonly onStart?: (kill: () => void) => void;
  readonly onOutput?: (text: string) => void;
}

const AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** @param script a URL of a TypeScript file. */
export function runScript(
  script: URL,
  args: readonly string[],
  options: ScriptOptions = {},
): Promise<ScriptRun> {
  const [command, ...rest] = [
    ...(options.asNobody ? AS_NOBODY : []),
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    fileURLToPath(script),
    ...args,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command!, rest, { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (bytes: Buffer) => {
      stdout += bytes.toString();
      options.onOutput?.(bytes.toString());
    });
    child.stderr.on("data", (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    child.on("error", reject);
    child.on("spawn", () => options.onStart?.(() => child.kill("SIGKILL")));
    child.on("close", (code, signal) => resolve({ stdout, stderr, code, signal }));
  });
}

/** Runs a script that prints one JSON value. @throws when it fails. */
export async function jsonOf<T>(script: URL, args: readonly string[], options?: ScriptOptions): Promise<T> {
  const { stdout, stderr, code } = await runScript(script, args, options);
  if (code !== 0) throw new Error(`${script.pathname} ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as T;
}
