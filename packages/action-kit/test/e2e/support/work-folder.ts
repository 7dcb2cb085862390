// Temporary folders that go away with the suite that made them, read-only folders below them included.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { removeTree } from "./trees.ts";

const made: string[] = [];

afterAll(async () => {
  for (const folder of made.splice(0)) await removeTree(folder);
}, 180_000);

/** A new empty folder. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cairn-e2e-"));
  made.push(folder);
  return folder;
}
