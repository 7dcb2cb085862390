// cairn setup: looks whether the bucket and the table are as Cairn needs them, and with --apply makes them so.

import type { SetupStep } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addStoreOptions, newCommand, type StoreOptions } from "../options.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { formatTable, printable } from "../text.ts";

interface SetupOptions extends StoreOptions {
  readonly apply?: boolean;
}

export function setupCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "setup",
    "Check the store and the index, and with --apply create what is missing; exit code 4 when something lacks.",
    [
      "cairn setup --store 's3://acme-cache?region=eu-west-1' --index 'dynamodb://acme-cache'",
      "cairn setup --apply",
    ],
  );
  return addStoreOptions(command.option("--apply", "create what is missing")).action(
    async (options: SetupOptions) =>
      done(
        await runMaintenanceCommand(
          context,
          options,
          "what was created is kept, run it again for the rest",
          (session) => setup(session, options.apply ?? false),
        ),
      ),
  );
}

async function setup(session: MaintenanceSession, apply: boolean): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  const steps = await maintenance.setup({ apply, signal: context.signal });
  await output.document({ apply, ready: steps.every(isReady), steps });
  if (steps.length > 0) {
    await output.result(
      ...formatTable(
        [{ title: "STATE" }, { title: "WHAT" }, { title: "" }],
        steps.map((step) => [step.state, printable(step.resource), printable(step.detail)]),
      ),
    );
  }
  if (steps.every(isReady)) return EXIT.ok;
  if (!apply && steps.some((step) => step.state === "missing")) {
    await output.hint("cairn setup --apply creates what is missing");
  }
  if (steps.some((step) => step.state === "differs")) {
    await output.hint("what differs was left alone: change it yourself, or leave it on purpose");
  }
  return EXIT.store;
}

function isReady(step: SetupStep): boolean {
  return step.state === "present" || step.state === "created";
}
