// docs/threat-model.md against the tests: each invariant names tests that exist under these very names, and each threat
// that has a test of its own is on the page.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { LIFETIME_MS } from "../../../src/model/limits.ts";

const root = resolve(import.meta.dirname, "../../../../..");
const docs = join(root, "docs");
const page = readFileSync(join(docs, "threat-model.md"), "utf8");
const rows = [...page.matchAll(/^\| T(\d+) \| (.+) \| (.+) \|$/gm)].map(([, number, , tests]) => ({
  number: Number(number),
  links: [...tests!.matchAll(/\[((?:[^\]\\]|\\.)+)\]\(([^)]+)\)/g)].map(([, title, path]) => ({
    title: title!,
    file: resolve(docs, path!),
  })),
}));

test("invariants are numbered without a gap, and each has a test", () => {
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, n) => n + 1));
  for (const { number, links } of rows) expect([number, links.length > 0]).toEqual([number, true]);
});

test("each test that is named exists, under this name", () => {
  for (const { number, links } of rows) {
    for (const { title, file } of links) {
      const where = relative(root, file);
      // Titles are written in quotes of all kinds, or are a row of a table of cases.
      const source = readFileSync(file, "utf8").replaceAll("\\", "");
      const isThere = [`"${title}"`, `\`${title}\``, `: ${title}\``, `} ${title}"`].some((text) =>
        source.includes(text),
      );
      expect([`T${number}`, where, title, isThere]).toEqual([`T${number}`, where, title, true]);
    }
  }
});

test("each file of tests about a threat is on the page", () => {
  const folder = join(root, "packages/core/test/security");
  const linked = new Set(rows.flatMap(({ links }) => links.map(({ file }) => file)));
  const missing = readdirSync(folder).filter((name) => !linked.has(join(folder, name)));
  expect(missing).toEqual([]);
});

test("what actors can and can't do goes by invariants that exist, and no invariant is for nobody", () => {
  const actors = page.slice(page.indexOf("## Actors"), page.indexOf("## Invariants"));
  const named = new Set([...actors.matchAll(/\bT(\d+)\b/g)].map(([, number]) => Number(number)));
  const numbers = rows.map(({ number }) => number);
  for (const number of named) expect(numbers).toContain(number);
  expect(numbers.filter((number) => !named.has(number))).toEqual([]);
});

test("links to other pages lead somewhere, and numbers are those of the code", () => {
  for (const [, path] of page.matchAll(/\]\(((?:guides|\.\.)\/[^)#]+)\)/g))
    expect(() => readFileSync(resolve(docs, path!))).not.toThrow();
  expect(page).toContain(`at most ${LIFETIME_MS.trusted / 86_400_000} days`);
  expect(page).toContain(`in its domain, for ${LIFETIME_MS.pr / 86_400_000} days`);
});
