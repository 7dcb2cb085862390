// cairn prune, with a core of fakes: what it asks for, what it tells, and what bad input gets.

import { type PruneOptions, type PruneReport, RefusedError } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { cairn, fakeRef, NOW_MS } from "./support/fakes.ts";

const NONE = { objects: 0, bytes: 0 };
const REPORT: PruneReport = {
  dryRun: false,
  stored: { objects: 1_234, bytes: 20_100_000_000 },
  kept: { objects: 900, bytes: 12_000_000_000 },
  keptRefs: 45,
  graced: { refs: 0, untilMs: undefined },
  deleted: { objects: 100, bytes: 5_000_000_000 },
  condemned: { objects: 200, bytes: 3_000_000_000 },
  waiting: NONE,
  young: NONE,
  deferred: NONE,
  dueAtMs: NOW_MS + 86_400_000,
  removed: [],
  broken: [],
  uses: 0,
};

async function pruning(args: string[], answer: Partial<PruneReport> | Error = {}, context = {}) {
  const asked: PruneOptions[] = [];
  const ran = await cairn(["prune", ...args], {
    context,
    maintenance: {
      prune: async (options) => {
        asked.push(options);
        if (answer instanceof Error) throw answer;
        return { ...REPORT, dryRun: options.dryRun, ...answer };
      },
    },
  });
  return { ...ran, asked: asked[0] };
}

test("a table of what is there, what went and what will go", async () => {
  const ran = await pruning([]);
  expect(ran.code).toBe(0);
  expect(ran.stdout.split("\n")).toEqual([
    "           OBJECTS     SIZE",
    "stored       1,234  20.1 GB",
    "in use         900  12.0 GB",
    "deleted        100   5.0 GB",
    "condemned      200   3.0 GB",
    "",
  ]);
  expect(ran.stderr).toContain("the next prune from 2026-06-02T12:00:00.000Z on deletes what is condemned");
  expect(ran.asked).toMatchObject({ dryRun: false, maxSizeBytes: undefined, isDropped: undefined });
});

test("a dry run says what would be, and why it would refuse", async () => {
  const ran = await pruning(["--dry-run"], { refusal: "more than half" });
  expect(ran.asked!.dryRun).toBe(true);
  expect(ran.stdout).toContain("to delete");
  expect(ran.stderr).toContain("it would refuse: more than half");
  expect(ran.stderr).toContain("--confirm 8000000000");
  expect(ran.stderr).toContain("nothing was changed");
});

test("--json is one document with every figure", async () => {
  const ran = await pruning(["--json"], {
    removed: [
      { ref: fakeRef({ key: "old" }), why: "evicted" },
      { ref: fakeRef({ key: "gone" }), why: "dead" },
    ],
    broken: [fakeRef({ key: "broken" })],
  });
  expect(JSON.parse(ran.stdout)).toMatchObject({
    status: "pruned",
    stored: { objects: 1_234 },
    dueAt: "2026-06-02T12:00:00.000Z",
    evicted: [{ key: "old" }],
    dead: [{ key: "gone" }],
    dropped: [],
    broken: [{ key: "broken" }],
  });
});

test("what was removed and what is broken is told, each save under --verbose", async () => {
  const answer = {
    removed: [{ ref: fakeRef({ key: "old" }), why: "evicted" as const }],
    broken: [fakeRef({ key: "x" })],
  };
  const ran = await pruning([], answer);
  expect(ran.stderr).toContain("1 save evicted");
  expect(ran.stderr).not.toContain("old of acme/api");
  expect(ran.stderr).toContain("1 save can't be restored");
  expect((await pruning(["--verbose"], answer)).stderr).toContain("old of acme/api");
});

