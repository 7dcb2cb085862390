// The command line as a library: what bin.ts runs and the tests call.

export type { CliContext, Sink } from "./context.ts";
export { EXIT, EXIT_CODES, type ExitCode } from "./exit-codes.ts";
export { run } from "./program.ts";
