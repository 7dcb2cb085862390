// cairn revalidate: takes invalidations back, within a day of them.

import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { newCommand } from "../options.ts";
import {
  addSelectionOptions,
  describeRef,
  readSelection,
  refDocuments,
  reportNoMatch,
  type SelectionOptions,
  tellRefs,
} from "../selection.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { counted } from "../text.ts";

export function revalidateCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "revalidate",
    "Take invalidations back, within a day of them; exit code 3 when nothing fits or it is too late.",
    ["cairn revalidate --toolchain node-20.1.0", "cairn revalidate --all --dry-run"],
  );
  return addSelectionOptions(command).action(async (options: SelectionOptions) =>
    done(
      await runMaintenanceCommand(
        context,
        options,
        "some may be live again, run it again for the rest",
        (session) => revalidate(session, options),
      ),
    ),
  );
}

async function revalidate(session: MaintenanceSession, options: SelectionOptions): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  const selection = await readSelection(session, options);
  const dryRun = options.dryRun ?? false;
  const report = await maintenance.revalidate(selection, { dryRun, signal: context.signal });
  const { done, changed, late } = report;
  if (done.length + changed.length + late.length === 0)
    return reportNoMatch(session, selection, "invalidated");
  await tellRefs(session, dryRun ? "would revalidate" : "revalidated", done);
  for (const ref of changed)
    await output.warn(`left alone, it changed meanwhile: ${describeRef(ref, context.now())}`);
  if (late.length > 0) {
    await output.warn(`${counted(late.length, "save")} were invalidated more than a day ago and stay so`);
    await output.hint("their content may be on its way out of the store: save them again");
  }
  await output.document({
    status: dryRun ? "dry-run" : "revalidated",
    repository: session.repository ?? null,
    refs: refDocuments(done, context.now()),
    changed: refDocuments(changed, context.now()),
    late: refDocuments(late, context.now()),
  });
  return done.length > 0 ? EXIT.ok : EXIT.miss;
}
