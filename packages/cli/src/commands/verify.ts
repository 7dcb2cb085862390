// cairn verify: reads a save, or all of them, and checks every byte against its digest.

import { InputError, type Ref, type VerifyReport } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findOneRef, matching, reportNotFound } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { startProgress } from "../progress.ts";
import { refDocument, stateOf } from "../ref-view.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { counted, formatBytes, printable } from "../text.ts";

interface VerifyOptions extends StoreOptions {
  readonly ref?: string;
  readonly all?: boolean;
}

interface Checked {
  readonly ref: Ref;
  readonly report: VerifyReport;
}

export function verifyCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "verify",
    "Read saves and check every byte; exit code 5 when something is missing or corrupt.",
    ["cairn verify deps-5d41402a", "cairn verify --all --repository '*' --json"],
  ).argument("[key|hash]", "a whole key, or the first digits of a content hash");
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("--all", "every live save of the repository")
    .action(async (name: string | undefined, options: VerifyOptions) =>
      done(
        await runMaintenanceCommand(context, options, "a check changes nothing", (session) =>
          verify(session, name, options),
        ),
      ),
    );
}

async function verify(
  session: MaintenanceSession,
  name: string | undefined,
  options: VerifyOptions,
): Promise<ExitCode> {
  if ((name === undefined) !== (options.all ?? false)) {
    throw new InputError("verify takes either a key or --all", { hint: "cairn ls shows the keys" });
  }
  const { output, context } = session;
  const wanted =
    name === undefined ? await everything(session, options.ref) : await one(session, name, options);
  if (name !== undefined && wanted.length === 0) return reportNotFound(session, name);

  const checked: Checked[] = [];
  for (const ref of wanted) {
    const report = await checkOne(session, ref);
    checked.push({ ref, report });
    await tell(session, ref, report);
  }
  const damaged = checked.filter(({ report }) => report.problems.length > 0);
  await output.document({
    status: damaged.length > 0 ? "damaged" : "ok",
    checked: checked.map(({ ref, report }) => ({ ref: refDocument(ref, context.now()), report })),
  });
  if (damaged.length > 0) {
    await output.error(`${damaged.length} of ${counted(checked.length, "save")} can't be restored`);
    await output.hint("remove them with cairn rm, or save again: a save replaces what it finds broken");
    return EXIT.damaged;
  }
  if (options.all) await output.note(`${counted(checked.length, "save")} checked, all are whole`);
  return EXIT.ok;
}

async function one(session: MaintenanceSession, name: string, options: VerifyOptions): Promise<Ref[]> {
  const ref = await findOneRef(session, { name, ref: options.ref, byHash: true });
  return ref ? [ref] : [];
}

/** One Ref for each content, and for each verdict on its signature: saves of several keys often share their content. */
async function everything(session: MaintenanceSession, gitRef: string | undefined): Promise<Ref[]> {
  const nowMs = session.context.now();
  const filter = { repository: session.repository, ref: gitRef };
  const refs = await matching(session, filter, (ref) => stateOf(ref, nowMs) === "live");
  const nameOf = (ref: Ref) =>
    `${ref.domain}/${ref.contentHash}/${session.maintenance.signatureOf(ref).status}`;
  return [...new Map(refs.map((ref) => [nameOf(ref), ref])).values()];
}

async function checkOne(session: MaintenanceSession, ref: Ref): Promise<VerifyReport> {
  const { context, output, maintenance } = session;
  const progress = await startProgress(context, output);
  try {
    return await maintenance.verify(ref, {
      signal: context.signal,
      onProgress: (done) => progress.update({ phase: "check", ...done }),
    });
  } finally {
    progress.stop();
  }
}

async function tell({ output }: MaintenanceSession, ref: Ref, report: VerifyReport): Promise<void> {
  const what =
    `${counted(report.entries, "entry", "entries")}, ${counted(report.chunks, "chunk")} in ` +
    `${counted(report.packs, "pack")}, ${formatBytes(report.storedBytes)}`;
  const key = printable(ref.key);
  if (report.problems.length === 0) {
    if (!output.quiet) await output.result(`whole    ${key}: ${what}`);
    return;
  }
  await output.result(`damaged  ${key}: ${what}`, ...report.problems.map((line) => `  ${printable(line)}`));
}
