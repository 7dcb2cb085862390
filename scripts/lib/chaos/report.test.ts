// The tables of docs/reliability.md: made of the results that lie beside them, and complete.

import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { CASES } from "./cases.ts";
import { type Measured, merge, type Results, readResults, renderPage } from "./report.ts";

const docs = (name: string): string => new URL(`../../../docs/${name}`, import.meta.url).pathname;
const results = readResults(docs("assets/reliability.json"));

test("the page shows the results, as scripts/chaos writes them", () => {
  const page = readFileSync(docs("reliability.md"), "utf8");
  expect(renderPage(page, results)).toBe(page);
});

test("what has been measured are cases, and none has failed", () => {
  const nameOf = (part: string, { name, phase }: Measured & { phase?: string }): string =>
    `${part}: ${name}${phase ? `: ${phase}` : ""}`;
  const rows = Object.entries(results).flatMap(([part, all]) =>
    (all as readonly Measured[]).map((row) => ({ name: nameOf(part, row), problems: row.problems })),
  );
  const known = new Set(CASES.map(({ part, name }) => `${part}: ${name}`));
  expect(rows.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  expect(rows.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

test("a run replaces its own part, and kills of other seeds are added", () => {
  const kill = (seed: number, kills: number) => ({
    ...{ name: "save", seed, kills, problems: [], tooLate: 0, unfinished: 0, committed: 0 },
  });
  const crowd = (name: string) => ({ name, processes: 2, outcome: "", problems: [] });
  const before: Results = {
    faults: [],
    outages: [],
    endings: [],
    kills: [kill(1, 5), kill(2, 5)],
    crowds: [crowd("old")],
  };
  expect(merge(before, { kills: [kill(2, 7), kill(3, 7)] })).toEqual({
    ...before,
    kills: [kill(1, 5), kill(2, 7), kill(3, 7)],
  });
  expect(merge(before, { crowds: [crowd("new")] }).crowds).toEqual([crowd("new")]);
});
