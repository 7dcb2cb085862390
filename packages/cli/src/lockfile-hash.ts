// --lockfile: from the file, pattern or `auto` to the SHA-256 that a save records and a selection looks for.

import { findLockfiles, hashLockfiles, InputError } from "@cairn/core";
import type { CliContext } from "./context.ts";
import { checkoutPlace } from "./folders.ts";
import { printable } from "./text.ts";

/** @returns `sha256:…`; undefined where `auto` finds none. @throws InputError */
export async function hashLockfile(
  context: CliContext,
  lines: readonly string[],
): Promise<string | undefined> {
  const { files, missing } = await findLockfiles(lines, checkoutPlace(context));
  if (missing.length === 0) return hashLockfiles(files);
  throw new InputError(`--lockfile finds nothing: ${missing.map(printable).join(", ")}`, {
    hint: "name a file, relative to the current folder; auto looks for the nearest that is known, upward",
  });
}
