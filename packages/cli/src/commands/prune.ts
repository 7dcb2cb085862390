// cairn prune: frees what no save needs, in two phases: condemned now, deleted by a prune at least a day later.

import {
  EVICTION_POLICIES,
  type EvictionPolicy,
  InputError,
  type PruneAmount,
  type PruneReport,
  parseSize,
  type Scope,
} from "@cairn/core";
import { type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addStoreOptions, newCommand, repeatable, type StoreOptions } from "../options.ts";
import { describeRef, refDocuments } from "../selection.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { counted, formatBytes, formatCount, formatTable, printable } from "../text.ts";

interface PruneFlags extends StoreOptions {
  readonly dryRun?: boolean;
  readonly maxSize?: string;
  readonly evict?: EvictionPolicy;
  readonly dropRef?: readonly string[];
  readonly dropGone?: boolean;
  readonly confirm?: string;
  readonly takeOver?: boolean;
}

export function pruneCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "prune",
    "Free what no save needs: it is condemned now, and deleted by a prune at least a day later.",
    [
      "cairn prune --dry-run",
      "cairn prune --max-size 500GiB --evict lru",
      "cairn prune --drop-ref refs/pull/7/merge",
      "cairn prune --drop-gone",
    ],
  )
    .optionsGroup("What:")
    .option("--dry-run", "change nothing, show what would be freed")
    .option("--max-size <size>", "evict saves until the rest needs no more than this: 500GiB")
    .addOption(
      new Option(
        "--evict <policy>",
        "what --max-size takes first: used longest ago, least often, oldest, largest",
      )
        .choices([...EVICTION_POLICIES])
        .default(undefined, "that of the store, else lru"),
    )
    .addOption(repeatable("--drop-ref <ref>", "also drop the saves of this git ref: refs/pull/7/merge"))
    .option(
      "--drop-gone",
      "also drop those of branches, tags and pull requests that git's origin no longer has",
    )
    .option("--confirm <size>", "go on where it refuses, as long as no more than this is freed")
    .option("--take-over", "the store's earlier index is gone for good: from now on prunes go by this one")
    .option("--repository <owner/name>", "repository that --drop-ref and --drop-gone are about");
  return addStoreOptions(command).action(async (options: PruneFlags) =>
    done(
      await runMaintenanceCommand(
        context,
        options,
        "what was not deleted yet is deleted by the next prune",
        (session) => prune(session, options),
      ),
    ),
  );
}

async function prune(session: MaintenanceSession, options: PruneFlags): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  const dryRun = options.dryRun ?? false;
  const report = await maintenance.prune({
    dryRun,
    maxSizeBytes: sizeOf(options.maxSize, "--max-size"),
    evict: options.evict,
    isDropped: await readDropped(session, options),
    confirmedBytes: sizeOf(options.confirm, "--confirm"),
    takesOver: options.takeOver,
    signal: context.signal,
  });
  await output.document(documentOf(report, context.now()));
  await output.result(...tableOf(report));
  await tellRemoved(session, report);
  if (report.broken.length > 0) {
    await output.warn(
      `${counted(report.broken.length, "save")} can't be restored: the artifact is missing or corrupt`,
    );
    await output.hint(
      "cairn verify --all tells which; a save of the same key replaces one, cairn rm removes it",
    );
  }
  if (report.refusal !== undefined) {
    await output.warn(`without --dry-run it would refuse: ${printable(report.refusal)}`);
    await output.hint(`--confirm ${report.condemned.bytes + report.deleted.bytes} goes on even so`);
  }
  if (report.graced.refs > 0)
    await output.note(
      `${counted(report.graced.refs, "save")} invalidated or expired within a day: the content is in use until ${new Date(report.graced.untilMs!).toISOString()}`,
    );
  if (report.condemned.objects + report.deleted.objects + report.waiting.objects === 0)
    await output.note("there is nothing to free");
  if (dryRun) await output.note("nothing was changed");
  else if (report.dueAtMs !== undefined)
    await output.note(
      `the next prune from ${new Date(report.dueAtMs).toISOString()} on deletes what is condemned`,
    );
  return EXIT.ok;
}

function sizeOf(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : parseSize(text, flag);
}

