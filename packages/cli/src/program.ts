// The command line as a whole: commands, help, and what a wrong argument says. run() is its only door.

import { Command, CommanderError } from "commander";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { invalidateCommand } from "./commands/invalidate.ts";
import { keyCommand } from "./commands/key.ts";
import { lookupCommand } from "./commands/lookup.ts";
import { lsCommand } from "./commands/ls.ts";
import { policyCommand } from "./commands/policy.ts";
import { provenanceCommand } from "./commands/provenance.ts";
import { pruneCommand } from "./commands/prune.ts";
import { restoreCommand } from "./commands/restore.ts";
import { revalidateCommand } from "./commands/revalidate.ts";
import { rmCommand } from "./commands/rm.ts";
import { saveCommand } from "./commands/save.ts";
import { setupCommand } from "./commands/setup.ts";
import { verifyCommand } from "./commands/verify.ts";
import { whyCommand } from "./commands/why.ts";
import type { CliContext } from "./context.ts";
import { EXIT, EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { createRedactor } from "./redact.ts";

const COMMANDS = [
  restoreCommand,
  saveCommand,
  lookupCommand,
  keyCommand,
  lsCommand,
  inspectCommand,
  rmCommand,
  invalidateCommand,
  revalidateCommand,
  pruneCommand,
  provenanceCommand,
  whyCommand,
  exportCommand,
  verifyCommand,
  setupCommand,
  doctorCommand,
  policyCommand,
];

/**
 * Runs one command line.
 * @param args without the names of Node and of the script.
 * @returns what the process should exit with; never throws.
 */
export async function run(args: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const written: Promise<void>[] = [];
  const program = createProgram(context, written, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    // Help and --version end in an "error" too, with exit code 0.
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (code !== EXIT.ok && wantsJson(args)) written.push(context.stdout.write(usageDocument(error, code)));
  }
  await Promise.all(written);
  return code;
}

/** Commander gave up before it knew the flags. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes("--json");
}

function usageDocument(error: CommanderError, exitCode: ExitCode): string {
  const message = error.message.replace(/^error: /, "");
  return `${JSON.stringify({ status: "error", error: { code: "USAGE", message, retryable: false }, exitCode }, null, 2)}\n`;
}

function createProgram(
  context: CliContext,
  written: Promise<void>[],
  done: (code: ExitCode) => void,
): Command {
  const redact = createRedactor(context.env);
  const program = new Command("cairn")
    .description("Restore and save what builds need, from your own storage.")
    .version(context.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(cairn help shows what there is)")
    // What stands behind the name of a command is that command's own: key and key diff have flags of the same name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => written.push(context.stdout.write(text)),
      writeErr: (text) => written.push(context.stderr.write(redact(text))),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText("after", `\n${exitCodeHelp()}\n\n${BUILD_ADVICE}`);
  for (const create of COMMANDS) {
    const command = create(context, done);
    inherit(command, program, `cairn ${command.name()}`);
    program.addCommand(command);
  }
  return program;
}

/** What every command has from the program, those below it included. */
function inherit(command: Command, parent: Command, name: string): void {
  command.copyInheritedSettings(parent).showHelpAfterError(`(${name} --help shows how it is used)`);
  for (const below of command.commands) inherit(below, command, `${name} ${below.name()}`);
}

function exitCodeHelp(): string {
  return ["Exit codes:", ...EXIT_CODES.map(([code, text]) => `  ${String(code).padEnd(4)} ${text}`)].join(
    "\n",
  );
}

const BUILD_ADVICE = `A cache must not break a build:
  $ cairn restore --key K node_modules || npm ci     whatever is wrong, install
  $ cairn save --soft --key K node_modules           trouble is a warning, exit code 0`;
