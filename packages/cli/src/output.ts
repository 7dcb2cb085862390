// Output: the one way a command speaks. Results go to stdout, as one JSON document under --json; everything else goes to
// stderr, redacted: results are made of keys and paths, messages may be made of what an SDK threw.

import type { CliContext } from "./context.ts";
import { createRedactor } from "./redact.ts";

export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** The result for a person, not printed under --json. */
  result(...lines: readonly string[]): Promise<void>;
  /** The result for a program, printed under --json only. At most once in a run. */
  document(value: unknown): Promise<void>;
  /** What is good to know; silent under --quiet. */
  note(line: string): Promise<void>;
  warn(line: string): Promise<void>;
  error(line: string): Promise<void>;
  /** What to do about the warning or error before it. */
  hint(line: string): Promise<void>;
  /** For texts of others that go into a document. */
  redact(text: string): string;
  /** Only under --verbose. */
  detail(line: string): Promise<void>;
}

/** JSON, in which no text is a command to GitHub's runner, which obeys `##[command]` anywhere in a line. */
function documentText(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll("##[", "##\\u005b");
}

export function createOutput(context: CliContext, flags: OutputFlags): Output {
  const redact = createRedactor(context.env);
  const quiet = flags.quiet ?? false;
  const verbose = flags.verbose ?? false;
  const json = flags.json ?? false;
  const say = (line: string) => context.stderr.write(`${redact(line)}\n`);
  const nothing = async () => {};
  return {
    json,
    quiet,
    verbose,
    result: json ? nothing : (...lines) => context.stdout.write(`${lines.join("\n")}\n`),
    document: json ? (value) => context.stdout.write(`${documentText(value)}\n`) : nothing,
    note: quiet ? nothing : say,
    warn: (line) => say(line.startsWith("warning: ") ? line : `warning: ${line}`),
    error: (line) => say(`error: ${line}`),
    hint: (line) => say(`hint: ${line}`),
    redact,
    detail: verbose ? say : nothing,
  };
}
