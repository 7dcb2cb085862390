// The tables of docs/reliability.md: made of the results that lie beside them, and complete.

import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { CASE_NAMES, CASES } from "./cases.ts";
import { inOrder, type Measured, PART_NAMES, readResults, renderPage, withRow } from "./report.ts";

const docs = (name: string): string => new URL(`../../../docs/${name}`, import.meta.url).pathname;
const results = readResults(docs("assets/reliability.json"));
const page = readFileSync(docs("reliability.md"), "utf8");
/** What the run for the page has to come to. */
const AT_LEAST = { kills: 1_000, processes: 50, minutes: 10 };

test("the page shows the results, as scripts/chaos writes them", () => {
  expect(renderPage(page, results)).toBe(page);
});

test.each(PART_NAMES)("%s: every case has been measured, and none has failed", (part) => {
  const rows: readonly (Measured & { phase?: string })[] = results[part];
  const measured = rows.map(({ name, phase }) => (phase ? `${name}: ${phase}` : name));
  const cases = CASES.filter((each) => each.part === part).map(({ name }) => name);
  expect([...new Set(measured)].sort()).toEqual([...cases].sort());
  expect(rows.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

test("there were as many kills, processes and minutes as the page promises", () => {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  expect(sum(results.kills.map(({ kills }) => kills))).toBeGreaterThanOrEqual(AT_LEAST.kills);
  const few = results.kills.filter(({ kills }) => kills === 0);
  expect(few).toEqual([]);
  for (const { name, processes } of results.crowds)
    expect([name, processes >= AT_LEAST.processes]).toEqual([name, true]);
  for (const { name, minutes } of results.patience)
    expect([name, minutes >= AT_LEAST.minutes]).toEqual([name, true]);
});

const kill = (name: string, seed: number, kills: number) => ({
  ...{ name, seed, kills, problems: [], tooLate: 0, unfinished: 0, committed: 0 },
});
const NONE = { faults: [], outages: [], endings: [], kills: [], crowds: [], patience: [] };

test("a row takes the place of the one it measures anew; kills of another seed are one more", () => {
  const before = { ...NONE, kills: [kill("save", 1, 5), kill("save", 2, 5), kill("restore", 2, 5)] };
  const anew = withRow(before, "kills", kill("save", 2, 7));
  expect(anew.kills).toEqual([kill("save", 1, 5), kill("save", 2, 7), kill("restore", 2, 5)]);
  expect(withRow(anew, "kills", kill("save", 3, 7)).kills).toHaveLength(4);
  const fault = (phase: "save" | "restore", outcome: string) => ({
    ...{ name: "stalled", phase, outcome, seconds: 1, problems: [] },
  });
  const faults = withRow(
    { ...NONE, faults: [fault("save", "a"), fault("restore", "b")] },
    "faults",
    fault("save", "c"),
  );
  expect(faults.faults).toEqual([fault("save", "c"), fault("restore", "b")]);
});

test("rows stand in the order of the cases, and what is no case any more goes", () => {
  const mixed = {
    ...NONE,
    kills: [kill(CASE_NAMES.kills[1]!, 1, 5), kill("gone", 1, 5), kill(CASE_NAMES.kills[0]!, 1, 5)],
  };
  expect(inOrder(mixed, CASE_NAMES).kills.map(({ name }) => name)).toEqual(CASE_NAMES.kills.slice(0, 2));
});
