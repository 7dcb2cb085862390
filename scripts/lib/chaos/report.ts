// What chaos has measured: one file of results, and the tables of docs/reliability.md that are made of it. Each row goes
// in as soon as its case has ended, in the place of the row that it measures anew; kills of another seed are one more row.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

export interface Measured {
  readonly name: string;
  readonly problems: readonly string[];
}

export interface Results {
  readonly faults: readonly (Measured & { phase: "save" | "restore"; outcome: string; seconds: number })[];
  readonly outages: readonly (Measured & { steps: number; seconds: number })[];
  readonly endings: readonly (Measured & { seconds: number; limitSeconds: number })[];
  readonly kills: readonly (Measured & {
    seed: number;
    kills: number;
    tooLate: number;
    unfinished: number;
    committed: number;
  })[];
  readonly crowds: readonly (Measured & { processes: number; outcome: string })[];
  readonly patience: readonly (Measured & { minutes: number; processes: number; outcome: string })[];
}

export type PartName = keyof Results;

const NONE: Results = { faults: [], outages: [], endings: [], kills: [], crowds: [], patience: [] };

export const PART_NAMES: readonly PartName[] = Object.keys(NONE) as PartName[];

export function readResults(file: string): Results {
  return existsSync(file) ? { ...NONE, ...(JSON.parse(readFileSync(file, "utf8")) as Results) } : NONE;
}

/** @returns `before` with the row in the place of the one of its name (and phase, or seed), or as one more. */
export function withRow(before: Results, part: PartName, row: Measured): Results {
  const idOf = ({ name, phase, seed }: Measured & { phase?: string; seed?: number }): string =>
    JSON.stringify([name, phase, seed]);
  const rows: readonly Measured[] = before[part];
  const at = rows.findIndex((each) => idOf(each) === idOf(row));
  return { ...before, [part]: at < 0 ? [...rows, row] : rows.with(at, row) };
}

/** In the order of the names; rows of any other name go. */
export function inOrder(results: Results, names: Readonly<Record<PartName, readonly string[]>>): Results {
  const sorted = Object.entries(results).map(([part, rows]: [string, readonly Measured[]]) => {
    const place = new Map(names[part as PartName].map((name, i) => [name, i]));
    return [
      part,
      rows.filter(({ name }) => place.has(name)).toSorted((a, b) => place.get(a.name)! - place.get(b.name)!),
    ];
  });
  return Object.fromEntries(sorted) as unknown as Results;
}

export function writeResults(results: Results, { json, page }: { json: string; page: string }): void {
  writeFileSync(json, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(page, renderPage(readFileSync(page, "utf8"), results));
}

/** @param page has `<!-- chaos:NAME -->` and `<!-- /chaos:NAME -->` around each table. */
export function renderPage(page: string, results: Results): string {
  return Object.entries(TABLES).reduce((text, [name, render]) => {
    const [begin, end] = [`<!-- chaos:${name} -->`, `<!-- /chaos:${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the page has no place for ${name}`);
    return `${text.slice(0, from + begin.length)}\n${render(results)}\n${text.slice(to)}`;
  }, page);
}

const TABLES: Readonly<Record<"counts" | PartName, (results: Results) => string>> = {
  counts: ({ faults, outages, endings, kills, crowds, patience }) =>
    table(
      ["what", "how many", "failed"],
      [
        ["faults met by a save or a restore", faults.length, failed(faults)],
        ["jobs whose store or index is away", outages.length, failed(outages)],
        ["steps ended by a signal or a deadline", endings.length, failed(endings)],
        [
          `kills, at ${new Set(kills.map(({ seed }) => seed)).size} seeds`,
          sum(kills, "kills"),
          failed(kills),
        ],
        ["processes in crowds", sum(crowds, "processes"), failed(crowds)],
        ["minutes of all at once", Math.round(sum(patience, "minutes")), failed(patience)],
      ],
    ),
  faults: ({ faults }) => {
    const names = [...new Set(faults.map(({ name }) => name))];
    const cell = (name: string, phase: string): string => {
      const row = faults.find((each) => each.name === name && each.phase === phase);
      return row ? `${row.outcome}, ${row.seconds.toFixed(1)} s${mark(row)}` : "-";
    };
    return table(
      ["fault", "save", "restore"],
      names.map((name) => [name, cell(name, "save"), cell(name, "restore")]),
    );
  },
  outages: ({ outages }) =>
    table(
      ["what is away", "cache steps of the job", "costs it"],
      outages.map((row) => [row.name, row.steps, `${row.seconds.toFixed(1)} s${mark(row)}`]),
    ),
  endings: ({ endings }) =>
    table(
      ["what", "ends after", "at most"],
      endings.map((row) => [row.name, `${row.seconds.toFixed(2)} s${mark(row)}`, `${row.limitSeconds} s`]),
    ),
  kills: ({ kills }) =>
    table(
      [
        "killed",
        "seeds",
        "kills",
        "done before",
        "left something to undo or go on with",
        "had committed already",
        "failed",
      ],
      [...Map.groupBy(kills, ({ name }) => name)].map(([name, rows]) => [
        ...[name, rows.length, sum(rows, "kills"), sum(rows, "tooLate")],
        ...[sum(rows, "unfinished"), sum(rows, "committed"), failed(rows)],
      ]),
    ),
  crowds: ({ crowds }) =>
    table(
      ["what", "processes", "outcome"],
      crowds.map((row) => [row.name, row.processes, row.outcome + mark(row)]),
    ),
  patience: ({ patience }) =>
    table(
      ["where", "minutes", "processes", "outcome"],
      patience.map((row) => [row.name, row.minutes.toFixed(1), row.processes, row.outcome + mark(row)]),
    ),
};

const mark = ({ problems }: Measured): string => (problems.length === 0 ? "" : " **FAILED**");
const failed = (rows: readonly Measured[]): number =>
  rows.filter(({ problems }) => problems.length > 0).length;

function sum<K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number {
  return rows.reduce((total, row) => total + row[key], 0);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
