// cairn restore: brings the paths to what a key holds. A miss is exit code 3.

import type { RefusedRef, RestoreResult } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addPathOptions, addRestoreKeyOption, newCommand, type PathOptions } from "../options.ts";
import { startProgress } from "../progress.ts";
import { refDocument, refusedPart } from "../ref-view.ts";
import { type BuildSession, missCode, runBuildCommand } from "../session.ts";
import { counted, formatBytes, formatDuration, printable } from "../text.ts";
import { commonRequest, requireKey } from "./request.ts";

export interface RestoreOptions extends PathOptions {
  readonly restoreKey?: readonly string[];
  readonly clean?: boolean;
}

export function restoreCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("restore", "Restore paths from the cache; exit code 3 when nothing fits.", [
    "cairn restore --key deps-$(sha256sum < package-lock.json | cut -c1-16) --restore-key deps- node_modules",
    "cairn restore --key deps node_modules || npm ci",
    "cairn restore --soft --key build --path dist --path '!dist/**/*.map'",
  ]).argument("[paths...]", "what to restore, as it was named when it was saved");
  addRestoreKeyOption(addPathOptions(command)).option(
    "--clean",
    "remove files below the paths that the cache does not hold",
  );
  return command.action(async (paths: string[], options: RestoreOptions) =>
    done(
      await runBuildCommand(context, options, "the files are as they were", (session) =>
        restore(session, options, paths),
      ),
    ),
  );
}

async function restore(session: BuildSession, options: RestoreOptions, paths: string[]): Promise<ExitCode> {
  const { output, context, settings, access } = session;
  const key = requireKey(options);
  if (access.note) await output.note(access.note);
  if (!settings.mode.restore) return skipped(session, key, "restoring is off (mode)");
  const progress = await startProgress(context, output);
  try {
    const request = commonRequest(session, options, paths, progress.update);
    const cache = await session.openCache();
    const result = await cache.restore({
      ...request,
      restoreKeys: options.restoreKey ?? [],
      clean: options.clean ?? false,
    });
    progress.stop();
    await tellRefused(session, result.refused);
    return result.status === "miss"
      ? await reportMiss(session, key, result)
      : await reportHit(session, key, result);
  } finally {
    progress.stop();
  }
}

async function reportHit(
  { output, context }: BuildSession,
  key: string,
  result: RestoreResult & { status: "hit" },
): Promise<ExitCode> {
  for (const notice of result.notices) await output.note(printable(notice));
  const by = result.exact ? "" : ` (for ${printable(key)})`;
  if (!output.quiet) {
    await output.result(
      `restored ${printable(result.ref.key)}${by}: ${counted(result.entryCount, "entry", "entries")}, ` +
        `${formatBytes(result.restoredBytes)} in ${formatDuration(result.durationMs)} ` +
        `(${formatBytes(result.downloadedBytes)} read from the store, ${formatBytes(result.keptBytes)} already here)`,
    );
  }
  await output.document({
    status: "hit",
    key,
    matchedKey: result.ref.key,
    exact: result.exact,
    ref: refDocument(result.ref, context.now()),
    restoredBytes: result.restoredBytes,
    downloadedBytes: result.downloadedBytes,
    keptBytes: result.keptBytes,
    entryCount: result.entryCount,
    durationMs: result.durationMs,
    notices: result.notices,
    ...refusedPart(result.refused, context.now()),
  });
  return EXIT.ok;
}

/** Of many, the rest says nothing new. */
const REFUSED_TOLD = 3;

/** For lookup as well: what was found and not used, since its signature does not hold. */
export async function tellRefused(
  { output, soft }: BuildSession,
  refused: readonly RefusedRef[] = [],
): Promise<void> {
  const say = soft ? output.warn : output.error;
  for (const { message, hint } of refused.slice(0, REFUSED_TOLD)) {
    await say(`refused ${printable(message)}`);
    await output.hint(hint);
  }
  const rest = refused.length - REFUSED_TOLD;
  if (rest > 0) await say(`refused ${counted(rest, "more save")} for their signatures`);
}

/** For lookup as well. What was refused is no plain miss: someone has to look at the index. */
export async function reportMiss(
  session: BuildSession,
  key: string,
  result: {
    readonly explanation: readonly string[];
    readonly version: string;
    readonly refused?: readonly RefusedRef[];
  },
): Promise<ExitCode> {
  await session.output.note(`nothing found for ${printable(key)}`);
  for (const line of result.explanation) await session.output.note(`  ${printable(line)}`);
  await session.output.document({
    status: "miss",
    key,
    version: result.version,
    explanation: result.explanation,
    ...refusedPart(result.refused, session.context.now()),
  });
  return result.refused && !session.soft ? EXIT.damaged : missCode(session);
}

/** For lookup as well: a mode that does not restore finds nothing. */
export async function skipped(session: BuildSession, key: string, reason: string): Promise<ExitCode> {
  await session.output.note(reason);
  await session.output.document({ status: "skipped", key, reason });
  return missCode(session);
}
