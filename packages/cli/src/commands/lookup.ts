// cairn lookup: what a restore would take, without reading or writing any content.

import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addPathOptions, addRestoreKeyOption, newCommand } from "../options.ts";
import { refDocument, refusedPart } from "../ref-view.ts";
import { type BuildSession, runBuildCommand } from "../session.ts";
import { formatAgo, formatBytes, printable } from "../text.ts";
import { commonRequest, requireKey } from "./request.ts";
import { type RestoreOptions, reportMiss, skipped, tellRefused } from "./restore.ts";

export function lookupCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("lookup", "Tell what a restore would take; exit code 3 when nothing fits.", [
    "cairn lookup --key deps-5d41402a --restore-key deps- node_modules",
    "cairn lookup --json --key deps-5d41402a node_modules | jq -r .matchedKey",
  ]).argument("[paths...]", "the paths, as they were named when they were saved");
  return addRestoreKeyOption(addPathOptions(command)).action(
    async (paths: string[], options: RestoreOptions) =>
      done(
        await runBuildCommand(context, options, "a look-up changes nothing", (session) =>
          lookup(session, options, paths),
        ),
      ),
  );
}

async function lookup(session: BuildSession, options: RestoreOptions, paths: string[]): Promise<ExitCode> {
  const { output, context, settings, access } = session;
  const key = requireKey(options);
  if (access.note) await output.note(access.note);
  if (!settings.mode.restore) return skipped(session, key, "restoring is off (mode)");
  const request = commonRequest(session, options, paths);
  const cache = await session.openCache();
  const result = await cache.lookup({ ...request, restoreKeys: options.restoreKey ?? [] });
  await tellRefused(session, result.refused);
  if (result.status === "miss") return reportMiss(session, key, result);
  const { ref, exact } = result;
  await output.result(
    `found ${printable(ref.key)}${exact ? "" : ` (for ${printable(key)})`}: ${formatBytes(ref.treeBytes)}, ` +
      `saved ${formatAgo(context.now() - ref.createdAtMs)} on ${printable(ref.scope.ref)}`,
  );
  await output.document({
    status: "hit",
    key,
    matchedKey: ref.key,
    exact,
    ref: refDocument(ref, context.now()),
    ...refusedPart(result.refused, context.now()),
  });
  return EXIT.ok;
}
