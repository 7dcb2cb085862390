// cairn shell-init: gives a POSIX shell the functions of shell-functions.ts. As a file whose path it prints, for
// `. "$(cairn shell-init)"`, or as text, for `eval "$(cairn shell-init --print)"`.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalFileError } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addOutputOptions, newCommand } from "../options.ts";
import type { OutputFlags } from "../output.ts";
import { runLocalCommand } from "../session.ts";
import { SHELL_FUNCTIONS } from "../shell-functions.ts";

interface ShellInitOptions extends OutputFlags {
  readonly print?: boolean;
}

export function shellInitCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "shell-init",
    "Give a shell the functions cache_restore, cache_save, cache_key, cache_hash and cache_is_enabled.",
    [
      '. "$(cairn shell-init)"',
      'eval "$(cairn shell-init --print)"',
      "cache_restore deps package-lock.json node_modules || npm ci",
    ],
  ).option("--print", "print the functions themselves, not the path of a file that holds them");
  return addOutputOptions(command).action(async (options: ShellInitOptions) =>
    done(
      await runLocalCommand(context, options, "no function was made", async ({ output }) => {
        const file = options.print ? undefined : writeFunctions(context);
        await output.document(file === undefined ? { functions: SHELL_FUNCTIONS } : { file });
        await output.result(file ?? SHELL_FUNCTIONS.trimEnd());
        return EXIT.ok;
      }),
    ),
  );
}

/** In one step: another command may be reading it. */
function writeFunctions({ env, jobTemp, version }: CliContext): string {
  const folder = env["RUNNER_TEMP"] || jobTemp();
  const file = join(folder, `cairn-functions-${version}.sh`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, SHELL_FUNCTIONS);
    renameSync(`${file}.${process.pid}`, file);
  } catch (error) {
    throw new LocalFileError(`the functions can't be written to ${file}: ${(error as Error).message}`, {
      hint: 'take them without a file: eval "$(cairn shell-init --print)"',
      cause: error,
    });
  }
  return file;
}
