// Part of the contract of MaintainableIndex: listing, finding by key, invalidating, removing.

import { describe, expect, test } from "@jest/globals";
import type { Ref } from "../../../../src/model/ref.ts";
import type { MaintainableIndex, RefFilter } from "../../../../src/ports/key-index.ts";
import { DAY_MS, digestOf, makeRef, START_MS, scopeOf, VERSION } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

async function listed(index: MaintainableIndex, filter: RefFilter): Promise<Ref[]> {
  return sorted(await Array.fromAsync(index.list(filter)));
}

function sorted(refs: Ref[]): Ref[] {
  return refs.toSorted((a, b) => (a.contentHash < b.contentHash ? -1 : 1));
}

export function maintenanceContract(withIndex: WithIndex): void {
  describe("maintenance", () => {
    const refs = [
      makeRef(),
      makeRef({ key: "npm-b", toolchain: "node-20", lockfileHash: digestOf("lock") }),
      makeRef({ key: "pip-%", scope: scopeOf("refs/heads/a") }),
      makeRef({ key: "npm-abc", scope: scopeOf("refs/heads/a"), version: digestOf("v2") }),
      makeRef({ key: "npm-abc", scope: scopeOf("refs/heads/main", "acme/web") }),
      makeRef({ key: `npm-${"漢".repeat(500)}`, expiresAtMs: START_MS }),
      makeRef({ key: "npm-gone", invalidatedAtMs: START_MS - 1 }),
    ];

    test(
      "list shows every Ref that fits, live or not",
      withIndex(async ({ index }) => {
        for (const ref of refs) await index.commit(ref);
        const filters: RefFilter[] = [
          {},
          { repository: "acme/api" },
          { repository: "acme/api", ref: "refs/heads/a" },
          { repository: "acme/api", ref: "refs/heads/main", version: VERSION },
          { repository: "acme/api", ref: "refs/heads/main", version: VERSION, keyPrefix: "npm-" },
          { repository: "acme/api", keyPrefix: "pip-%" },
          { ref: "refs/heads/main" },
          { version: VERSION, keyPrefix: "npm-" },
          { keyPrefix: `npm-${"漢".repeat(499)}` },
          { toolchain: "node-20" },
          { repository: "acme/api", lockfileHash: digestOf("lock"), toolchain: "node-20" },
          { lockfileHash: digestOf("other lock") },
          {
            repository: "acme/api",
            ref: "refs/heads/main",
            version: VERSION,
            toolchain: "node-20",
            keyPrefix: "npm-",
          },
          { repository: "acme/none" },
        ];
        const expected = (filter: RefFilter) =>
          refs.filter(
            (ref) =>
              (filter.repository ?? ref.scope.repository) === ref.scope.repository &&
              (filter.ref ?? ref.scope.ref) === ref.scope.ref &&
              (filter.version ?? ref.version) === ref.version &&
              ref.key.startsWith(filter.keyPrefix ?? "") &&
              (filter.toolchain ?? ref.toolchain) === ref.toolchain &&
              (filter.lockfileHash ?? ref.lockfileHash) === ref.lockfileHash,
          );
        for (const filter of filters) expect(await listed(index, filter)).toEqual(sorted(expected(filter)));
      }),
    );

    test(
      "findByKey finds the key in every ref, version and state of one repository",
      withIndex(async ({ index }) => {
        for (const ref of refs) await index.commit(ref);
        await index.commit(makeRef({ key: "npm-abc-longer" }));
        expect(sorted(await index.findByKey("acme/api", "npm-abc", 10))).toEqual(
          sorted([refs[0]!, refs[3]!]),
        );
        expect(await index.findByKey("acme/api", "npm-abc", 1)).toHaveLength(1);
        expect(await index.findByKey("acme/api", "npm-gone", 10)).toEqual([refs[6]]);
        expect(await index.findByKey("acme/api", refs[5]!.key, 10)).toEqual([refs[5]]);
        expect(await index.findByKey("acme/api", "npm-", 10)).toEqual([]);
        expect(await index.findByKey("acme/none", "npm-abc", 10)).toEqual([]);
      }),
    );

    test(
      "an invalidated Ref is a miss at once, keeps its first time, and lists as invalidated",
      withIndex(async ({ index, other }) => {
        const older = makeRef({ key: "npm-a" });
        const ref = makeRef({ key: "npm-b", createdAtMs: START_MS + 1 });
        await index.commit(older);
        await index.commit(ref);
        expect(await index.invalidate(ref, { atMs: START_MS + 5 })).toBe(true);
        expect(await other.invalidate(ref, { atMs: START_MS + 9 })).toBe(true);
        expect(await exact(other, ref)).toBeUndefined();
        expect(await prefix(other, "npm-")).toEqual(older);
        expect(await listed(other, { keyPrefix: "npm-b" })).toEqual([
          { ...ref, invalidatedAtMs: START_MS + 5 },
        ]);
      }),
    );

    test(
      "a removed Ref is gone, and its key is free",
      withIndex(async ({ index, other }) => {
        const ref = makeRef();
        await index.commit(ref);
        expect(await other.remove(ref)).toBe(true);
        expect(await other.remove(ref)).toBe(false);
        expect(await exact(index, ref)).toBeUndefined();
        expect(await prefix(index, ref.key)).toBeUndefined();
        expect(await listed(index, {})).toEqual([]);
        expect(await index.findByKey("acme/api", ref.key, 5)).toEqual([]);
        const next = makeRef({ createdAtMs: START_MS - 5 });
        expect(await index.commit(next)).toEqual({ status: "committed" });
        expect(await prefix(index, "npm")).toEqual(next);
      }),
    );

    test(
      "neither touches a row that has changed since it was seen",
      withIndex(async ({ index }) => {
        const seen = makeRef();
        const now = makeRef({ createdAtMs: START_MS + 1 });
        await index.commit(seen);
        await index.commit(now, { replaces: seen });
        expect(await index.invalidate(seen, { atMs: START_MS + 2 })).toBe(false);
        expect(await index.remove(seen)).toBe(false);
        expect(await index.invalidate(makeRef({ key: "none" }), { atMs: START_MS })).toBe(false);
        expect(await index.remove(makeRef({ key: "none" }))).toBe(false);
        expect(await exact(index, now)).toEqual(now);
        expect(await listed(index, {})).toEqual([now]);
      }),
    );

    test(
      "a use counted since does not stand in the way",
      withIndex(async ({ index }) => {
        const ref = makeRef();
        await index.commit(ref);
        await index.touch(ref, { atMs: START_MS + 1, expiresAtMs: START_MS + 95 * DAY_MS });
        expect(await index.invalidate(ref, { atMs: START_MS + 2 })).toBe(true);
        expect(await index.remove(ref)).toBe(true);
      }),
    );

    test(
      "sweep takes what has ended, and no Ref",
      withIndex(async ({ index, other, clock }) => {
        const [kept, gone, invalid] = [makeRef(), makeRef({ key: "gone" }), makeRef({ key: "npm-x" })];
        const id = { scope: scopeOf(), version: VERSION, key: "gone" };
        for (const ref of [kept, gone, invalid]) await index.commit(ref);
        await index.invalidate(invalid, { atMs: START_MS });
        await index.remove(gone);
        await index.acquireLease({ id, owner: "run-1", expiresAtMs: START_MS + 1000 });
        // Servers that keep their own time know that this was written just now.
        const beforeMs = Math.max(Date.now(), START_MS) + DAY_MS;
        clock.set(START_MS + 2000);
        await other.sweep({ beforeMs });
        expect(await exact(index, kept)).toEqual(kept);
        expect(await prefix(index, "npm-")).toEqual(kept);
        expect(await listed(index, {})).toHaveLength(2);
        expect(
          await other.acquireLease({ id, owner: "run-2", expiresAtMs: START_MS + 9000 }),
        ).toBeUndefined();
        expect(await other.commit(makeRef({ key: "gone" }))).toEqual({ status: "committed" });
      }),
    );

    test(
      "closing twice is closing once",
      withIndex(async ({ index }) => {
        await index.commit(makeRef());
        await index.close();
        await index.close();
      }),
    );
  });
}
