// Temporary folders that go away with the suite (or the script) that made them.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

function removeAll(): void {
  for (const folder of made.splice(0)) removeFolder(folder);
}

/** Read-only folders too, which only root may just remove. */
export function removeFolder(folder: string): void {
  if (process.getuid?.() !== 0 && existsSync(folder)) execFileSync("chmod", ["-R", "u+rwx", folder]);
  rmSync(folder, { recursive: true, force: true });
}

// Scripts that tests start are no suites.
const { afterAll } = globalThis as { afterAll?: (hook: () => void) => void };
if (afterAll) afterAll(removeAll);
else process.once("exit", removeAll);

/** A new empty folder. */
export function temporaryFolder(within: string = tmpdir()): string {
  const folder = mkdtempSync(join(within, "cairn-test-"));
  made.push(folder);
  return folder;
}
