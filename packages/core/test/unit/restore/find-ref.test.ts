import { describe, expect, test } from "@jest/globals";
import { createMemoryIndex } from "../../../src/indexes/memory-index.ts";
import type { Access } from "../../../src/model/access.ts";
import type { Ref, Scope } from "../../../src/model/ref.ts";
import type { KeyIndex } from "../../../src/ports/key-index.ts";
import { findRef } from "../../../src/restore/find-ref.ts";
import { createTestClock, digestOf, makeRef, START_MS, scopeOf, VERSION } from "../../support/refs.ts";

const main = scopeOf("refs/heads/main");
const feature = scopeOf("refs/heads/feature");
const pull = scopeOf("refs/pull/7/merge");

async function indexWith(...refs: Ref[]): Promise<KeyIndex> {
  const index = createMemoryIndex({ clock: createTestClock(START_MS + 60_000) });
  for (const ref of refs) expect(await index.commit(ref)).toEqual({ status: "committed" });
  return index;
}

function find(
  index: KeyIndex,
  key: string,
  restoreKeys: string[] = [],
  reads: Scope[] = [feature, main],
  domain: Access["domain"] = "trusted",
) {
  return findRef(index, { access: { reads, domain }, version: VERSION, key, restoreKeys });
}

let seconds = 0;
/** Each is newer than the one made before. */
function entry(scope: Scope, key: string, changes: Partial<Ref> = {}): Ref {
  return makeRef({ scope, key, createdAtMs: START_MS + ++seconds, ...changes });
}

describe("the order of actions/cache", () => {
  test("an exact key never loses to a newer longer key", async () => {
    const exact = entry(main, "npm-abc");
    const longer = entry(main, "npm-abc-node20");
    const index = await indexWith(exact, longer);
    expect(await find(index, "npm-abc")).toEqual({ ref: exact, exact: true, scope: main });
    expect(await find(index, "other", ["npm-abc"])).toEqual({ ref: exact, exact: false, scope: main });
  });

  test("the key itself is a prefix, and what it finds is not exact", async () => {
    const longer = entry(main, "npm-abc-node20");
    const index = await indexWith(longer);
    expect(await find(index, "npm-abc")).toEqual({ ref: longer, exact: false, scope: main });
  });

  test("a prefix match of the key goes before an exact match of a restore-key", async () => {
    const longer = entry(main, "npm-abc-node20");
    const index = await indexWith(longer, entry(main, "npm-"));
    expect((await find(index, "npm-abc", ["npm-"]))?.ref).toEqual(longer);
  });

  test("restore-keys count in their order, not by length or age", async () => {
    const first = entry(main, "yarn-1");
    const index = await indexWith(first, entry(main, "npm-abc-1"), entry(main, "npm-2"));
    expect((await find(index, "none", ["pip-", "yarn-", "npm-abc-", "npm-"]))?.ref).toEqual(first);
  });

  test("within a prefix the most recently created wins, whatever its key and use", async () => {
    const newest = entry(main, "npm-a", { createdAtMs: START_MS + 5000 });
    const index = await indexWith(
      entry(main, "npm-z", { createdAtMs: START_MS + 1000, lastAccessedAtMs: START_MS + 9000 }),
      newest,
      entry(main, "npm-b", { createdAtMs: START_MS + 3000 }),
    );
    expect((await find(index, "npm-none", ["npm-"]))?.ref).toEqual(newest);
  });

  test("a prefix match in the first scope goes before an exact match in the next", async () => {
    const own = entry(feature, "npm-old");
    const index = await indexWith(own, entry(main, "npm-abc"));
    expect(await find(index, "npm-abc", ["npm-"])).toEqual({ ref: own, exact: false, scope: feature });
    expect((await find(index, "npm-abc", ["npm-"], [main, feature]))?.exact).toBe(true);
  });

  test("only an equal version matches", async () => {
    const index = await indexWith(entry(main, "npm-abc", { version: digestOf("other paths") }));
    expect(await find(index, "npm-abc", ["npm-"])).toBeUndefined();
  });

  test("letter case counts", async () => {
    const index = await indexWith(entry(main, "NPM-abc"));
    expect(await find(index, "npm-abc", ["npm-"])).toBeUndefined();
  });

  test("no scope to read is a miss without a request", async () => {
    const index = await indexWith(entry(main, "npm-abc"));
    expect(await find(index, "npm-abc", [], [])).toBeUndefined();
  });

  test("a scope without a match costs two requests and one for each restore-key", async () => {
    const index = await indexWith();
    let lookups = 0;
    const counting: KeyIndex = {
      ...index,
      lookup: (query, options) => {
        lookups++;
        return index.lookup(query, options);
      },
    };
    await find(counting, "npm-abc", ["npm-", "n"], [feature, main]);
    expect(lookups).toBe(8);
  });
});

describe("scope isolation", () => {
  test("a pull request never overwrites main's entry", async () => {
    const trusted = entry(main, "npm-abc");
    const poisoned = entry(pull, "npm-abc", { domain: "pr" });
    const index = await indexWith(trusted, poisoned);
    expect((await find(index, "npm-abc", [], [main]))?.ref).toEqual(trusted);
    expect((await find(index, "npm-abc", [], [feature, main]))?.ref).toEqual(trusted);
    expect((await find(index, "npm-abc", [], [pull, main], "pr"))?.ref).toEqual(poisoned);
  });

  test("a trusted job sees nothing that a pull request wrote, not even into its own scope", async () => {
    const trusted = entry(main, "npm-1");
    const index = await indexWith(trusted, entry(main, "npm-2", { domain: "pr" }));
    expect(await find(index, "npm-2")).toBeUndefined();
    expect((await find(index, "npm-2", ["npm-"]))?.ref).toEqual(trusted);
    expect((await find(index, "npm-2", [], [main], "pr"))?.exact).toBe(true);
  });

  test("an index that does not know domains still hands a trusted job nothing of a pull request", async () => {
    const index = await indexWith(entry(main, "npm-2", { domain: "pr" }));
    const naive: KeyIndex = {
      ...index,
      lookup: ({ domain: _, ...query }, options) => index.lookup(query, options),
    };
    expect(await find(naive, "npm-2", ["npm-"])).toBeUndefined();
  });
});
