// cairn setup: looks whether bucket, table and monitoring are as Cairn needs them, and with --apply makes them so.

import type { SetupState, SetupStep } from "@cairn/infra";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addStoreOptions, newCommand, type StoreOptions } from "../options.ts";
import { type InfraSession, runInfraCommand } from "../session.ts";
import { formatTable, printable } from "../text.ts";

interface SetupOptions extends StoreOptions {
  readonly apply?: boolean;
  readonly archive?: boolean;
  readonly monitoring?: boolean;
  readonly alarmTopic?: string;
}

export function setupCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "setup",
    "Show what the store and the index lack, and with --apply make and change it; exit code 4 while something lacks.",
    [
      "cairn setup --store 's3://acme-cache?region=eu-west-1' --index 'dynamodb://acme-cache'",
      "cairn setup --apply",
    ],
  )
    .option("--apply", "make what is missing and change what is outdated; nothing is ever deleted")
    .option("--archive", "let packs of branches move to Glacier Instant Retrieval after 90 days")
    .option("--no-monitoring", "leave out the CloudWatch dashboard and the alarms")
    .option("--alarm-topic <arn>", "SNS topic that the alarms tell");
  return addStoreOptions(command).action(async (options: SetupOptions) =>
    done(
      await runInfraCommand(context, options, "what was made is kept, run it again for the rest", (session) =>
        setup(session, options),
      ),
    ),
  );
}

async function setup({ output, context, infra }: InfraSession, options: SetupOptions): Promise<ExitCode> {
  const { apply = false, archive = false, monitoring = true, alarmTopic } = options;
  const steps = await infra.setup({ apply, archive, monitoring, alarmTopic, signal: context.signal });
  const ready = steps.every(isReady);
  await output.document({ apply, ready, steps });
  if (steps.length > 0) {
    await output.result(
      ...formatTable(
        [{ title: "STATE" }, { title: "WHAT" }, { title: "" }],
        steps.map((step) => [step.state, printable(step.resource), printable(step.detail)]),
      ),
    );
  }
  for (const { resource, hint } of steps) {
    if (hint !== undefined) await output.hint(`${printable(resource)}: ${printable(hint)}`);
  }
  if (ready) return EXIT.ok;
  if (!apply && steps.some(({ state }) => state === "missing" || state === "outdated")) {
    await output.hint("cairn setup --apply makes what is missing and changes what is outdated");
  }
  return EXIT.store;
}

/** What a server has no API for can't be made ready: it is named, and no failure. */
const READY: readonly SetupState[] = ["present", "created", "changed", "unsupported"];

function isReady({ state, optional = false }: SetupStep): boolean {
  return READY.includes(state) || (state === "missing" && optional);
}
