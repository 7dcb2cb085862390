// The setting `read-scopes`: more scopes to look in, `refs/heads/x` of this repository or `owner/repo@refs/heads/x`
// of another one in the same store.

import { SettingsError } from "../model/errors.ts";
import type { Scope } from "../model/ref.ts";

const REPOSITORY = /^[^\s@/]+(\/[^\s@/]+)+$/;
const REF = /^refs\/[^\s]+$/;

/**
 * @param lines one scope each; empty ones are skipped.
 * @param repository of the lines that name none.
 * @throws SettingsError
 */
export function parseReadScopes(lines: readonly string[], repository: string | undefined): Scope[] {
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const at = line.startsWith("refs/") ? -1 : line.indexOf("@");
      const ref = line.slice(at + 1);
      const named = at < 0 ? repository : line.slice(0, at);
      const isWhole = REF.test(ref) && (at < 0 || REPOSITORY.test(line.slice(0, at)));
      if (!isWhole || !named) {
        throw new SettingsError("read-scopes", `read-scopes names no scope: ${JSON.stringify(line)}`, {
          hint: isWhole
            ? "this repository is unknown: write owner/repo@refs/heads/x"
            : "write refs/heads/x, or owner/repo@refs/heads/x for another repository",
        });
      }
      return { repository: named, ref };
    });
}
