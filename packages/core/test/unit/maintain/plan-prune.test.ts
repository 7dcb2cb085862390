// The plan of a prune, from what is there: pure, so each rule is a few lines.

import { describe, expect, test } from "@jest/globals";
import { CONDEMNED_MAX, type PruneInput, planPrune, whyRefused } from "../../../src/maintain/plan-prune.ts";
import type { StockRef } from "../../../src/maintain/take-stock.ts";
import { PRUNE_GRACE_MS } from "../../../src/model/limits.ts";
import { artifactName, metadataName, packName } from "../../../src/model/names.ts";
import type { Ref } from "../../../src/model/ref.ts";
import type { ListedObject } from "../../../src/ports/object-store.ts";
import { DAY_MS, digestOf, makeRef, START_MS, scopeOf } from "../../support/refs.ts";

const NOW_MS = START_MS + 10 * DAY_MS;

const artifact = (text: string): string => artifactName("trusted", digestOf(text));
const pack = (text: string): string => packName("trusted", digestOf(text));

function object(name: string, sizeBytes = 100, ageMs = 5 * DAY_MS): ListedObject {
  return { name, sizeBytes, modifiedAtMs: NOW_MS - ageMs };
}

/** A Ref to the artifact of its key, which needs these packs. */
function needing(key: string, packs: readonly string[], changes: Partial<Ref> = {}): StockRef {
  const ref = makeRef({ key, contentHash: digestOf(key), ...changes });
  return { ref, needs: [artifact(key), ...packs.map(pack)] };
}

function input(changes: Partial<PruneInput> & { readonly there?: readonly ListedObject[] }): PruneInput {
  const { there = [], ...others } = changes;
  return {
    objects: new Map(there.map((each) => [each.name, each])),
    metadata: [],
    refs: [],
    batches: [],
    nowMs: NOW_MS,
    storeNowMs: NOW_MS,
    youngMs: PRUNE_GRACE_MS,
    settleMs: 3_600_000,
    isDropped: () => false,
    maxSizeBytes: undefined,
    evict: "lru",
    goesLast: () => false,
    ...others,
  };
}

const condemnedNow = (plan: ReturnType<typeof planPrune>): readonly string[] =>
  plan.batches.find(({ condemnedAtMs }) => condemnedAtMs === undefined)?.names ?? [];

describe("condemning", () => {
  const there = ["a", "b"].flatMap((key) => [object(artifact(key)), object(pack(key))]);

  test("what no Ref needs, and nothing that one does", () => {
    const plan = planPrune(input({ there, refs: [needing("a", ["a"])] }));
    expect(condemnedNow(plan)).toEqual([artifact("b"), pack("b")]);
    expect(plan).toMatchObject({
      stored: { objects: 4, bytes: 400 },
      kept: { objects: 2, bytes: 200 },
      condemned: { objects: 2, bytes: 200 },
      garbage: { objects: 2, bytes: 200 },
      deletions: [],
      keptRefs: 1,
    });
  });

  test.each<[string, Partial<Ref>, boolean]>([
    ["is live", {}, true],
    ["was invalidated today", { invalidatedAtMs: NOW_MS - PRUNE_GRACE_MS + 1 }, true],
    ["was invalidated a day ago", { invalidatedAtMs: NOW_MS - PRUNE_GRACE_MS }, false],
    ["expired today", { expiresAtMs: NOW_MS - 1 }, true],
    ["expired a day ago", { expiresAtMs: NOW_MS - PRUNE_GRACE_MS }, false],
    ["reached its last day today", { notAfterMs: NOW_MS - 1 }, true],
    ["reached its last day long ago", { notAfterMs: START_MS }, false],
  ])("a Ref that %s keeps what it needs: %#", (_name, changes, keeps) => {
    const plan = planPrune(input({ there: there.slice(0, 2), refs: [needing("a", ["a"], changes)] }));
    expect(plan.condemned.objects).toBe(keeps ? 0 : 2);
  });

  test("not what is younger than a day, unless a Ref has needed it until now", () => {
    const young = [object(pack("y"), 100, PRUNE_GRACE_MS - 1), object(pack("z"), 100, PRUNE_GRACE_MS - 1)];
    const refs = [needing("dropped", ["z"], { scope: scopeOf("refs/heads/x") })];
    const plan = planPrune(input({ there: young, refs, isDropped: ({ ref }) => ref === "refs/heads/x" }));
    expect(condemnedNow(plan)).toEqual([pack("z")]);
    expect(plan).toMatchObject({ young: { objects: 1 }, garbage: { objects: 0 } });
  });

  test("not twice", () => {
    const batches = [{ names: [artifact("b")], condemnedAtMs: NOW_MS - 1, isDue: false }];
    const plan = planPrune(input({ there, refs: [needing("a", ["a"])], batches }));
    expect(plan.batches).toEqual([
      { names: [artifact("b")], condemnedAtMs: NOW_MS - 1 },
      { names: [pack("b")] },
    ]);
    expect(plan.waiting).toEqual({ objects: 1, bytes: 100 });
  });

  test("no more than the list takes, the largest first", () => {
    const many = Array.from({ length: CONDEMNED_MAX + 10 }, (_, n) => object(pack(`p${n}`), n));
    const plan = planPrune(input({ there: many }));
    expect(condemnedNow(plan)).toHaveLength(CONDEMNED_MAX);
    expect(plan.deferred).toEqual({ objects: 10, bytes: 45 });
  });

  test("no pack before the artifacts, one of which may name it and be reused as a whole", () => {
    const many = Array.from({ length: CONDEMNED_MAX }, (_, n) => object(pack(`p${n}`), 1_000));
    const artifacts = ["a", "b"].map((key) => object(artifact(key), 1));
    const plan = planPrune(input({ there: [...many, ...artifacts] }));
    expect(condemnedNow(plan)).toEqual(expect.arrayContaining([artifact("a"), artifact("b")]));
    expect(plan.deferred).toEqual({ objects: 2, bytes: 2_000 });
  });

  test("a Ref whose artifact can't be read keeps nothing, and is told while it lives", () => {
    const { ref } = needing("a", []);
    const dead = { ref: { ...ref, key: "dead", expiresAtMs: START_MS }, needs: undefined };
    const plan = planPrune(input({ there, refs: [{ ref, needs: undefined }, dead] }));
    expect(plan.condemned.objects).toBe(4);
    expect(plan.broken).toEqual([ref]);
  });
});

