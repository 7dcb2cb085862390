// cairn provenance: what made a save: run, commit, toolchain, and what it was made with.

import { InputError, type Provenance, toInTotoStatement, toSlsaPredicate } from "@cairn/core";
import { type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findContent } from "../find-content.ts";
import { reportNotFound } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { counted, formatDuration, formatTable, printable } from "../text.ts";

const FORMATS = {
  "in-toto": toInTotoStatement,
  slsa: toSlsaPredicate,
  json: (provenance: Provenance) => provenance,
} as const;

interface ProvenanceOptions extends StoreOptions {
  readonly ref?: string;
  readonly format?: keyof typeof FORMATS;
  readonly all?: boolean;
}

export function provenanceCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "provenance",
    "Show what made a save: run, commit, toolchain, and what the job had restored.",
    [
      "cairn provenance deps-5d41402a",
      "cairn provenance 9f86d081 --format in-toto > statement.json",
      "cairn provenance deps-5d41402a --format slsa | jq .buildDefinition.resolvedDependencies",
    ],
  ).argument("<key|hash>", "a whole key, or the first digits of a content hash");
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("--all", "every run that made this content, not only the newest")
    .optionsGroup("Output:")
    .addOption(
      new Option(
        "--format <format>",
        "an in-toto statement, its SLSA predicate, or the record itself",
      ).choices(Object.keys(FORMATS)),
    )
    .action(async (name: string, options: ProvenanceOptions) =>
      done(
        await runMaintenanceCommand(context, options, "a look changes nothing", (session) =>
          show(session, name, options),
        ),
      ),
    );
}

async function show(
  session: MaintenanceSession,
  name: string,
  options: ProvenanceOptions,
): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  if (options.format !== undefined && output.json)
    throw new InputError("--json and --format both say what stdout is", { hint: "give one of them" });
  const content = await findContent(session, name, options.ref);
  if (!content) return reportNotFound(session, name);
  const records = await maintenance.provenance(content, { signal: context.signal });
  const shown = options.all ? records : records.slice(0, 1);
  await output.document({
    status: records.length > 0 ? "found" : "unknown",
    ...content,
    provenance: records,
  });
  if (records.length === 0) {
    await output.error(`nothing is recorded of how ${content.contentHash.slice(0, 12)} was made`);
    await output.hint("saves made by an older Cairn, or by a program, have no record");
    return EXIT.miss;
  }
  if (options.format !== undefined) {
    const format = FORMATS[options.format];
    await output.result(...shown.map((record) => JSON.stringify(format(record), null, options.all ? 0 : 2)));
  } else await output.result(...shown.flatMap((record, n) => [...(n > 0 ? [""] : []), ...lines(record)]));
  if (shown.length < records.length)
    await output.note(`${counted(records.length - 1, "other run")} made the same content: --all shows them`);
  return EXIT.ok;
}

function lines(record: Provenance): string[] {
  const { run, toolchain, dependencies, buildDuration } = record;
  const tools = Object.entries(toolchain).map(([name, version]) => (version ? `${name} ${version}` : name));
  const rows: (readonly [string, string | undefined])[] = [
    ["content", record.contentHash.replace(/^sha256:/, "")],
    ["domain", record.domain === "pr" ? "pr: what a pull request says of itself" : record.domain],
    ["key", record.cacheKey],
    ["repository", record.repository],
    ["ref", record.ref],
    ["branch", record.branch],
    ["commit", record.commitSha],
    ["message", record.commitMessage?.split("\n")[0]],
    ["run", [run.system, run.runId, run.attempt].filter(Boolean).join(" ")],
    ["url", run.url],
    ["workflow", [run.workflow, run.job].filter(Boolean).join(" / ")],
    ["by", [run.actor, run.event].filter(Boolean).join(", ")],
    ["toolchain", tools.join(", ")],
    ["lockfile", record.lockfileHash],
    ["saved", record.buildTime],
    ["took", buildDuration === undefined ? undefined : formatDuration(buildDuration * 1000)],
    ...dependencies.map((digest, n) => [n === 0 ? "made with" : "", digest.replace(/^sha256:/, "")] as const),
  ];
  return formatTable(
    [{ title: "" }, { title: "" }],
    rows.flatMap(([name, value]) => (value ? [[name, printable(value)]] : [])),
  ).slice(1);
}
