// Temporary folders that go away with the suite that made them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder. */
export function temporaryFolder(within: string = tmpdir()): string {
  const folder = mkdtempSync(join(within, "cairn-test-"));
  made.push(folder);
  return folder;
}
