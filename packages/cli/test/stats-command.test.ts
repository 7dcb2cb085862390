// cairn stats with a core of fakes: the figures and how they are told, what is not known, and what bad input gets.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CounterFilter, CounterRow, Ref, StorageReport } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { cairn, fakeRef, NOW_MS } from "./support/fakes.ts";
import { rowOf } from "./support/figures.ts";

const DAY_MS = 86_400_000;

async function stats(
  args: string[],
  {
    rows = [],
    refs = [],
    storage,
  }: { rows?: CounterRow[]; refs?: Ref[]; storage?: Partial<StorageReport> } = {},
) {
  const asked: CounterFilter[] = [];
  const ran = await cairn(["stats", ...args], {
    maintenance: {
      async *counters(filter) {
        asked.push(filter);
        yield* rows;
      },
      async *list() {
        yield* refs;
      },
      storage: async (given) => ({
        objects: given.length,
        bytes: 4e9 * given.length,
        broken: [],
        ...storage,
      }),
    },
  });
  return { ...ran, asked: asked[0] };
}

const ROWS = [
  rowOf(0, {
    hits: 6,
    partialHits: 1,
    misses: 3,
    restoredBytes: 1e9,
    downloadedBytes: 4e8,
    restoreMs: 14_000,
  }),
  // Two objects of one day: a driver may keep several.
  rowOf(0, { timedHits: 6, sparedMs: 600_000, sparingMs: 60_000 }),
  rowOf(2, { saves: 4, savedBytes: 2e9, uploadedBytes: 1e8, reusedBytes: 1.5e9, saveMs: 8000, evictions: 1 }),
  rowOf(0, { hits: 1, misses: 9 }, { domain: "pr" }),
];
const REFS = [
  fakeRef({ key: "used", accessCount: 5, createdAtMs: NOW_MS - 2 * DAY_MS, treeBytes: 1e9 }),
  fakeRef({ key: "idle", accessCount: 0, createdAtMs: NOW_MS - 14 * DAY_MS, treeBytes: 1e9 }),
  fakeRef({ key: "dead", accessCount: 99, expiresAtMs: NOW_MS - DAY_MS }),
];

test("a table of the targets, the steps of branches and of pull requests, and what was used most", async () => {
  const ran = await stats([], { rows: ROWS, refs: REFS });
  expect(ran.code).toBe(0);
  expect(ran.asked).toEqual({ repository: "acme/api", from: "2026-05-03", to: "2026-06-01" });
  expect(ran.stdout).toBe(
    `acme/api, 2026-05-03 to 2026-06-01

TARGET                  NOW  WANTED
hit rate             70.0 %  above 60 %    reached
time saved by a hit  90.0 %  50 to 90 %    reached
stored               8.0 GB  below 100 GB  reached
mean age of a save    8.0 d  below 7 d     not reached

STEPS                  BRANCHES  PULL REQUESTS
restores                     10             10
  hits                        6              1
  partial hits                1              0
  misses                      3              9
  of these failed             0              0
hit rate                 70.0 %         10.0 %
restored                 1.0 GB            0 B
  downloaded             400 MB            0 B
  was on disk             0.0 %              -
a restore takes           2.0 s           0 ms
saves                         4              0
  uploaded               100 MB            0 B
  was stored             75.0 %              -
a save takes              2.0 s              -
work, without a hit  1 min 40 s              -
work, with a hit         10.0 s              -
work saved            9 min 0 s              -
evicted              1 (25.0 %)          0 (-)

MOST USED  REF   USES    SIZE    AGE
used       main     5  1.0 GB  2.0 d

2 saves, trees of 2.0 GB in 8.0 GB
`,
  );
});

test("--json has every figure, by day too, and null for what is not known", async () => {
  const ran = await stats(["--json", "--days", "3"], { rows: ROWS, refs: REFS });
  const { repositories, ...rest } = JSON.parse(ran.stdout);
  expect(rest).toEqual({ from: "2026-05-30", to: "2026-06-01", days: 3, repository: "acme/api" });
  const [one] = repositories;
  expect(one.branches).toMatchObject({ hitRate: 0.7, timeSaved: 0.9, secondsSaved: 540, evictionRate: 0.25 });
  expect(one.pullRequests).toMatchObject({ hitRate: 0.1, timeSaved: null, reusedShare: null });
  expect(
    one.byDay.map(({ day, restores, saves }: Record<string, unknown>) => [day, restores, saves]),
  ).toEqual([
    ["2026-05-30", 0, 4],
    ["2026-05-31", 0, 0],
    ["2026-06-01", 10, 0],
  ]);
  expect(one.targets.map(({ isReached }: { isReached: boolean }) => isReached)).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(one.mostUsed).toMatchObject([{ key: "used", uses: 5, ageDays: 2 }]);
});

test("pull requests move no target", async () => {
  const pulls = rowOf(0, { misses: 10_000_000 }, { domain: "pr" });
  const ran = await stats(["--json"], { rows: [...ROWS, pulls] });
  const [one] = JSON.parse(ran.stdout).repositories;
  expect(one.targets[0]).toEqual({ name: "hit rate", value: 0.7, isReached: true });
});

test("--repository '*' gives each a line, with what it does not reach", async () => {
  const other = { repository: "acme/web" };
  const ran = await stats(["--repository", "*"], {
    rows: [...ROWS, rowOf(1, { hits: 1, misses: 3 }, other)],
    refs: [...REFS, fakeRef({ scope: { repository: "acme/only-saves", ref: "refs/heads/main" } })],
  });
  expect(ran.asked?.repository).toBeUndefined();
  const lines = ran.stdout.split("\n").filter((line) => /^acme/.test(line));
  expect(lines.map((line) => line.replace(/ {2,}/g, "  "))).toEqual([
    "acme/api  10  70.0 %  90.0 %  9 min 0 s  2  8.0 GB  8.0 d  25.0 %  not reached: mean age of a save",
    "acme/only-saves  0  -  -  -  1  4.0 GB  3.0 d  -  reached",
    "acme/web  4  25.0 %  -  -  0  0 B  -  -  not reached: hit rate",
  ]);
});

test("where nothing was counted, it says why; what can't be restored is told", async () => {
  const ran = await stats([], { refs: [REFS[0]!], storage: { broken: [REFS[0]!] } });
  expect(ran.stderr).toContain("no step was counted from 2026-05-03 to 2026-06-01");
  expect(ran.stderr).toContain("1 save can't be restored: cairn prune names them");
  expect(ran.stdout).toMatch(/hit rate +- +above 60 % +not known/);
});

test("--html writes a page", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "cairn-stats-")), "page.html");
  const ran = await stats(["--html", file, "--json"], { rows: ROWS, refs: REFS });
  expect(JSON.parse(ran.stdout).html).toBe(file);
  const page = readFileSync(file, "utf8");
  expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(page.match(/<svg /g)).toHaveLength(5);
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});

describe("bad input", () => {
  test.each(["0", "401", "-1", "week", "1.5"])("--days %s", async (days) => {
    const ran = await stats(["--days", days]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("--days is not a number of days");
    expect(ran.stderr).toContain("hint: write a number from 1 to 400");
  });

  test("--html into a folder that is not there", async () => {
    const ran = await stats(["--html", "/nowhere/at/all/page.html"]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("can't be written to /nowhere/at/all/page.html (ENOENT)");
    expect(ran.stderr).toContain("hint: name a file in a folder that exists");
  });
});
