// The chart: for each case a group of bars, one for each tool, as long as its median time, with a line from the fastest
// run to the slowest. Plain SVG, readable on a light and on a dark page. Pure.

import type { BenchResults, CaseResult, SubjectResult } from "./results.ts";
import { spreadOf } from "./statistics.ts";

const WIDTH = 760;
const LABEL_WIDTH = 170;
const VALUE_WIDTH = 60;
const BAR_HEIGHT = 18;
const BAR_STEP = 26;
const TITLE_HEIGHT = 40;
const MARGIN = 16;

export function chartOf({ cases }: Pick<BenchResults, "cases">): string {
  const slowest = Math.max(...cases.flatMap(({ subjects }) => subjects.map((each) => timesOf(each).max)));
  const perSecond = (WIDTH - LABEL_WIDTH - VALUE_WIDTH - 2 * MARGIN) / slowest;
  let top = MARGIN;
  const groups = cases.map((result) => {
    const group = groupOf(result, top, perSecond);
    top += TITLE_HEIGHT + result.subjects.length * BAR_STEP;
    return group;
  });
  const height = top + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Seconds for each case and tool, shorter is better">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.bar { fill: #afb8c1 }
.own { fill: #1a7f64 }
.range { stroke: #57606a; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #57606a } .own { fill: #2ea583 } .range { stroke: #afb8c1 } }
</style>
${groups.join("\n")}
</svg>
`;
}

function groupOf({ case: bench, keepAlive, subjects }: CaseResult, top: number, perSecond: number): string {
  const title = `${bench.dataSet}: ${bench.title}${keepAlive ? ", connections kept" : ""}, seconds`;
  const bars = subjects.map((subject, i) =>
    barOf(subject, i === 0, top + TITLE_HEIGHT + i * BAR_STEP, perSecond),
  );
  return [
    `<text class="title" x="${MARGIN}" y="${top + TITLE_HEIGHT - 12}">${escaped(title)}</text>`,
    ...bars,
  ].join("\n");
}

function barOf(subject: SubjectResult, isOwn: boolean, top: number, perSecond: number): string {
  const { median, min, max } = timesOf(subject);
  const left = MARGIN + LABEL_WIDTH;
  const at = (seconds: number): string => (left + seconds * perSecond).toFixed(1);
  const middle = top + BAR_HEIGHT / 2;
  return [
    `<text x="${left - 8}" y="${middle + 5}" text-anchor="end">${escaped(subject.title)}</text>`,
    `<rect class="${isOwn ? "own" : "bar"}" x="${left}" y="${top}" width="${(median * perSecond).toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<line class="range" x1="${at(min)}" y1="${middle}" x2="${at(max)}" y2="${middle}"/>`,
    `<text x="${(left + max * perSecond + 6).toFixed(1)}" y="${middle + 5}">${median.toFixed(2)}</text>`,
  ].join("\n");
}

function timesOf({ runs }: SubjectResult) {
  return spreadOf(runs.map(({ wallSeconds }) => wallSeconds));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
