// cairn rm: takes saves out of the index. The data stays until it expires or is pruned, since others may share it.

import { InputError, type Ref } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findRefs, reportNotFound } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { describeRef, refDocuments } from "../selection.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { counted } from "../text.ts";

interface RmOptions extends StoreOptions {
  readonly ref?: string;
  readonly yes?: boolean;
}

export function rmCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("rm", "Take a key out of the cache, in every branch that has it, or in one.", [
    "cairn rm deps-5d41402a",
    "cairn rm deps-5d41402a --ref refs/heads/main --yes",
  ]).argument("<key>", "a whole key");
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("-y, --yes", "do not ask")
    .action(async (name: string, options: RmOptions) =>
      done(
        await runMaintenanceCommand(context, options, "what was not named above is still there", (session) =>
          remove(session, name, options),
        ),
      ),
    );
}

async function remove(session: MaintenanceSession, name: string, options: RmOptions): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  const refs = await findRefs(session, { name, ref: options.ref, byHash: false });
  if (refs.length === 0) return reportNotFound(session, name);
  if (!options.yes && !(await isConfirmed(session, refs))) {
    await output.note("nothing was removed");
    await output.document({ status: "declined", removed: [], changed: [] });
    return EXIT.ok;
  }
  const removed: Ref[] = [];
  const changed: Ref[] = [];
  for (const ref of refs) {
    context.signal.throwIfAborted();
    const isGone = await maintenance.remove(ref, { signal: context.signal });
    (isGone ? removed : changed).push(ref);
    await (isGone
      ? output.result(`removed ${describeRef(ref, context.now())}`)
      : output.warn(`not removed, it changed meanwhile: ${describeRef(ref, context.now())}`));
  }
  await output.document({
    status: "removed",
    removed: refDocuments(removed, context.now()),
    changed: refDocuments(changed, context.now()),
  });
  return EXIT.ok;
}

async function isConfirmed({ context, output }: MaintenanceSession, refs: readonly Ref[]): Promise<boolean> {
  if (context.ask === undefined || output.json) {
    throw new InputError(`${counted(refs.length, "save")} would be removed, and nobody can be asked`, {
      hint: "add --yes",
    });
  }
  for (const ref of refs) await output.result(`  ${describeRef(ref, context.now())}`);
  const answer = await context.ask(`Remove ${refs.length === 1 ? "it" : `these ${refs.length}`}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
