// The flags that commands share, declared once: with the same name, the same meaning and the same help everywhere.

import { Command, Option } from "commander";
import type { OutputFlags } from "./output.ts";

export interface StoreOptions extends OutputFlags {
  readonly store?: string;
  readonly index?: string;
  readonly mode?: string;
  readonly near?: string;
  readonly timeout?: string;
  readonly repository?: string;
  readonly soft?: boolean;
}

export interface ScopeOptions extends StoreOptions {
  readonly scope?: string;
  readonly readScope?: readonly string[];
}

export interface PathOptions extends ScopeOptions {
  readonly key?: string;
  readonly path?: readonly string[];
  readonly workspace?: string;
  readonly crossOs?: boolean;
}

function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

/** An option that may be given several times. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (repeatable)`).argParser(collect);
}

export const PATHS_HEADING = "Paths and key:";
export const OUTPUT_HEADING = "Output:";
const STORE_HEADING = "Store (each also by its variable):";
const SCOPE_HEADING = "Scope (default: from the CI event, else from git):";

/** For every command that opens a store. */
export function addStoreOptions(command: Command): Command {
  command
    .optionsGroup(STORE_HEADING)
    .option("--store <dsn>", "s3://bucket/prefix?region=… or file:///folder (CAIRN_STORE)")
    .option("--index <dsn>", "dynamodb://table, bucket or sqlite:///file (CAIRN_INDEX)")
    .option("--near <dsn>", "file:///folder: keep packs on this disk, in front of S3 (CAIRN_NEAR)")
    .option("--timeout <duration>", "deadline of the command: 90s, 10m (CAIRN_TIMEOUT)");
  return addOutputOptions(command);
}

/** For every command. */
export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup(OUTPUT_HEADING)
    .option("--json", "print one JSON document on stdout")
    .option("-q, --quiet", "print results, warnings and errors only")
    .option("-v, --verbose", "also print what was tried and the causes of errors");
}

/** For the commands of a build. Commander is told of no mandatory option: it would name that before a misspelled one. */
export function addPathOptions(command: Command): Command {
  command
    .optionsGroup(PATHS_HEADING)
    .option("-k, --key <key>", "name of the cache; a restore also takes the newest that starts with it")
    .addOption(
      repeatable("-p, --path <path>", "file, folder, pattern or !excluded pattern, as the arguments"),
    )
    .option("--cross-os", "let saves of Windows and of other systems match each other")
    .option("--workspace <folder>", "folder that paths belong to (default: the CI's, else the current one)")
    .optionsGroup(SCOPE_HEADING)
    .option("--repository <owner/name>", "repository the cache belongs to")
    .option("--scope <ref>", "git ref the cache belongs to: refs/heads/main")
    .addOption(repeatable("--read-scope <ref>", "also look in refs/heads/x or owner/repo@refs/heads/x"));
  return addStoreOptions(command)
    .option("--soft", "turn a miss and any trouble with the cache into exit code 0")
    .optionsGroup(STORE_HEADING)
    .option("--mode <mode>", "read-write, read, write or off (CAIRN_MODE)");
}

/** For the commands that look after a store. */
export function addMaintenanceOptions(command: Command): Command {
  command
    .optionsGroup("Which:")
    .option("--repository <owner/name>", "repository to look at, '*' for all (default: this one)")
    .option("--ref <ref>", "only this git ref: refs/heads/main");
  return addStoreOptions(command);
}

export function addRestoreKeyOption(command: Command): Command {
  return command
    .optionsGroup(PATHS_HEADING)
    .addOption(
      repeatable("-r, --restore-key <prefix>", "else take the newest key that starts with this, in order"),
    );
}

export function newCommand(name: string, summary: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ ${example}`);
  return new Command(name)
    .description(summary)
    .addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.join("\n")}`);
}
