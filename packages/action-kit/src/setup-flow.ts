// The step `setup-cairn`: puts the command `cairn` on the PATH of the job's later steps: a small script that runs the
// bundle beside this step's own with the runner's Node, so that nothing is downloaded and no Node has to be set up.

import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { LocalFileError } from "@cairn/core";
import type { Deps } from "./deps.ts";

export interface Program {
  /** The Node that runs this step. */
  readonly node: string;
  /** The file of this step: `dist/setup-cairn/index.js`. */
  readonly entry: string;
}

/** @throws LocalFileError when the command can't be made or does not run. */
export async function runSetup(
  { runner, env, cancel }: Deps,
  { node, entry }: Program,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  const bundle = join(dirname(dirname(entry)), "cli", "index.js");
  const folder = join(env["RUNNER_TEMP"] || tmpdir(), "cairn-bin");
  const { stdout } = await promisify(execFile)(node, [bundle, "--version"], { signal: cancel }).catch(
    (cause: Error) => {
      throw new LocalFileError(`the command line does not run: ${cause.message}`, {
        hint: "the whole repository of Cairn must be there, with its folder dist/",
        cause,
      });
    },
  );
  await writeCommand(folder, [node, bundle], platform);
  runner.addPath(folder);
  const version = stdout.trim();
  runner.setOutput("path", folder);
  runner.setOutput("version", version);
  runner.info(`cairn ${version} is on the PATH of the next steps: ${folder}`);
}

async function writeCommand(folder: string, words: string[], platform: NodeJS.Platform): Promise<void> {
  const file = join(folder, "cairn");
  try {
    await mkdir(folder, { recursive: true });
    // Bash is there on Windows, too.
    await writeFile(file, `#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`);
    await chmod(file, 0o755);
    if (platform === "win32")
      await writeFile(`${file}.cmd`, `@${words.map((word) => `"${word}"`).join(" ")} %*\r\n`);
  } catch (error) {
    throw new LocalFileError(`the command can't be written to ${file}: ${(error as Error).message}`, {
      hint: "the folder for temporary files of this runner must be writable",
      cause: error,
    });
  }
}

/** For POSIX shells. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