describe("deleting", () => {
  const there = [object(pack("p")), object(artifact("a")), object(pack("q"))];
  const due = { names: [pack("p"), artifact("a"), pack("gone")], condemnedAtMs: START_MS, isDue: true };

  test("what is due and still needed by nobody, artifacts first; the names stay on the list", () => {
    const plan = planPrune(input({ there, batches: [due], refs: [needing("q", ["q"])] }));
    expect(plan.deletions).toEqual([artifact("a"), pack("p")]);
    expect(plan.deleted).toEqual({ objects: 2, bytes: 200 });
    expect(plan.batches).toEqual([
      { names: [pack("p"), artifact("a")], condemnedAtMs: START_MS, deletingSinceMs: NOW_MS },
    ]);
  });

  test("what was deleted leaves the list once no request can be on its way any more", () => {
    const batch = { ...due, names: [pack("gone")] };
    const at = (deletingSinceMs: number) =>
      planPrune(input({ batches: [{ ...batch, deletingSinceMs }] })).batches.length;
    expect(at(NOW_MS - 3_600_000 + 1)).toBe(1);
    expect(at(NOW_MS - 3_600_000)).toBe(0);
  });

  test("what is needed again leaves the list, and is not deleted", () => {
    const plan = planPrune(input({ there, batches: [due], refs: [needing("a", ["p"])] }));
    expect(plan.deletions).toEqual([]);
    expect(plan.batches).toEqual([{ names: [pack("q")] }]);
  });

  test("what an evicted Ref needs begins its grace now, though it was condemned once before", () => {
    const refs = [needing("a", ["p"]), needing("q", ["q"], { lastAccessedAtMs: NOW_MS })];
    const plan = planPrune(input({ there, batches: [due], refs, maxSizeBytes: 100 }));
    expect(plan.choices.map(({ ref }) => ref.key)).toEqual(["a"]);
    expect(plan.deletions).toEqual([]);
    expect(plan.batches).toEqual([{ names: [pack("p"), artifact("a")] }]);
  });

  test("provenance goes with its artifact, or where there is none, once it is no longer new", () => {
    const of = (text: string, ageMs?: number) =>
      object(metadataName("trusted", digestOf(text), "1-1"), 9, ageMs);
    const metadata = [of("a"), of("q"), of("none"), of("new", 1)];
    const plan = planPrune(
      input({
        there: [...there, object(artifact("q"))],
        metadata,
        batches: [due],
        refs: [needing("q", ["q"])],
      }),
    );
    expect(plan.metadata).toEqual([metadata[0]!.name, metadata[2]!.name]);
  });

  test("rows of Refs go two days after they died", () => {
    const at = (invalidatedAtMs: number) =>
      planPrune(input({ refs: [needing("a", [], { invalidatedAtMs })] })).dead.length;
    expect(at(NOW_MS - 2 * PRUNE_GRACE_MS + 1)).toBe(0);
    expect(at(NOW_MS - 2 * PRUNE_GRACE_MS)).toBe(1);
  });
});

