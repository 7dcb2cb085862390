// The job summary: one small table for each step, for the page of the run.

export interface SummaryRow {
  /** "hit", "partial hit", "miss", "saved", … */
  readonly result: string;
  readonly key: string;
  readonly size?: string;
  readonly transferred?: string;
  readonly reused?: string;
  readonly time?: string;
  /** How much less than the work whose result was restored. */
  readonly timeSaved?: string | undefined;
  readonly contentHash?: string;
}

/** Lines for a person, such as why it missed, come below the table. */
export function renderSummary(row: SummaryRow, lines: readonly string[] = []): string {
  const columns: [string, string | undefined][] = [
    ["Cache", row.result],
    ["Key", code(row.key)],
    ["Size", row.size],
    ["Transferred", row.transferred],
    ["Reused", row.reused],
    ["Time", row.time],
    ["Time saved", row.timeSaved],
    ["Content", row.contentHash && code(row.contentHash.slice(0, 12))],
  ];
  const shown = columns.filter((column): column is [string, string] => column[1] !== undefined);
  const table = [shown.map(([name]) => name), shown.map(() => "---"), shown.map(([, value]) => value)];
  return [
    ...table.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    ...lines.map((line) => `- ${escapeMarkup(line)}`),
    "",
  ].join("\n");
}

function code(text: string): string {
  return `<code>${escapeMarkup(text)}</code>`;
}

/** Keys and paths come from workflows: no markup, no new cells. */
function escapeMarkup(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/\|/g, "&#124;")
    .replace(/[\r\n]+/g, " ");
}
