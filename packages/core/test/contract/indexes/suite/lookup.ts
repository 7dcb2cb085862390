// Part of the contract of KeyIndex: what a look-up returns, and what it never returns.

import { describe, expect, test } from "@jest/globals";
import type { Ref } from "../../../../src/model/ref.ts";
import type { KeyIndex } from "../../../../src/ports/key-index.ts";
import { DAY_MS, digestOf, makeRef, START_MS, scopeOf, VERSION } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";

export function exact(
  index: KeyIndex,
  ref: Pick<Ref, "scope" | "version" | "key">,
): Promise<Ref | undefined> {
  return index.lookup({ scope: ref.scope, version: ref.version, key: ref.key, match: "exact" });
}

export function prefix(index: KeyIndex, key: string, scope = scopeOf()): Promise<Ref | undefined> {
  return index.lookup({ scope, version: VERSION, key, match: "prefix" });
}

export function lookupContract(withIndex: WithIndex): void {
  describe("lookup", () => {
    test(
      "an empty index misses, and is not an error",
      withIndex(async ({ index }) => {
        expect(await exact(index, makeRef())).toBeUndefined();
        expect(await prefix(index, "npm-")).toBeUndefined();
      }),
    );

    test(
      "what was committed comes back whole, through another opening too",
      withIndex(async ({ index, other }) => {
        const full = makeRef({
          toolchain: "node-20",
          lockfileHash: digestOf("lock"),
          signature: "ed25519:AbC+/=",
        });
        const sparse = makeRef({ key: "npm-sparse", domain: "pr", treeBytes: 0, createdAtMs: START_MS + 7 });
        await index.commit(full);
        await index.commit(sparse);
        expect(await exact(other, full)).toEqual(full);
        expect(await prefix(other, "npm-")).toEqual(sparse);
      }),
    );

    test(
      "the newest of a prefix wins, whatever the order of keys and commits",
      withIndex(async ({ index }) => {
        const refs = [3, 1, 4, 2].map((n) => makeRef({ key: `npm-${9 - n}`, createdAtMs: START_MS + n }));
        for (const ref of refs) await index.commit(ref);
        expect(await prefix(index, "npm-")).toEqual(refs[2]);
        expect(await prefix(index, "npm-8")).toEqual(refs[1]);
        expect(await prefix(index, "npm-55")).toBeUndefined();
      }),
    );

    test(
      "an exact look-up takes the key itself, not a newer longer one",
      withIndex(async ({ index }) => {
        const ref = makeRef({ key: "npm-abc" });
        await index.commit(ref);
        await index.commit(makeRef({ key: "npm-abc-2", createdAtMs: START_MS + 1000 }));
        expect(await exact(index, ref)).toEqual(ref);
        expect((await prefix(index, "npm-abc"))?.key).toBe("npm-abc-2");
      }),
    );

    test(
      "a prefix may be the whole key",
      withIndex(async ({ index }) => {
        const ref = makeRef();
        await index.commit(ref);
        expect(await prefix(index, ref.key)).toEqual(ref);
        expect(await prefix(index, `${ref.key}x`)).toBeUndefined();
      }),
    );

    test(
      "an expired Ref is a miss at once, and does not hide an older one",
      withIndex(async ({ index, clock }) => {
        const old = makeRef({ key: "npm-old" });
        const brief = makeRef({ createdAtMs: START_MS + 1, expiresAtMs: START_MS + DAY_MS });
        const doomed = makeRef({ key: "npm-x", createdAtMs: START_MS + 2, notAfterMs: START_MS + DAY_MS });
        for (const ref of [old, brief, doomed]) await index.commit(ref);
        clock.set(START_MS + DAY_MS - 1);
        expect(await prefix(index, "npm-")).toEqual(doomed);
        expect(await exact(index, brief)).toEqual(brief);
        clock.set(START_MS + DAY_MS);
        expect(await exact(index, brief)).toBeUndefined();
        expect(await exact(index, doomed)).toBeUndefined();
        expect(await prefix(index, "npm-")).toEqual(old);
      }),
    );

    test(
      "versions and scopes are isolated",
      withIndex(async ({ index }) => {
        const here = makeRef();
        await index.commit(here);
        for (const there of [
          { ...here, version: digestOf("other") },
          { ...here, scope: scopeOf("refs/heads/mai") },
          { ...here, scope: scopeOf("refs/heads/main2") },
          { ...here, scope: scopeOf("refs/heads/main", "acme/ap") },
        ]) {
          expect(await exact(index, there)).toBeUndefined();
          expect(await index.lookup({ ...there, key: "npm", match: "prefix" })).toBeUndefined();
        }
      }),
    );

    test(
      "scopes whose joined names are equal are not the same",
      withIndex(async ({ index }) => {
        const pairs = [
          { repository: "a:b", ref: "c" },
          { repository: "a", ref: "b:c" },
          { repository: "a%3Ab", ref: "c" },
          { repository: "a", ref: "b%3Ac" },
          { repository: "a/b", ref: "c" },
          { repository: "a", ref: "b/c" },
          { repository: "a#b", ref: "c" },
          { repository: "a", ref: "b#c" },
          { repository: "A", ref: "b#c" },
        ];
        const refs = pairs.map((scope) => makeRef({ scope, version: "c" }));
        for (const ref of refs) expect(await index.commit(ref)).toEqual({ status: "committed" });
        for (const ref of refs) {
          expect(await exact(index, ref)).toEqual(ref);
          expect(await index.lookup({ ...ref, key: "npm-", match: "prefix" })).toEqual(ref);
        }
      }),
    );

    test(
      "a look-up in one domain sees past the other's newer Ref",
      withIndex(async ({ index }) => {
        const trusted = makeRef({ key: "npm-1" });
        const foreign = makeRef({ key: "npm-2", domain: "pr", createdAtMs: START_MS + 1 });
        await index.commit(trusted);
        await index.commit(foreign);
        const query = { scope: trusted.scope, version: VERSION, key: "npm-", match: "prefix" } as const;
        expect(await index.lookup(query)).toEqual(foreign);
        expect(await index.lookup({ ...query, domain: "trusted" })).toEqual(trusted);
        expect(
          await index.lookup({ ...query, key: "npm-2", match: "exact", domain: "trusted" }),
        ).toBeUndefined();
      }),
    );

    test(
      "a Ref that is not accepted neither matches nor hides an older one, and only live matches are asked about",
      withIndex(async ({ index }) => {
        const refs = [1, 2, 3, 4].map((n) => makeRef({ key: `npm-${n}`, createdAtMs: START_MS + n }));
        const others = [
          makeRef({ key: "npm-5", createdAtMs: START_MS + 5, expiresAtMs: START_MS }),
          makeRef({ key: "npm-6", createdAtMs: START_MS + 6, domain: "pr" }),
          makeRef({ key: "pip-7", createdAtMs: START_MS + 7 }),
          makeRef({ key: "npm-8", createdAtMs: START_MS + 8, scope: scopeOf("refs/heads/x") }),
        ];
        for (const ref of [...refs, ...others]) await index.commit(ref);
        const asked: Ref[] = [];
        const query = {
          scope: scopeOf(),
          version: VERSION,
          key: "npm-",
          match: "prefix",
          domain: "trusted",
        } as const;
        const accepting = (accepted: readonly (Ref | undefined)[]) => (ref: Ref) => {
          asked.push(ref);
          return accepted.some((one) => one?.key === ref.key);
        };
        expect(await index.lookup({ ...query, accept: accepting([refs[0], refs[1]]) })).toEqual(refs[1]);
        expect(await index.lookup({ ...query, accept: accepting([]) })).toBeUndefined();
        const exactly = { ...query, key: "npm-4", match: "exact" } as const;
        expect(await index.lookup({ ...exactly, accept: accepting(refs) })).toEqual(refs[3]);
        expect(await index.lookup({ ...exactly, accept: accepting([refs[0]]) })).toBeUndefined();
        for (const ref of asked) expect(refs).toContainEqual(ref);
      }),
    );

    test(
      "1,200 Refs: the newest of a prefix is found among many newer ones, and none where there is none",
      withIndex(async ({ index }) => {
        const newest = makeRef({ key: "pip-b", createdAtMs: START_MS + 5 });
        const refs = [
          makeRef({ key: "pip-a" }),
          newest,
          makeRef({ key: "pip-c", createdAtMs: START_MS + 2 }),
        ];
        for (let n = 0; n < 1200; n++) {
          refs.push(makeRef({ key: `npm-${n}`, createdAtMs: START_MS + 100 + ((n * 7919) % 1200) }));
        }
        for (let n = 0; n < refs.length; n += 32) {
          await Promise.all(refs.slice(n, n + 32).map((ref) => index.commit(ref)));
        }
        expect(await prefix(index, "pip-")).toEqual(newest);
        expect((await prefix(index, "npm-"))?.createdAtMs).toBe(START_MS + 100 + 1199);
        expect((await prefix(index, "npm-77"))?.createdAtMs).toBe(
          Math.max(...refs.filter(({ key }) => key.startsWith("npm-77")).map((ref) => ref.createdAtMs)),
        );
        expect(await prefix(index, "maven-")).toBeUndefined();
        // All that is newer refused, page after page.
        const query = { scope: scopeOf(), version: VERSION, key: "", match: "prefix" } as const;
        const accept = ({ key }: Ref) => !key.startsWith("npm-") && key !== "pip-b";
        expect((await index.lookup({ ...query, accept }))?.key).toBe("pip-c");
        const listed = new Set<string>();
        for await (const { key } of index.list({ repository: "acme/api" })) listed.add(key);
        expect(listed.size).toBe(refs.length);
      }),
      120_000,
    );

    test(
      "an aborted call rejects with the signal's reason",
      withIndex(async ({ index }) => {
        const reason = new Error("stopped");
        const signal = AbortSignal.abort(reason);
        const ref = makeRef();
        await expect(index.lookup({ ...ref, match: "exact" }, { signal })).rejects.toBe(reason);
        await expect(index.commit(ref, { signal })).rejects.toBe(reason);
        expect(await exact(index, ref)).toBeUndefined();
      }),
    );
  });
}