test("a dry run names what it would evict; nothing to free, and content that is kept for a day, are told", async () => {
  const removed = [{ ref: fakeRef({ key: "old" }), why: "evicted" as const }];
  expect((await pruning(["--dry-run"], { removed })).stderr).toContain("old of acme/api");
  const many = Array.from({ length: 30 }, (_, n) => ({ ...removed[0]!, ref: fakeRef({ key: `old-${n}` }) }));
  expect((await pruning(["--dry-run"], { removed: many })).stderr).toContain("and 10 others");
  const idle = { deleted: NONE, condemned: NONE, graced: { refs: 2, untilMs: NOW_MS } };
  const ran = await pruning([], idle);
  expect(ran.stderr).toContain("there is nothing to free");
  expect(ran.stderr).toContain(
    "2 saves invalidated or expired within a day: the content is in use until 2026-06-01T12",
  );
});

test("--take-over is passed on, and nothing takes over by itself", async () => {
  expect((await pruning(["--take-over"])).asked).toMatchObject({ takesOver: true });
  expect((await pruning([])).asked?.takesOver).toBeUndefined();
});

test("sizes and policies", async () => {
  const ran = await pruning(["--max-size", "500GiB", "--evict", "lfu", "--confirm", "1.5MB"]);
  expect(ran.asked).toMatchObject({
    maxSizeBytes: 500 * 2 ** 30,
    evict: "lfu",
    confirmedBytes: 1_500_000,
  });
});

describe("scopes", () => {
  const scope = (ref: string, repository = "acme/api") => ({ repository, ref });

  test("--drop-ref names them, in this repository", async () => {
    const { asked } = await pruning(["--drop-ref", "refs/pull/7/merge", "--drop-ref", "refs/heads/x"]);
    const isDropped = asked!.isDropped!;
    expect([scope("refs/pull/7/merge"), scope("refs/heads/x")].map(isDropped)).toEqual([true, true]);
    expect([scope("refs/heads/main"), scope("refs/heads/x", "acme/web")].map(isDropped)).toEqual([
      false,
      false,
    ]);
  });

  test("--drop-gone asks git's origin, and judges only what that can tell", async () => {
    const there = new Set([
      "HEAD",
      "refs/heads/main",
      "refs/tags/v1",
      "refs/pull/8/head",
      "refs/pull/8/merge",
    ]);
    const { asked } = await pruning(["--drop-gone"], {}, { readRemoteRefs: async () => there });
    const dropped = [
      "refs/heads/main",
      "refs/heads/gone",
      "refs/tags/v1",
      "refs/tags/v0",
      "refs/pull/8/merge",
      "refs/pull/7/merge",
      "refs/pull/7/head",
      "refs/merge-requests/7/head",
      "refs/notes/x",
    ].filter((ref) => asked!.isDropped!(scope(ref)));
    expect(dropped).toEqual(["refs/heads/gone", "refs/tags/v0", "refs/pull/7/merge"]);
  });

  test.each<[string[], object, RegExp]>([
    [["--drop-ref", "main"], {}, /write refs\/heads\/main for a branch/],
    [["--drop-ref", "refs/heads/x", "--repository", "*"], {}, /add --repository/],
    [["--drop-gone"], {}, /does not say which branches it has/],
    [["--drop-gone"], { readRemoteRefs: async () => new Set(["HEAD"]) }, /does not say which branches/],
    [
      ["--drop-gone", "--repository", "acme/web"],
      {},
      /the origin of this checkout is acme\/api, not acme\/web/,
    ],
    [["--max-size", "big"], {}, /write 500MB or 20GiB/],
    [["--evict", "mru"], {}, /lru/],
    [["--confirm", "-1"], {}, /write 500MB or 20GiB/],
  ])("%j is refused, and nothing is asked of the store", async (args, context, message) => {
    const ran = await pruning(args, {}, context);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(ran.asked).toBeUndefined();
  });
});

test("a refusal is 2, with its remedy", async () => {
  const ran = await pruning(
    [],
    new RefusedError("refused to prune: more than half", { hint: "--confirm 8" }),
  );
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain("refused to prune: more than half");
  expect(ran.stderr).toContain("--confirm 8");
});
