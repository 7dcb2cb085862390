// Runs a piece of code in a Node of its own, with the sources as they are; for what needs another process or user.

import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const SOURCES = new URL("../../src/", import.meta.url).href;

/** `import … from "SRC/objects/x.ts"` names a source file. */
function program(code: string): string[] {
  return [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "-e",
    code.replaceAll("SRC/", SOURCES),
  ];
}

/** @returns what it wrote to stdout. @throws with its stderr when it fails. */
export async function runSource(code: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...program(code), ...args]);
  return stdout;
}

/** The same as a user without any right. Only root can become one. */
export async function runSourceAsNobody(code: string, ...args: string[]): Promise<string> {
  const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath];
  const { stdout } = await promisify(execFile)("setpriv", [...asNobody, ...program(code), ...args]);
  return stdout;
}

/** The same with a file system of `sizeMiB` mounted on `folder`, for that process alone; the folder is its argument. */
export async function runSourceOnSmallDisk(code: string, folder: string, sizeMiB: number): Promise<string> {
  const mountFirst = `mount -t tmpfs -o size=${sizeMiB}m tmpfs "$1" && shift && exec "$@"`;
  const command = [
    "-r",
    "-m",
    "sh",
    "-c",
    mountFirst,
    "sh",
    folder,
    process.execPath,
    ...program(code),
    folder,
  ];
  const { stdout } = await promisify(execFile)("unshare", command);
  return stdout;
}

/** A process that goes on, to be killed. Resolves at its first output. */
export async function startSource(code: string, ...args: string[]): Promise<{ kill(): Promise<void> }> {
  const child = spawn(process.execPath, [...program(code), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return {
    async kill() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}
