// cairn key: the key of a cache, made from what a job depends on. Stdout has the key alone, so that it can be assigned;
// the explanation goes to stderr, where a CI log keeps it for `cairn key diff`.

import {
  AUTO,
  explainKey,
  type MadeKey,
  makeKey,
  NONE,
  TOOLCHAIN_SOURCES,
  type ToolchainSource,
  thisPlatform,
} from "@cairn/core";
import { type Command, Option } from "commander";
import { ownRepository } from "../access.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkoutPlace } from "../folders.ts";
import { addOutputOptions, newCommand, OUTPUT_HEADING, repeatable } from "../options.ts";
import type { OutputFlags } from "../output.ts";
import { runLocalCommand, type Session } from "../session.ts";
import { printable } from "../text.ts";
import { keyDiffCommand } from "./key-diff.ts";

interface KeyOptions extends OutputFlags {
  readonly name: string;
  readonly lockfile?: readonly string[];
  readonly toolchain?: readonly string[];
  readonly toolchainFrom: ToolchainSource;
  readonly env?: readonly string[];
  readonly config?: readonly string[];
  readonly platform: string;
  readonly repository?: string;
  readonly workspace?: string;
  readonly explain?: boolean;
  readonly restoreKeys?: boolean;
}

export function keyCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("key", "Make the key of a cache from what the job depends on.", [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell expands it
    'KEY=$(cairn key --explain); cairn restore --key "$KEY" --restore-key "${KEY%:*}:" node_modules',
    "cairn key --name build --env NODE_ENV --env 'VITE_*' --config 'tsconfig*.json' --toolchain node@major",
    "cairn key --name pip --lockfile 'requirements/*.txt' --toolchain python@minor",
  ])
    .optionsGroup("Parts of the key:")
    .option("-n, --name <name>", "what is cached", "deps")
    .addOption(repeatable("--lockfile <path>", "file or pattern, auto (nearest upward) or none"))
    .addOption(
      repeatable("--toolchain <tool>", "auto, none, node, node@major, python@minor, or a text: gcc-13"),
    )
    .addOption(
      new Option("--toolchain-from <source>", "the tools themselves, files as .nvmrc and go.mod, or both")
        .choices(TOOLCHAIN_SOURCES)
        .default(AUTO),
    )
    .addOption(repeatable("--env <name>", "variable, pattern or !excluded; its value enters as a digest"))
    .addOption(repeatable("--config <path>", "file that changes what is built, pattern or !excluded"))
    .option("--platform <name>", "auto (system and processor), none, or a text", AUTO)
    .option(
      "--repository <owner/name>",
      "repository the cache belongs to (default: from the CI event or git)",
    )
    .option("--workspace <folder>", "where the search upward ends (default: the top of the checkout)");
  addOutputOptions(command)
    .optionsGroup(OUTPUT_HEADING)
    .option("--explain", "also print every part with its digest, on stderr")
    .option("--restore-keys", "print the restore-keys instead, one a line");
  return command
    .addCommand(keyDiffCommand(context, done))
    .action(async (options: KeyOptions) =>
      done(
        await runLocalCommand(context, options, "a key changes nothing", (session) => key(session, options)),
      ),
    );
}

async function key(session: Session, options: KeyOptions): Promise<ExitCode> {
  const { context, output } = session;
  const { platform } = options;
  const made = await makeKey({
    name: options.name,
    repository: options.repository ?? (await ownRepository(context)),
    platform: platform === AUTO ? thisPlatform() : platform === NONE ? "any" : platform,
    lockfiles: options.lockfile ?? [AUTO],
    toolchain: options.toolchain ?? [AUTO],
    toolchainFrom: options.toolchainFrom,
    environment: options.env ?? [],
    configuration: options.config ?? [],
    place: checkoutPlace(context, options.workspace),
    env: context.env,
    signal: context.signal,
  });
  for (const notice of made.notices) await output.note(printable(notice));
  if (options.explain) for (const line of explainKey(made)) await output.note(printable(line));
  await output.result(...(options.restoreKeys ? made.restoreKeys : [made.key]));
  await output.document(documentOf(made));
  return EXIT.ok;
}

function documentOf({ lockfiles, notices, ...made }: MadeKey) {
  return {
    status: "made",
    ...made,
    lockfiles: lockfiles.map(({ name }) => name),
    parts: made.parts.map((part) => ({
      ...part,
      // Not left out: "not set" is what it says.
      items: part.items.map((item) => ({ ...item, digest: item.digest ?? null })),
    })),
    notices,
  };
}
