// One place decides what a failure looks like and what the process exits with: message and hint, the chain of causes
// under --verbose, an error document under --json, a warning and exit code 0 under --soft.

import { CacheError, SettingsError } from "@cairn/core";
import { EXIT, type ExitCode, exitCodeOf, isSoftened } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { printable } from "./text.ts";

export interface FailureContext {
  readonly soft: boolean;
  /** What a cancelled command left behind: "nothing was saved". */
  readonly cancelled: string;
  readonly interruption: "SIGINT" | "SIGTERM" | undefined;
}

export async function reportError(
  error: unknown,
  output: Output,
  context: FailureContext,
): Promise<ExitCode> {
  if (context.interruption !== undefined) {
    const code = context.interruption === "SIGTERM" ? EXIT.terminated : EXIT.interrupted;
    await output.error(`cancelled: ${context.cancelled}`);
    await detailCauses(error, output);
    await output.document({ status: "cancelled", message: context.cancelled, exitCode: code });
    return code;
  }
  const failure = exitCodeOf(error);
  const softened = context.soft && isSoftened(failure);
  const code = softened ? EXIT.ok : failure;
  const message = printable(messageOf(error));
  const hint = error instanceof CacheError ? error.hint : undefined;

  await (softened ? output.warn(message) : output.error(message));
  if (hint) await output.hint(`${printable(hint)}`);
  if (failure === EXIT.unexpected) {
    await output.hint("this is a fault of Cairn itself; please report it with what --verbose prints");
    if (output.verbose && Error.isError(error) && error.stack) await output.detail(error.stack);
  }
  await detailCauses(error, output);
  await output.document({
    status: "error",
    error: {
      code: error instanceof CacheError ? error.code : "UNEXPECTED",
      message: output.redact(message),
      ...(hint === undefined ? {} : { hint: output.redact(hint) }),
      ...(error instanceof SettingsError ? { setting: error.setting } : {}),
      retryable: error instanceof CacheError && error.retryable,
    },
    exitCode: code,
  });
  return code;
}

function messageOf(error: unknown): string {
  if (error instanceof CacheError) return error.message;
  return `unexpected: ${Error.isError(error) ? `${error.name}: ${error.message}` : String(error)}`;
}

/** Causes can be made to point at each other. */
const DEEPEST_CAUSE = 8;

async function detailCauses(error: unknown, output: Output): Promise<void> {
  let cause: unknown = Error.isError(error) ? error.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < DEEPEST_CAUSE; depth += 1) {
    if (!Error.isError(cause)) {
      await output.detail(`  caused by ${printable(String(cause))}`);
      return;
    }
    await output.detail(`  caused by ${printable(`${cause.name}: ${cause.message}`)}`);
    cause = cause.cause;
  }
}