/** @throws InputError */
async function readDropped(
  { context, repository }: MaintenanceSession,
  { dropRef = [], dropGone = false }: PruneFlags,
): Promise<((scope: Scope) => boolean) | undefined> {
  if (dropRef.length === 0 && !dropGone) return undefined;
  if (repository === undefined)
    throw new InputError("nothing says whose refs are to be dropped", {
      hint: "add --repository owner/name",
    });
  const wrong = dropRef.find((ref) => !/^refs\/./.test(ref));
  if (wrong !== undefined)
    throw new InputError(`--drop-ref is no full git ref: ${JSON.stringify(wrong)}`, {
      hint: `write refs/heads/${wrong} for a branch, refs/pull/7/merge for a pull request`,
    });
  const there = dropGone ? await readRemote(context, repository) : undefined;
  return (scope) =>
    scope.repository === repository &&
    (dropRef.includes(scope.ref) || (there !== undefined && isGone(scope.ref, there)));
}

/** @throws InputError: nothing is dropped when it is not certain what is there. */
async function readRemote(context: CliContext, repository: string): Promise<ReadonlySet<string>> {
  const git = await context.readGit(context.cwd);
  if (git?.repository !== repository)
    throw new InputError(
      `the origin of this checkout is ${git?.repository ?? "not known"}, not ${repository}`,
      {
        hint: "run it in a checkout of that repository, or name what to drop with --drop-ref",
      },
    );
  const refs = await context.readRemoteRefs(context.cwd);
  if (refs === undefined || ![...refs].some((ref) => ref.startsWith("refs/heads/")))
    throw new InputError("git's origin does not say which branches it has", {
      hint: "check that `git ls-remote origin` works here",
    });
  return refs;
}

/** Heads of pull and merge requests stay on the server after they were closed: they say nothing. */
function isGone(ref: string, there: ReadonlySet<string>): boolean {
  return /^refs\/(heads\/.|tags\/.|pull\/\d+\/merge$)/.test(ref) && !there.has(ref);
}

const ROWS: readonly (readonly [keyof PruneReport, string, string])[] = [
  ["stored", "stored", "stored"],
  ["kept", "in use", "in use"],
  ["deleted", "deleted", "to delete"],
  ["condemned", "condemned", "to condemn"],
  ["waiting", "waiting since condemned", "waiting since condemned"],
  ["young", "too young to tell", "too young to tell"],
  ["deferred", "left for the next prune", "left for the next prune"],
];

function tableOf(report: PruneReport): string[] {
  const rows = ROWS.flatMap(([field, done, planned]) => {
    const { objects, bytes } = report[field] as PruneAmount;
    const isShown = objects > 0 || field === "stored" || field === "kept";
    return isShown ? [[report.dryRun ? planned : done, formatCount(objects), formatBytes(bytes)]] : [];
  });
  return formatTable(
    [{ title: "" }, { title: "OBJECTS", alignRight: true }, { title: "SIZE", alignRight: true }],
    rows,
  );
}

/** What a person reads of a long list. */
const SHOWN = 20;

async function tellRemoved(session: MaintenanceSession, report: PruneReport): Promise<void> {
  const { output, context } = session;
  for (const why of ["dropped", "evicted", "dead"] as const) {
    const refs = report.removed.filter((removal) => removal.why === why).map(({ ref }) => ref);
    if (refs.length === 0) continue;
    const verb = report.dryRun ? "to be " : "";
    const what = why === "dead" ? `${verb}removed from the index, dead for days` : `${verb}${why}`;
    await output.note(`${counted(refs.length, "save")} ${what}`);
    // What would go is what a dry run is for; what has gone is told on request.
    const shown = output.verbose ? refs : report.dryRun ? refs.slice(0, SHOWN) : [];
    for (const ref of shown) await output.note(`  ${describeRef(ref, context.now())}`);
    if (report.dryRun && shown.length < refs.length)
      await output.note(
        `  and ${counted(refs.length - shown.length, "other")} (--verbose and --json show all)`,
      );
  }
}

function documentOf(report: PruneReport, nowMs: number): unknown {
  const { removed, broken, dueAtMs, graced, ...rest } = report;
  const removedAs = (why: string) =>
    refDocuments(
      removed.filter((removal) => removal.why === why).map(({ ref }) => ref),
      nowMs,
    );
  return {
    status: report.dryRun ? "dry-run" : "pruned",
    ...rest,
    graced: { refs: graced.refs, until: graced.untilMs ? new Date(graced.untilMs).toISOString() : null },
    dueAt: dueAtMs === undefined ? null : new Date(dueAtMs).toISOString(),
    dropped: removedAs("dropped"),
    evicted: removedAs("evicted"),
    dead: removedAs("dead"),
    broken: refDocuments(broken, nowMs),
  };
}
