// What is committed is what the blueprint gives, and nothing else lies beside it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { generatedFiles } from "../../src/render/templates.ts";

const root = join(import.meta.dirname, "../..");

test.each([...generatedFiles()])(
  "%s is up to date (else: node scripts/build-infra.ts, after a build)",
  (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  },
);

test("no generated file is left over", () => {
  const folders = ["cloudformation", "terraform", "policies"];
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  );
  expect(found.sort()).toEqual([...generatedFiles().keys()].sort());
});
