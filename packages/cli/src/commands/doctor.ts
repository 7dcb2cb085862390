// cairn doctor: examines store and index as this job sees them, and says what to do about each finding.

import type { Finding } from "@cairn/infra";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addStoreOptions, newCommand, type ScopeOptions } from "../options.ts";
import { type InfraSession, runInfraCommand } from "../session.ts";
import { formatTable, printable } from "../text.ts";

export function doctorCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "doctor",
    "Check credentials, clock, speed, conditional writes, permissions and settings; exit code 4 when there is a problem.",
    [
      "cairn doctor --store 's3://acme-cache?region=eu-west-1' --index 'dynamodb://acme-cache'",
      "cairn doctor --mode read      (writes nothing, not even for a moment)",
      "cairn doctor --scope refs/pull/7/merge      (as a pull request sees it)",
    ],
  )
    .option(
      "--scope <ref>",
      "as a job of this git ref: refs/heads/x (default: from the CI event, else from git)",
    )
    .option("--repository <owner/name>", "as a job of this repository (default: this one)");
  return addStoreOptions(command)
    .option("--mode <mode>", "read-write, read, write or off (CAIRN_MODE)")
    .action(async (options: ScopeOptions) =>
      done(
        await runInfraCommand(context, options, "the examination was not finished", (session) =>
          doctor(session),
        ),
      ),
    );
}

async function doctor({ output, context, settings, access, infra }: InfraSession): Promise<ExitCode> {
  const findings = await infra.diagnose({ access, mayWrite: settings.mode.save, signal: context.signal });
  const problems = findings.filter(({ state }) => state === "problem").length;
  const warnings = findings.filter(({ state }) => state === "warning").length;
  await output.document({ healthy: problems === 0, problems, warnings, findings });
  await output.result(
    ...formatTable(
      [{ title: "STATE" }, { title: "CHECK" }, { title: "FOUND" }],
      findings.map(({ state, check, found }) => [state, printable(check), printable(found)]),
    ),
  );
  for (const finding of findings) if (finding.remedy !== undefined) await output.hint(remedyLine(finding));
  return problems === 0 ? EXIT.ok : EXIT.store;
}

function remedyLine({ check, remedy = "" }: Finding): string {
  return `${printable(check)}: ${printable(remedy)}`;
}
