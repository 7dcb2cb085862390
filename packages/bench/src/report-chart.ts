// The chart: for each case a group of bars, one for each tool, with a line from the fastest run to the slowest. Cases
// take from a fifth of a second to minutes, so each group has a scale of its own: its longest bar is full, and the
// figures tell the seconds. Plain SVG, readable on a light and on a dark page. Pure.

import { wireText } from "./report-text.ts";
import type { BenchResults, CaseResult, SubjectResult } from "./results.ts";
import { spreadOf } from "./statistics.ts";

const WIDTH = 860;
const MARGIN = 16;
const TOOL_WIDTH = 150;
const VALUE_WIDTH = 130;
const BAR_HEIGHT = 11;
const BAR_STEP = 15;
const TITLE_HEIGHT = 20;
const GROUP_GAP = 10;
const HEADING_HEIGHT = 34;
const BAR_LEFT = MARGIN + TOOL_WIDTH;
const BAR_ROOM = WIDTH - BAR_LEFT - VALUE_WIDTH - MARGIN;

export function chartOf({ cases }: Pick<BenchResults, "cases">): string {
  let top = MARGIN;
  const parts: string[] = [];
  for (const [heading, results] of Map.groupBy(cases, wireText)) {
    parts.push(`<text class="heading" x="${MARGIN}" y="${top + 18}">${escaped(heading)}</text>`);
    top += HEADING_HEIGHT;
    for (const result of results) {
      parts.push(groupOf(result, top));
      top += TITLE_HEIGHT + result.subjects.length * BAR_STEP + GROUP_GAP;
    }
  }
  const height = top + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Seconds for each case and tool, shorter is better">
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.heading { font-size: 15px; font-weight: 600 }
.title { font-weight: 600 }
.bar { fill: #afb8c1 }
.own { fill: #1a7f64 }
.range { stroke: #57606a; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #57606a } .own { fill: #2ea583 } .range { stroke: #afb8c1 } }
</style>
${parts.join("\n")}
</svg>
`;
}

function groupOf({ case: bench, subjects }: CaseResult, top: number): string {
  const perSecond = BAR_ROOM / Math.max(...subjects.map((each) => timesOf(each).max));
  const own = timesOf(subjects[0]!).median;
  const bars = subjects.map((subject, i) =>
    barOf(subject, i === 0, top + TITLE_HEIGHT + i * BAR_STEP, perSecond, own),
  );
  const title = escaped(`${bench.dataSet}: ${bench.title}`);
  return [`<text class="title" x="${MARGIN}" y="${top + 13}">${title}</text>`, ...bars].join("\n");
}

function barOf(
  subject: SubjectResult,
  isOwn: boolean,
  top: number,
  perSecond: number,
  ownMedian: number,
): string {
  const { median, min, max } = timesOf(subject);
  const at = (seconds: number): string => (BAR_LEFT + seconds * perSecond).toFixed(1);
  const middle = top + BAR_HEIGHT / 2;
  const times = isOwn ? "" : ` (${(median / ownMedian).toFixed(1)}x)`;
  return [
    `<text x="${BAR_LEFT - 8}" y="${middle + 4}" text-anchor="end">${escaped(subject.title)}</text>`,
    `<rect class="${isOwn ? "own" : "bar"}" x="${BAR_LEFT}" y="${top}" width="${(median * perSecond).toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<line class="range" x1="${at(min)}" y1="${middle}" x2="${at(max)}" y2="${middle}"/>`,
    `<text x="${(BAR_LEFT + max * perSecond + 6).toFixed(1)}" y="${middle + 4}">${secondsText(median)}${times}</text>`,
  ].join("\n");
}

function secondsText(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

function timesOf({ runs }: SubjectResult) {
  return spreadOf(runs.map(({ wallSeconds }) => wallSeconds));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
