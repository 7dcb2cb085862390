// What chaos has measured: one file of results, and the tables of docs/reliability.md that are made of it. A run replaces
// what it has measured anew and keeps the rest; kills of other seeds are added.

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
}

export type PartName = keyof Results;

const NONE: Results = { faults: [], outages: [], endings: [], kills: [], crowds: [] };

export function readResults(file: string): Results {
  return existsSync(file) ? { ...NONE, ...(JSON.parse(readFileSync(file, "utf8")) as Results) } : NONE;
}

/** Rows of `measured` take the place of those with the same name (and phase, or seed). */
export function merge(before: Results, measured: Partial<Results>): Results {
  const rowOf = (row: Measured & { phase?: string; seed?: number }): string =>
    JSON.stringify([row.name, row.phase, row.seed]);
  const part = (name: PartName): readonly Measured[] => {
    const fresh = measured[name];
    if (!fresh) return before[name];
    const isFresh = new Set(fresh.map(rowOf));
    const kept = name === "kills" ? before.kills.filter((row) => !isFresh.has(rowOf(row))) : [];
    return [...kept, ...fresh];
  };
  return Object.fromEntries(
    Object.keys(NONE).map((name) => [name, part(name as PartName)]),
  ) as unknown as Results;
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
  counts: ({ faults, outages, endings, kills, crowds }) =>
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
      ["killed", "seeds", "kills", "done before", "left a tree to undo", "had committed already", "failed"],
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
