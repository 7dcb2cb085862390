// cairn save: keeps the paths under a key. A key that exists, or that another job is saving, is no failure.

import { AUTO, detectToolchain, type SaveResult } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkoutPlace } from "../folders.ts";
import { hashLockfile } from "../lockfile-hash.ts";
import { addPathOptions, newCommand, PATHS_HEADING, type PathOptions, repeatable } from "../options.ts";
import { startProgress } from "../progress.ts";
import { refDocument } from "../ref-view.ts";
import { readRunFacts } from "../run-facts.ts";
import { type BuildSession, runBuildCommand } from "../session.ts";
import { counted, formatBytes, formatDuration, printable } from "../text.ts";
import { commonRequest, requireKey } from "./request.ts";

interface SaveOptions extends PathOptions {
  readonly overwrite?: boolean;
  readonly toolchain?: string;
  readonly lockfile?: readonly string[];
  readonly buildSeconds?: string;
}

export function saveCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("save", "Save paths to the cache; only what the store does not hold is sent.", [
    "cairn save --key deps-$(sha256sum < package-lock.json | cut -c1-16) node_modules",
    "cairn save --key build --overwrite --toolchain auto --lockfile auto dist '!dist/tmp'",
    "cairn save --soft --key deps-$CI_COMMIT_REF_SLUG --path node_modules --path ~/.cache/tool",
  ]).argument("[paths...]", "files, folders and patterns; !pattern leaves out");
  addPathOptions(command)
    .optionsGroup(PATHS_HEADING)
    .option("--overwrite", "replace what the key holds, when the content differs")
    .option("--toolchain <name>", "recorded with the save, to find or drop it by: node-24, or auto")
    .addOption(
      repeatable("--lockfile <file>", "recorded with the save by its SHA-256: file, pattern or auto"),
    )
    .option("--build-seconds <count>", "recorded with the save: how long it took to build");
  return command.action(async (paths: string[], options: SaveOptions) =>
    done(
      await runBuildCommand(context, options, "nothing was saved", (session) =>
        save(session, options, paths),
      ),
    ),
  );
}

async function save(session: BuildSession, options: SaveOptions, paths: string[]): Promise<ExitCode> {
  const { output, context, settings, access } = session;
  const key = requireKey(options);
  if (!settings.mode.save) return notSaved(session, key, "saving is off (mode)");
  if (access.writes === undefined) {
    return notSaved(session, key, access.note ?? "this job may not save");
  }
  if (access.note) await output.note(access.note);
  const progress = await startProgress(context, output);
  try {
    const request = commonRequest(session, options, paths, progress.update);
    const lockfileHash = options.lockfile && (await hashLockfile(context, options.lockfile));
    const toolchain = await findToolchain(session, options);
    const run = await readRunFacts(context, options);
    const cache = await session.openCache();
    const result = await cache.save({
      ...request,
      overwrite: options.overwrite ?? false,
      toolchain,
      lockfileHash,
      run,
    });
    progress.stop();
    await report(session, key, result);
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

async function report({ output, context }: BuildSession, key: string, result: SaveResult): Promise<void> {
  if (result.status === "busy") {
    await output.note(`not saved: ${printable(result.owner)} is saving ${printable(key)} now`);
    await output.document({
      status: "busy",
      key,
      owner: result.owner,
      expiresAt: new Date(result.expiresAtMs).toISOString(),
    });
    return;
  }
  const ref = refDocument(result.ref, context.now());
  if (result.status === "exists") {
    if (!output.quiet) await output.result(`${printable(key)} is saved already, nothing was sent`);
    await output.document({ status: "exists", key, ref });
    return;
  }
  for (const notice of result.notices) await output.note(printable(notice));
  if (!output.quiet) {
    await output.result(
      `${result.replaced ? "replaced" : "saved"} ${printable(key)}: ` +
        `${counted(result.ref.entryCount, "entry", "entries")}, ${formatBytes(result.ref.treeBytes)} in ` +
        `${formatDuration(result.durationMs)} (${formatBytes(result.uploadedBytes)} sent, ` +
        `${formatBytes(result.reusedBytes)} were in the store)`,
    );
  }
  await output.document({
    status: "saved",
    key,
    replaced: result.replaced,
    ref,
    uploadedBytes: result.uploadedBytes,
    reusedBytes: result.reusedBytes,
    durationMs: result.durationMs,
    notices: result.notices,
  });
}

async function notSaved({ output }: BuildSession, key: string, reason: string): Promise<ExitCode> {
  await output.note(`not saved: ${reason}`);
  await output.document({ status: "skipped", key, reason });
  return EXIT.ok;
}

async function findToolchain(
  { context, output }: BuildSession,
  { toolchain, lockfile = [] }: SaveOptions,
): Promise<string | undefined> {
  if (toolchain !== AUTO) return toolchain;
  const { env, signal } = context;
  const detected = await detectToolchain({ lockfiles: lockfile, place: checkoutPlace(context), env, signal });
  if (detected.notice) await output.note(printable(detected.notice));
  return detected.toolchain;
}
