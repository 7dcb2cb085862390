// Which saves invalidate and revalidate are about: the selectors, declared once, and what to say when nothing fits them.

import { InputError, parseDuration, type Ref, type RefSelection, suggestion } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { matching } from "./find-refs.ts";
import { hashLockfile } from "./lockfile-hash.ts";
import { addMaintenanceOptions, type StoreOptions } from "./options.ts";
import { refDocument, stateOf } from "./ref-view.ts";
import type { MaintenanceSession } from "./session.ts";
import { counted, formatAgo, formatBytes, printable } from "./text.ts";

export interface SelectionOptions extends StoreOptions {
  readonly ref?: string;
  readonly branch?: string;
  readonly key?: string;
  readonly prefix?: string;
  readonly toolchain?: string;
  readonly lockfile?: string;
  readonly olderThan?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

export function addSelectionOptions(command: Command): Command {
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("--branch <name>", "only this branch: main (the same as --ref refs/heads/main)")
    .option("-k, --key <key>", "only this key")
    .option("--prefix <prefix>", "only keys that start with this")
    .option("--toolchain <name>", "only saves recorded with this toolchain: node-20.1.0")
    .option("--lockfile <file|hash>", "only saves recorded with this lock file, or with its SHA-256")
    .option("--older-than <duration>", "only what was saved longer ago: 12h, 30d")
    .option("--all", "everything in the repository; needed where nothing else is given")
    .option("--dry-run", "change nothing, show what would be");
}

/** @throws InputError, SettingsError */
export async function readSelection(
  { context, repository }: MaintenanceSession,
  options: SelectionOptions,
): Promise<RefSelection> {
  const { branch, key, prefix, toolchain, lockfile, olderThan } = options;
  if (branch !== undefined && options.ref !== undefined)
    throw new InputError("--branch and --ref say the same thing", { hint: "give one of them" });
  const ref = branch === undefined ? options.ref : `refs/heads/${branch.replace(/^refs\/heads\//, "")}`;
  const given = [ref, key, prefix, toolchain, lockfile, olderThan].filter((value) => value !== undefined);
  if (given.some((value) => value.trim() === ""))
    throw new InputError("a selector is empty", {
      hint: "leave it out, or check the variable it comes from",
    });
  if (given.length === 0 && !options.all)
    throw new InputError("nothing says which saves are meant", {
      hint: "give --key, --prefix, --ref, --branch, --toolchain, --lockfile or --older-than; --all is everything in the repository",
    });
  return {
    repository,
    ref,
    key,
    keyPrefix: prefix,
    toolchain,
    lockfileHash: lockfile === undefined ? undefined : await lockfileHashOf(context, lockfile),
    createdBeforeMs:
      olderThan === undefined ? undefined : context.now() - parseDuration(olderThan, "--older-than"),
  };
}

/** A digest as it is, else that of the file. */
async function lockfileHashOf(context: CliContext, lockfile: string): Promise<string> {
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(lockfile)?.[1];
  if (digest !== undefined) return `sha256:${digest.toLowerCase()}`;
  const found = await hashLockfile(context, [lockfile]);
  if (found !== undefined) return found;
  throw new InputError("--lockfile auto finds no lock file", { hint: "name a file, or give its SHA-256" });
}

/** What there is instead, so that a misspelled selector is seen. */
export async function reportNoMatch(
  session: MaintenanceSession,
  selection: RefSelection,
  state: "live" | "invalidated",
): Promise<ExitCode> {
  const { output, context, repository } = session;
  const nowMs = context.now();
  const there = await matching(session, { repository }, (ref) => stateOf(ref, nowMs) === state);
  const where = repository === undefined ? "any repository" : printable(repository);
  await output.error(`no ${state} save in ${where} fits`);
  await output.hint(
    there.length === 0
      ? "cairn ls --dead shows what there is; --repository '*' looks everywhere"
      : (nearest(there, selection) ??
          `${counted(there.length, `${state} save`)} are there: cairn ls shows them`),
  );
  await output.document({ status: "nothing", repository: repository ?? null, refs: [], changed: [] });
  return EXIT.miss;
}

/** The first selector that nothing has, and what comes closest. */
function nearest(refs: readonly Ref[], selection: RefSelection): string | undefined {
  const known = {
    ref: refs.map((ref) => ref.scope.ref),
    key: refs.map((ref) => ref.key),
    toolchain: refs.flatMap((ref) => ref.toolchain ?? []),
    lockfileHash: refs.flatMap((ref) => ref.lockfileHash ?? []),
  };
  for (const name of ["ref", "toolchain", "lockfileHash", "key"] as const) {
    const wanted = selection[name];
    if (wanted === undefined || known[name].includes(wanted)) continue;
    const values = [...new Set(known[name])].slice(0, SUGGESTED);
    const flag = { ref: "--ref", key: "--key", toolchain: "--toolchain", lockfileHash: "--lockfile" }[name];
    return `no save there has the ${flag} ${printable(wanted)}: ${
      values.length === 0 ? "none was recorded" : printable(suggestion(wanted, values))
    }`;
  }
  return undefined;
}

const SUGGESTED = 20;
/** What a person reads of a long list. */
const SHOWN = 20;

export async function tellRefs(
  { output, context }: MaintenanceSession,
  verb: string,
  refs: readonly Ref[],
): Promise<void> {
  const shown = output.verbose ? refs : refs.slice(0, SHOWN);
  if (shown.length > 0)
    await output.result(...shown.map((ref) => `${verb} ${describeRef(ref, context.now())}`));
  if (shown.length < refs.length)
    await output.note(`and ${counted(refs.length - shown.length, "other")} (--verbose and --json show all)`);
}

export function describeRef(ref: Ref, nowMs: number): string {
  return (
    `${printable(ref.key)} of ${printable(ref.scope.repository)} ${printable(ref.scope.ref)} ` +
    `(${formatBytes(ref.treeBytes)}, saved ${formatAgo(nowMs - ref.createdAtMs)})`
  );
}

export function refDocuments(refs: readonly Ref[], nowMs: number): unknown[] {
  return refs.map((ref) => refDocument(ref, nowMs));
}
