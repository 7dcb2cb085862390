// docs/guides/keys.md against the code: the files it lists are those that are known, its keys are keys.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { findKeys } from "../../../src/keys/explain-key.ts";
import { PART_NAMES } from "../../../src/keys/key-parts.ts";
import { factsOf, TOOLS, toolOfLockfile } from "../../../src/keys/tools.ts";

const root = resolve(import.meta.dirname, "../../../../..");
const page = readFileSync(join(root, "docs/guides/keys.md"), "utf8");

/** Names in backticks between two texts of the page. */
function listed(from: string, to: string): string[] {
  const start = page.indexOf(from);
  const end = page.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`docs/guides/keys.md lacks ${from} or ${to}`);
  return [...page.slice(start + from.length, end).matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

test("lists the lock files that are known, of every tool", () => {
  const names = listed("nearest folder that has any**:", "Others are named");
  expect(names).toHaveLength(16);
  const tools = names.map((name) => toolOfLockfile(name.replace("*", "-dev")));
  expect(tools).not.toContain(undefined);
  expect([...new Set(tools)].sort()).toEqual([...TOOLS].sort());
});

test("lists the files that ask for a version", () => {
  const names = listed("and\nthe repository:", "the nearest\nupward").filter(
    (name) => name !== "engines.node",
  );
  const known = TOOLS.flatMap((tool) => factsOf(tool).versionFiles.map(([name]) => name));
  expect([...new Set(names)].sort()).toEqual([...new Set(known)].sort());
});

test("describes every part of a key, in its order, and shows a real one", () => {
  const table = page.slice(0, page.indexOf("## In a workflow"));
  const rows = [...table.matchAll(/^\| (\w+) \| `[^`]+` \| /gm)].map((match) => match[1]);
  expect(rows).toEqual(PART_NAMES);
  expect(findKeys(page)).toHaveLength(1);
});
