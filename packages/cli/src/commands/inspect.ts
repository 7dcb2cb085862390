// cairn inspect: what one save is made of: its row in the index, its artifact, its packs, and on request its entries.

import {
  type ArtifactSummary,
  describeSignature,
  type EntrySummary,
  type Ref,
  type SignatureState,
} from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findOneRef, reportNotFound } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { refDocument, stateOf } from "../ref-view.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import {
  counted,
  formatAge,
  formatAgo,
  formatBytes,
  formatCount,
  formatMode,
  formatTable,
  printable,
} from "../text.ts";

interface InspectOptions extends StoreOptions {
  readonly ref?: string;
  readonly entries?: boolean;
}

export function inspectCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("inspect", "Show what one save is made of.", [
    "cairn inspect deps-5d41402a",
    "cairn inspect 9f86d081 --json | jq .artifact.packs",
    "cairn inspect deps-5d41402a --entries | grep package.json",
  ]).argument("<key|hash>", "a whole key, or the first digits of a content hash");
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("--entries", "list every file, folder and link instead")
    .action(async (name: string, options: InspectOptions) =>
      done(
        await runMaintenanceCommand(context, options, "an inspection changes nothing", (session) =>
          inspect(session, name, options),
        ),
      ),
    );
}

async function inspect(
  session: MaintenanceSession,
  name: string,
  options: InspectOptions,
): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  const ref = await findOneRef(session, { name, ref: options.ref, byHash: true });
  if (!ref) return reportNotFound(session, name);
  const call = { signal: context.signal };
  if (options.entries && !output.json) {
    for await (const entry of maintenance.entries(ref, call)) await output.result(entryLine(entry));
    return EXIT.ok;
  }
  const artifact = await maintenance.inspect(ref, call);
  const signature = maintenance.signatureOf(ref);
  if (!output.json) {
    await output.result(
      ...refLines(ref, signature, context.now()),
      ...artifactLines(artifact, context.now()),
    );
    return EXIT.ok;
  }
  const entries: EntrySummary[] = [];
  if (options.entries) for await (const entry of maintenance.entries(ref, call)) entries.push(entry);
  await output.document({
    ref: refDocument(ref, context.now(), signature),
    artifact: {
      ...artifact,
      packs: artifact.packs.map(({ bornAtMs, ...pack }) => ({
        ...pack,
        bornAt: new Date(bornAtMs).toISOString(),
      })),
    },
    ...(options.entries ? { entries } : {}),
  });
  return EXIT.ok;
}

function refLines(ref: Ref, signature: SignatureState, nowMs: number): string[] {
  const rows: (readonly [string, string])[] = [
    ["key", ref.key],
    ["repository", ref.scope.repository],
    ["ref", ref.scope.ref],
    ["state", stateOf(ref, nowMs)],
    ["content", ref.contentHash],
    ["version", ref.version],
    ["domain", ref.domain],
    ["signature", describeSignature(signature)],
    ["saved", `${formatAgo(nowMs - ref.createdAtMs)}`],
    ["used", `${formatCount(ref.accessCount)} times, last ${formatAgo(nowMs - ref.lastAccessedAtMs)}`],
    ["expires", `in ${formatAge(ref.expiresAtMs - nowMs)}`],
    ...(ref.toolchain === undefined ? [] : [["toolchain", ref.toolchain] as const]),
    ...(ref.lockfileHash === undefined ? [] : [["lockfile", ref.lockfileHash] as const]),
  ];
  return formatTable(
    [{ title: "" }, { title: "" }],
    rows.map(([name, value]) => [name, printable(value)]),
  ).slice(1);
}

function artifactLines(artifact: ArtifactSummary, nowMs: number): string[] {
  const roots = artifact.roots.map(({ anchor, path }) => `  ${anchor}: ${printable(path)}`);
  const packs = formatTable(
    [{ title: "  PACK" }, { title: "SIZE", alignRight: true }, { title: "AGE", alignRight: true }],
    artifact.packs.map((pack) => [
      `  ${pack.name.slice(0, 16)}`,
      formatBytes(pack.sizeBytes),
      formatAge(nowMs - pack.bornAtMs),
    ]),
  );
  const chunks = artifact.chunks === undefined ? "" : `, ${counted(artifact.chunks, "chunk")}`;
  return [
    "",
    `${counted(artifact.entryCount, "entry", "entries")}, ${formatBytes(artifact.treeBytes)}, ` +
      `${formatBytes(artifact.storedBytes)} stored (format ${artifact.formatVersion}, ` +
      `${counted(artifact.segments, "segment")}${chunks})`,
    "",
    counted(artifact.roots.length, "path"),
    ...roots,
    "",
    ...(artifact.packs.length > 0 ? packs : ["no packs: everything is in the artifact"]),
  ];
}

const KIND_LETTERS = { file: "-", directory: "d", symlink: "l", hardlink: "h" } as const;

function entryLine(entry: EntrySummary): string {
  const target = entry.target === undefined ? "" : ` -> ${printable(entry.target)}`;
  const size = String(entry.sizeBytes).padStart(11);
  // The microseconds that the store keeps say nothing here.
  const time = new Date(entry.mtimeMs).toISOString().slice(0, 19);
  return `${KIND_LETTERS[entry.kind]}${formatMode(entry.mode)} ${size} ${time} ${printable(entry.path)}${target}`;
}
