// cairn ls: the Refs of a repository, or of all, as a table or a document.

import { InputError, type Ref, type SignatureState } from "@cairn/core";
import { type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { matching } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { refDocument, stateOf } from "../ref-view.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import {
  type Column,
  counted,
  formatAge,
  formatBytes,
  formatCount,
  formatTable,
  printable,
} from "../text.ts";

const ORDERS = {
  age: (a: Ref, b: Ref) => b.createdAtMs - a.createdAtMs,
  used: (a: Ref, b: Ref) => b.lastAccessedAtMs - a.lastAccessedAtMs,
  size: (a: Ref, b: Ref) => b.treeBytes - a.treeBytes,
  uses: (a: Ref, b: Ref) => b.accessCount - a.accessCount,
  key: (a: Ref, b: Ref) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
} as const;

interface LsOptions extends StoreOptions {
  readonly ref?: string;
  readonly toolchain?: string;
  readonly dead?: boolean;
  readonly sort: keyof typeof ORDERS;
  readonly limit?: string;
}

export function lsCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("ls", "List what is saved, newest first.", [
    "cairn ls",
    "cairn ls deps- --ref refs/heads/main --sort size --limit 10",
    "cairn ls --repository '*' --dead --json | jq -r '.refs[].key'",
  ]).argument("[prefix]", "only keys that start with this");
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("--toolchain <name>", "only saves recorded with this toolchain")
    .option("--dead", "also what is expired or invalidated")
    .addOption(new Option("--sort <by>", "order of the list").choices(Object.keys(ORDERS)).default("age"))
    .option("--limit <count>", "at most this many")
    .action(async (prefix: string | undefined, options: LsOptions) =>
      done(
        await runMaintenanceCommand(context, options, "a listing changes nothing", (session) =>
          list(session, prefix ?? "", options),
        ),
      ),
    );
}

async function list(session: MaintenanceSession, prefix: string, options: LsOptions): Promise<ExitCode> {
  const { context, output, maintenance, repository } = session;
  const limit = parseLimit(options.limit);
  const nowMs = context.now();
  const found = await matching(
    session,
    { repository, ref: options.ref, keyPrefix: prefix || undefined },
    (ref) =>
      (options.dead || stateOf(ref, nowMs) === "live") &&
      (options.toolchain === undefined || ref.toolchain === options.toolchain),
  );
  const refs = found.sort(ORDERS[options.sort]).slice(0, limit);
  await output.document({
    repository: repository ?? null,
    total: found.length,
    refs: refs.map((ref) => refDocument(ref, nowMs, maintenance.signatureOf(ref))),
  });
  if (refs.length > 0) await output.result(...table(session, refs));
  await output.note(summary(found, refs.length, repository));
  return EXIT.ok;
}

function table({ context, maintenance, repository }: MaintenanceSession, refs: readonly Ref[]): string[] {
  const nowMs = context.now();
  const showRepository = repository === undefined;
  const signatures = refs.map((ref) => maintenance.signatureOf(ref));
  const showSignatures = signatures.some(({ status }) => status !== "unsigned");
  const showState = refs.some((ref) => stateOf(ref, nowMs) !== "live");
  const columns: Column[] = [
    { title: "KEY" },
    ...(showRepository ? [{ title: "REPOSITORY" }] : []),
    { title: "REF" },
    { title: "SIZE", alignRight: true },
    { title: "STORED", alignRight: true },
    { title: "AGE", alignRight: true },
    { title: "USES", alignRight: true },
    { title: "CONTENT" },
    ...(showSignatures ? [{ title: "SIGNED" }] : []),
    ...(showState ? [{ title: "STATE" }] : []),
  ];
  const rows = refs.map((ref, n) => [
    printable(ref.key),
    ...(showRepository ? [printable(ref.scope.repository)] : []),
    printable(ref.scope.ref.replace(/^refs\/heads\//, "")),
    formatBytes(ref.treeBytes),
    formatBytes(ref.storedBytes),
    formatAge(nowMs - ref.createdAtMs),
    formatCount(ref.accessCount),
    ref.contentHash.slice(0, 12),
    ...(showSignatures ? [signatureCell(signatures[n]!)] : []),
    ...(showState ? [stateOf(ref, nowMs)] : []),
  ]);
  return formatTable(columns, rows);
}

/** The key that signed, and what is wrong with it. */
function signatureCell(signature: SignatureState): string {
  if (signature.status === "valid") return signature.keyId;
  if (signature.status === "unsigned") return "no";
  return "keyId" in signature ? `${signature.keyId} (${signature.status})` : signature.status;
}

function summary(found: readonly Ref[], shown: number, repository: string | undefined): string {
  const where = repository === undefined ? "all repositories" : printable(repository);
  if (found.length === 0) return `nothing is saved in ${where}`;
  const treeBytes = found.reduce((sum, ref) => sum + ref.treeBytes, 0);
  const rest = shown < found.length ? `, ${formatCount(shown)} shown` : "";
  return `${counted(found.length, "save")} in ${where}, trees of ${formatBytes(treeBytes)} in all${rest}`;
}

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InputError(`--limit is not a count: ${JSON.stringify(text)}`, {
    hint: "write a number from 1 on",
  });
}
