// cairn stats: what the cache did for a repository, or for each: hit rate, time and bytes by the counters of the index,
// size, age and use by the saves that are there; against the targets. As a table, a document, or a page with charts.

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { COUNTERS_KEPT_DAYS, type CounterRow, InputError, type Ref } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { matching } from "../find-refs.ts";
import { addStoreOptions, newCommand, OUTPUT_HEADING, type StoreOptions } from "../options.ts";
import { stateOf } from "../ref-view.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { type RepositoryStats, rangeOf, type Stats, statsOf } from "../stats/figures.ts";
import { days, describeSaves, describeTarget, FIGURE_ROWS, percent, seconds } from "../stats/text.ts";
import { formatBytes, formatCount, formatTable, printable } from "../text.ts";

const DEFAULT_DAYS = 30;

interface StatsOptions extends StoreOptions {
  readonly days?: string;
  readonly html?: string;
}

export function statsCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("stats", "Show what the cache did: hit rate, time saved, size, age.", [
    "cairn stats",
    "cairn stats --repository '*' --days 7",
    "cairn stats --html cache.html",
    "cairn stats --json | jq '.repositories[].branches.hitRate'",
  ]);
  command
    .optionsGroup("Which:")
    .option("--repository <owner/name>", "repository to look at, '*' for all (default: this one)")
    .option("--days <count>", `the last so many days, up to ${COUNTERS_KEPT_DAYS}`, String(DEFAULT_DAYS));
  return addStoreOptions(command)
    .optionsGroup(OUTPUT_HEADING)
    .option("--html <file>", "write one page with charts that needs nothing else")
    .action(async (options: StatsOptions) =>
      done(
        await runMaintenanceCommand(context, options, "nothing was changed", (session) =>
          show(session, options),
        ),
      ),
    );
}

async function show(session: MaintenanceSession, options: StatsOptions): Promise<ExitCode> {
  const { context, output, repository } = session;
  const stats = await collect(session, parseDays(options.days));
  if (options.html !== undefined) {
    const { renderPage } = await import("../stats/page.ts");
    const page = renderPage(stats, { nowMs: context.now(), isWhole: repository === undefined });
    await writePage(resolve(context.cwd, options.html), page);
  }
  await output.document({
    ...{ from: stats.from, to: stats.to, days: stats.days },
    repository: repository ?? null,
    repositories: stats.repositories,
    ...(options.html !== undefined && { html: resolve(context.cwd, options.html) }),
  });
  await output.result(...(repository === undefined ? overview(stats) : details(stats)));
  const counted = stats.repositories.some(
    ({ branches, pullRequests }) => branches.restores + branches.saves + pullRequests.restores > 0,
  );
  if (!counted) {
    await output.note(
      `no step was counted from ${stats.from} to ${stats.to}: restores and saves of this version count, unless CAIRN_METRICS=off`,
    );
  }
  const broken = stats.repositories.reduce((sum, { brokenSaves }) => sum + brokenSaves, 0);
  if (broken > 0) await output.warn(`${describeSaves(broken)} can't be restored: cairn prune names them`);
  if (options.html !== undefined) await output.note(`wrote ${printable(options.html)}`);
  return EXIT.ok;
}

async function collect(session: MaintenanceSession, count: number): Promise<Stats> {
  const { context, maintenance, repository } = session;
  const { signal } = context;
  const nowMs = context.now();
  const range = rangeOf(count, nowMs);
  const isLiveNow = (ref: Ref) => stateOf(ref, nowMs) === "live";
  const [rows, refs] = await Promise.all([
    readCounters(maintenance.counters({ repository, from: range.from, to: range.to }, { signal })),
    matching(session, { repository }, isLiveNow),
  ]);
  const rowsBy = Map.groupBy(rows, (row: CounterRow) => row.repository);
  const refsBy = Map.groupBy(refs, (ref) => ref.scope.repository);
  const names = repository === undefined ? new Set([...rowsBy.keys(), ...refsBy.keys()]) : [repository];
  const repositories: RepositoryStats[] = [];
  for (const name of [...names].sort()) {
    const own = refsBy.get(name) ?? [];
    const storage = await maintenance.storage(own, { signal });
    repositories.push(
      statsOf({ repository: name, rows: rowsBy.get(name) ?? [], refs: own, storage }, range, nowMs),
    );
  }
  return { ...range, repositories };
}

