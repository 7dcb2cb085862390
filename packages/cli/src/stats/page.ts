// The page of `cairn stats --html`: one file that needs no network and no script. Every chart has its figures in a table
// below it; names out of the store are escaped, since others write there.

import { formatBytes, formatCount } from "../text.ts";
import { barChart, type ChartOptions, lineChart, rankChart } from "./charts.ts";
import { type DayFigures, type RepositoryStats, type Stats, TARGETS } from "./figures.ts";
import { STYLE } from "./page-style.ts";
import { days, describeSaves, describeTarget, FIGURE_ROWS, percent, seconds, UNKNOWN } from "./text.ts";

/** Of many repositories the rest says little. */
const REPOSITORIES_SHOWN = 20;

export interface PageOptions {
  readonly nowMs: number;
  /** Whether it is about all repositories. */
  readonly isWhole: boolean;
}

export function renderPage(stats: Stats, { nowMs, isWhole }: PageOptions): string {
  const { from, to, repositories } = stats;
  const what = isWhole ? "all repositories" : (repositories[0]?.repository ?? "");
  const parts = [
    ...(isWhole ? [repositoriesPart(repositories)] : []),
    ...repositories.slice(0, isWhole ? REPOSITORIES_SHOWN : 1).map((one) => repositoryPart(one, isWhole)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Cairn: ${escaped(what)}, ${from} to ${to}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Build cache of ${escaped(what)}</h1>
<p>${from} to ${to}, made ${new Date(nowMs).toISOString().slice(0, 16).replace("T", " ")} UTC by <code>cairn stats</code></p>
</header>
<main>
${parts.join("\n")}
</main>
</body>
</html>
`;
}

function repositoriesPart(repositories: readonly RepositoryStats[]): string {
  const shown = repositories.toSorted((a, b) => b.storedBytes - a.storedBytes).slice(0, REPOSITORIES_SHOWN);
  const table = tableOf(
    ["Repository", "Restores", "Hit rate", "Time saved", "Stored", "Mean age"],
    repositories.map(({ repository, branches, storedBytes, meanAgeDays }) => [
      repository,
      formatCount(branches.restores),
      percent(branches.hitRate),
      percent(branches.timeSaved),
      formatBytes(storedBytes),
      days(meanAgeDays),
    ]),
  );
  const chart = rankChart({
    labels: shown.map(({ repository }) => repository),
    series: [{ name: "stored", color: "--stored", values: shown.map(({ storedBytes }) => storedBytes) }],
    spell: formatBytes,
  });
  return section("Repositories", [
    figure("Stored, by repository", chart, "", "No repository has saved anything."),
    table,
  ]);
}

function repositoryPart(stats: RepositoryStats, isOneOfMany: boolean): string {
  const { byDay, branches, pullRequests, mostUsed } = stats;
  const inner = [
    `<ul class="targets">${stats.targets
      .map(describeTarget)
      .map(
        ({ name, value, wanted, verdict }) =>
          `<li class="${verdict.replaceAll(" ", "-")}"><span class="name">${name}</span><strong>${value}</strong><span>${wanted}: ${verdict}</span></li>`,
      )
      .join("")}</ul>`,
    `<div class="charts">${dayCharts(byDay).join("\n")}</div>`,
    figure(
      "Most used saves",
      mostUsed.length > 0
        ? rankChart({
            labels: mostUsed.map(({ key }) => key),
            series: [{ name: "uses", color: "--hit", values: mostUsed.map(({ uses }) => uses) }],
            spell: formatCount,
          })
        : "",
      tableOf(
        ["Key", "Ref", "Uses", "Size", "Age"],
        mostUsed.map(({ key, ref, uses, treeBytes, ageDays }) => [
          ...[key, ref, formatCount(uses)],
          ...[formatBytes(treeBytes), days(ageDays)],
        ]),
      ),
      "Nothing that is saved was used yet.",
    ),
    `<h3>Figures</h3>`,
    tableOf(
      ["", "Branches", "Pull requests"],
      FIGURE_ROWS.map(({ name, of }) => [name.trim(), of(branches), of(pullRequests)]),
    ),
    `<p>${describeSaves(stats.saves)}, trees of ${formatBytes(stats.treeBytes)} in ${formatBytes(stats.storedBytes)}. Charts and targets are of branches; pull requests count for themselves.</p>`,
  ];
  return section(isOneOfMany ? stats.repository : "Targets", inner);
}

/** A figure for each, with the days that it has as a table. */
function dayCharts(byDay: readonly DayFigures[]): string[] {
  const labels = byDay.map(({ day }) => day.slice(5));
  const some = (of: (day: DayFigures) => number | null) => byDay.some((day) => (of(day) ?? 0) !== 0);
  const dayTable = (columns: readonly (readonly [string, (day: DayFigures) => string])[]) =>
    tableOf(
      ["Day", ...columns.map(([name]) => name)],
      byDay
        .filter(({ restores, saves }) => restores + saves > 0)
        .map((day) => [day.day, ...columns.map(([, of]) => of(day))]),
    );
  const chart = (
    title: string,
    draw: (options: ChartOptions) => string,
    options: Omit<ChartOptions, "labels" | "series">,
    series: readonly (readonly [string, string, (day: DayFigures) => number | null])[],
    spell: (value: number) => string,
  ): string =>
    figure(
      title,
      series.some(([, , of]) => some(of))
        ? draw({
            ...{ labels, ...options },
            series: series.map(([name, color, of]) => ({ name, color, values: byDay.map(of) })),
          })
        : "",
      dayTable(
        series.map(
          ([name, , of]) => [name, (day) => (of(day) === null ? UNKNOWN : spell(of(day)!))] as const,
        ),
      ),
      "Nothing to draw in these days.",
    );
  return [
    chart(
      "Restores",
      barChart,
      { spell: formatCount },
      [
        ["hits", "--hit", ({ hits }) => hits],
        ["partial hits", "--partial", ({ partialHits }) => partialHits],
        ["misses", "--miss", ({ misses }) => misses],
      ],
      formatCount,
    ),
    chart(
      "Hit rate",
      lineChart,
      {
        spell: (value) => `${value} %`,
        max: 100,
        target: { value: 100 * TARGETS.hitRate, name: `wanted: ${100 * TARGETS.hitRate} %` },
      },
      [["hit rate", "--hit", ({ hitRate }) => (hitRate === null ? null : Math.round(1000 * hitRate) / 10)]],
      (value) => `${value} %`,
    ),
    chart(
      "Transferred",
      barChart,
      { spell: formatBytes },
      [
        ["downloaded", "--hit", ({ downloadedBytes }) => downloadedBytes],
        ["uploaded", "--stored", ({ uploadedBytes }) => uploadedBytes],
      ],
      formatBytes,
    ),
    chart(
      "Work that hits saved",
      barChart,
      { spell: (minutes) => `${formatCount(minutes)} min` },
      [["saved", "--hit", ({ secondsSaved }) => Math.max(0, secondsSaved) / 60]],
      (minutes) => seconds(60 * minutes),
    ),
  ];
}

function section(title: string, parts: readonly string[]): string {
  return `<section><h2>${escaped(title)}</h2>\n${parts.join("\n")}\n</section>`;
}

/** @param chart empty: there is nothing to draw. */
function figure(title: string, chart: string, table: string, empty: string): string {
  const drawn = chart === "" ? `<p class="empty">${empty}</p>` : named(chart, title);
  const figures = chart === "" || table === "" ? "" : `<details><summary>Figures</summary>${table}</details>`;
  return `<figure><figcaption>${escaped(title)}</figcaption>${drawn}${figures}</figure>`;
}

/** For those who can't see it: what it is; the figures are in the table. */
function named(svg: string, title: string): string {
  return svg.replace("<svg ", `<svg role="img" aria-label="${escaped(title)}" `);
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: "th" | "td", row: readonly string[]) =>
    row
      .map((cell, n) =>
        n === 0 && tag === "td"
          ? `<th scope="row">${escaped(cell)}</th>`
          : `<${tag}>${escaped(cell)}</${tag}>`,
      )
      .join("");
  return `<div class="table"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells("td", row)}</tr>`)
    .join("")}</tbody></table></div>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
