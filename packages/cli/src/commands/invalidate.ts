// cairn invalidate: makes saves misses from now on. Their content stays for a day at least, so that revalidate works.

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
import { counted, formatBytes } from "../text.ts";

export function invalidateCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "invalidate",
    "Make saves misses from now on: by toolchain, lock file, key, branch or age; exit code 3 when nothing fits.",
    [
      "cairn invalidate --toolchain node-20.1.0 --dry-run",
      "cairn invalidate --lockfile package-lock.json",
      "cairn invalidate --branch release-1 --prefix deps- --older-than 7d",
      "cairn invalidate --repository acme/api --all",
    ],
  );
  return addSelectionOptions(command).action(async (options: SelectionOptions) =>
    done(
      await runMaintenanceCommand(
        context,
        options,
        "some may be invalidated, run it again for the rest",
        (session) => invalidate(session, options),
      ),
    ),
  );
}

async function invalidate(session: MaintenanceSession, options: SelectionOptions): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  const selection = await readSelection(session, options);
  const dryRun = options.dryRun ?? false;
  const { done, changed } = await maintenance.invalidate(selection, { dryRun, signal: context.signal });
  if (done.length + changed.length === 0) return reportNoMatch(session, selection, "live");
  await tellRefs(session, dryRun ? "would invalidate" : "invalidated", done);
  for (const ref of changed)
    await output.warn(`left alone, it changed meanwhile: ${describeRef(ref, context.now())}`);
  const bytes = done.reduce((sum, ref) => sum + ref.treeBytes, 0);
  await output.note(
    dryRun
      ? `${counted(done.length, "save")}, trees of ${formatBytes(bytes)} in all: nothing was changed`
      : `${counted(done.length, "save")} invalidated; cairn revalidate takes it back within a day, cairn prune frees the space after that`,
  );
  await output.document({
    status: dryRun ? "dry-run" : "invalidated",
    repository: session.repository ?? null,
    refs: refDocuments(done, context.now()),
    changed: refDocuments(changed, context.now()),
  });
  return EXIT.ok;
}