async function readCounters(counters: AsyncIterable<CounterRow>): Promise<CounterRow[]> {
  const rows: CounterRow[] = [];
  for await (const row of counters) rows.push(row);
  return rows;
}

/** One repository: every figure. */
function details({ from, to, repositories }: Stats): string[] {
  const [stats] = repositories as [RepositoryStats];
  const { branches, pullRequests, mostUsed } = stats;
  const used = mostUsed.map(({ key, ref, uses, treeBytes, ageDays }) => [
    printable(key),
    printable(ref.replace(/^refs\/heads\//, "")),
    formatCount(uses),
    formatBytes(treeBytes),
    days(ageDays),
  ]);
  return [
    `${printable(stats.repository)}, ${from} to ${to}`,
    "",
    ...formatTable(
      [{ title: "TARGET" }, { title: "NOW", alignRight: true }, { title: "WANTED" }, { title: "" }],
      stats.targets
        .map(describeTarget)
        .map(({ name, value, wanted, verdict }) => [name, value, wanted, verdict]),
    ),
    "",
    ...formatTable(
      [
        { title: "STEPS" },
        { title: "BRANCHES", alignRight: true },
        { title: "PULL REQUESTS", alignRight: true },
      ],
      FIGURE_ROWS.map(({ name, of }) => [name, of(branches), of(pullRequests)]),
    ),
    ...(used.length === 0
      ? []
      : [
          "",
          ...formatTable(
            [
              { title: "MOST USED" },
              { title: "REF" },
              { title: "USES", alignRight: true },
              { title: "SIZE", alignRight: true },
              { title: "AGE", alignRight: true },
            ],
            used,
          ),
        ]),
    "",
    `${describeSaves(stats.saves)}, trees of ${formatBytes(stats.treeBytes)} in ${formatBytes(stats.storedBytes)}`,
  ];
}

/** All repositories: a line each. */
function overview({ from, to, repositories }: Stats): string[] {
  const right = { alignRight: true };
  return [
    `all repositories, ${from} to ${to}`,
    "",
    ...formatTable(
      [
        { title: "REPOSITORY" },
        { title: "RESTORES", ...right },
        { title: "HIT RATE", ...right },
        { title: "TIME SAVED", ...right },
        { title: "WORK SAVED", ...right },
        { title: "SAVES", ...right },
        { title: "STORED", ...right },
        { title: "MEAN AGE", ...right },
        { title: "EVICTED", ...right },
        { title: "TARGETS" },
      ],
      repositories.map(({ repository, branches, saves, storedBytes, meanAgeDays, targets }) => [
        printable(repository),
        formatCount(branches.restores),
        percent(branches.hitRate),
        percent(branches.timeSaved),
        branches.timedHits > 0 ? seconds(branches.secondsSaved) : "-",
        formatCount(saves),
        formatBytes(storedBytes),
        days(meanAgeDays),
        percent(branches.evictionRate),
        missed(targets),
      ]),
    ),
  ];
}

function missed(targets: RepositoryStats["targets"]): string {
  const names = targets.filter(({ isReached }) => isReached === false).map(({ name }) => name);
  return names.length === 0 ? "reached" : `not reached: ${names.join(", ")}`;
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "error";
    throw new InputError(`the page can't be written to ${file} (${code})`, {
      hint: "name a file in a folder that exists and that this user may write to",
      cause,
    });
  }
}

function parseDays(text: string | undefined): number {
  const count = /^\d{1,3}$/.test(text ?? "") ? Number(text) : 0;
  if (count >= 1 && count <= COUNTERS_KEPT_DAYS) return count;
  throw new InputError(`--days is not a number of days: ${JSON.stringify(text)}`, {
    hint: `write a number from 1 to ${COUNTERS_KEPT_DAYS}: counters are kept so long`,
  });
}