describe("evicting", () => {
  // Every artifact has 10 bytes, every pack 100.
  const refs = [
    needing("1", ["1", "shared"], { lastAccessedAtMs: 4, accessCount: 9, createdAtMs: 2, storedBytes: 300 }),
    needing("2", ["2", "shared"], { lastAccessedAtMs: 3, accessCount: 1, createdAtMs: 3, storedBytes: 100 }),
    needing("3", ["3"], { lastAccessedAtMs: 2, accessCount: 5, createdAtMs: 1, storedBytes: 200 }),
    needing("4", ["4"], { lastAccessedAtMs: 1, accessCount: 7, createdAtMs: 4, storedBytes: 400 }),
  ].map(({ ref, needs }) => ({ ref: { ...ref, expiresAtMs: NOW_MS + 1, notAfterMs: NOW_MS + 2 }, needs }));
  const there = [
    ...["1", "2", "3", "4"].flatMap((key) => [object(artifact(key), 10), object(pack(key), 100)]),
    object(pack("shared"), 100),
  ];
  const evicted = (changes: Partial<PruneInput>) =>
    planPrune(input({ there, refs, ...changes })).choices.map(({ ref }) => ref.key);

  test.each([
    ["lru", ["4", "3", "2", "1"]],
    ["lfu", ["2", "3", "4", "1"]],
    ["fifo", ["3", "1", "2", "4"]],
    ["size", ["4", "1", "3", "2"]],
  ] as const)("%s takes %j, as many as it needs", (evict, order) => {
    expect(evicted({ evict, maxSizeBytes: 540 })).toEqual([]);
    expect(evicted({ evict, maxSizeBytes: 539 })).toEqual(order.slice(0, 1));
    expect(evicted({ evict, maxSizeBytes: 0 })).toEqual(order);
  });

  test("what is shared is freed with the last that needs it", () => {
    expect(evicted({ maxSizeBytes: 320 })).toEqual(["4", "3"]);
    expect(evicted({ maxSizeBytes: 211 })).toEqual(["4", "3", "2"]);
    const plan = planPrune(input({ there, refs, maxSizeBytes: 211 }));
    expect(plan.kept).toEqual({ objects: 3, bytes: 210 });
    expect(condemnedNow(plan)).not.toContain(pack("shared"));
  });

  test("what has died goes first, whoever used it", () => {
    const dead = { ...refs[0]!, ref: { ...refs[0]!.ref, invalidatedAtMs: NOW_MS - 1 } };
    expect(evicted({ refs: [dead, ...refs.slice(1)], maxSizeBytes: 500 })).toEqual(["1"]);
  });

  test("what was just saved goes last, though lfu would take it first and size too", () => {
    for (const [evict, key] of [
      ["lfu", "2"],
      ["size", "4"],
    ] as const) {
      const goesLast = (ref: Ref): boolean => ref.key === key;
      expect(evicted({ evict, goesLast, maxSizeBytes: 539 })).not.toContain(key);
      expect(evicted({ evict, goesLast, maxSizeBytes: 0 }).at(-1)).toBe(key);
    }
  });

  test("young objects of a save in progress count, and stay", () => {
    const young = object(pack("young"), 100, 1);
    const objects = new Map([...there, young].map((each) => [each.name, each]));
    expect(evicted({ objects, maxSizeBytes: 540 })).toEqual(["4"]);
  });
});

describe("refusing", () => {
  const there = [
    object(artifact("a"), 10),
    object(pack("a"), 90),
    object(pack("b"), 100),
    object(pack("c"), 1),
  ];
  const why = (changes: Partial<PruneInput>, doubts: readonly string[] = []) =>
    whyRefused(planPrune(input({ there, ...changes })), doubts);

  test("everything", () => {
    expect(why({})).toMatch(/knows no save that lives/);
  });
  test("more than half of what is not condemned yet", () => {
    expect(why({ refs: [needing("a", ["a"])] })).toMatch(/101 of 201 bytes/);
    expect(why({ refs: [needing("a", ["a", "c"])] })).toBeUndefined();
    const batches = [{ names: [pack("c")], condemnedAtMs: NOW_MS, isDue: false }];
    expect(why({ refs: [needing("a", ["a"])], batches })).toBeUndefined();
  });
  test("not what was chosen: evicted, dropped", () => {
    const refs = [needing("a", ["a", "b", "c"])];
    expect(why({ refs, maxSizeBytes: 0 })).toBeUndefined();
    expect(why({ refs, isDropped: () => true })).toBeUndefined();
  });
  test("in doubt, as long as there is anything to do", () => {
    expect(why({ refs: [needing("a", ["a", "c"])] }, ["a row", "another"])).toBe("a row; another");
    expect(why({ refs: [needing("a", ["a", "b", "c"])] }, ["a row"])).toBeUndefined();
  });
});
