// Part of the contract of KeyIndex: keys are compared byte for byte, whatever they are made of.

import { describe, expect, test } from "@jest/globals";
import { makeRef, START_MS } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

const ODD = [
  "deps:acme/api:package-lock.json:node-20",
  "a%b",
  "a_b",
  "a*b?[c]{d}",
  "a\\b",
  "a'b\"c`d",
  "a;--b",
  "a/../b",
  "/a//b/",
  "./a",
  ".",
  "..",
  "-a",
  "a#b",
  "#lease",
  "#",
  "a:b:c",
  "a%3Ab",
  "a%2Fb",
  "a b\tc\nd",
  " lead",
  "trail ",
  "trail.",
  "a\u0000b",
  "a\u007fb\u0080",
  "ü",
  "u\u0308",
  "日本語",
  "🙂🙃",
  "\u{10ffff}",
  "\uffff",
  "A",
  "a",
  "CON",
  "<a>&b|c",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a key that a shell would take apart.
  "$a ${b} $(c)",
  "~a",
  "a~b",
  "a+b=c@d!e",
];

/** In UTF-16: the contract's 512 characters; up to 1,536 bytes in UTF-8. */
const LONG = ["x", "é", "漢", "%", "/"].map((char) => char.repeat(512)).concat("🙂".repeat(256));

export function keyContract(withIndex: WithIndex): void {
  describe("keys", () => {
    test(
      "keys with every odd character are told apart and come back as they are",
      withIndex(async ({ index }) => {
        const refs = [...ODD, ...LONG].map((key, n) => makeRef({ key, createdAtMs: START_MS + n }));
        for (const ref of refs) expect(await index.commit(ref)).toEqual({ status: "committed" });
        for (const ref of refs) expect(await exact(index, ref)).toEqual(ref);
        for (const { key } of refs) {
          const newest = refs.findLast((ref) => ref.key.startsWith(key));
          expect(await prefix(index, key)).toEqual(newest);
        }
      }),
      60_000,
    );

    test(
      "wildcards and patterns in a prefix mean themselves",
      withIndex(async ({ index }) => {
        for (const key of ["axb", "a.b", "aab", "b"]) await index.commit(makeRef({ key }));
        for (const key of ["a%", "a_b", "_", "%", "a*", "*", "a?b", "a[x]b", "a.*", "[a]", "^a"])
          expect(await prefix(index, key)).toBeUndefined();
      }),
    );

    test(
      "letter case and normal forms count",
      withIndex(async ({ index }) => {
        await index.commit(makeRef({ key: "Npm-\u00fc" }));
        for (const key of ["npm", "NPM", "npm-\u00fc", "Npm-u", "Npm-u\u0308", "Npm-\u00dc"])
          expect(await prefix(index, key)).toBeUndefined();
        expect((await prefix(index, "Npm-"))?.key).toBe("Npm-\u00fc");
      }),
    );

    test(
      "long keys that differ only at the end are different keys, and longer ones are found by long prefixes",
      withIndex(async ({ index }) => {
        const stem = "漢".repeat(500);
        const a = makeRef({ key: `${stem}aaaa`, createdAtMs: START_MS + 1 });
        const b = makeRef({ key: `${stem}aabb`, createdAtMs: START_MS + 2 });
        const short = makeRef({ key: "漢".repeat(299), createdAtMs: START_MS + 3 });
        const edge = makeRef({ key: "漢".repeat(301), createdAtMs: START_MS + 4 });
        for (const ref of [a, b, short, edge]) await index.commit(ref);
        for (const ref of [a, b, short, edge]) expect(await exact(index, ref)).toEqual(ref);
        expect(await prefix(index, `${stem}aa`)).toEqual(b);
        expect(await prefix(index, `${stem}aaa`)).toEqual(a);
        expect(await prefix(index, `${stem}ab`)).toBeUndefined();
        expect(await prefix(index, "漢".repeat(300))).toEqual(edge);
        expect(await prefix(index, "漢".repeat(302))).toEqual(b);
        expect(await prefix(index, "漢")).toEqual(edge);
      }),
    );
  });
}
