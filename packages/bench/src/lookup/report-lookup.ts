// The table of look-ups. Pure.

import { markdownTable, sourceText, spreadText } from "../report-text.ts";
import type { LookupResult } from "./lookup-result.ts";

export function lookupTable(results: readonly LookupResult[]): string {
  const rows = results.flatMap(({ index, refs, lookups, ...circumstances }) =>
    lookups.map(({ what, milliseconds, requests }) => [
      index,
      refs.toLocaleString("en-US"),
      what,
      spreadText(milliseconds, 2),
      requests === undefined ? "none" : String(requests),
      sourceText(circumstances),
    ]),
  );
  return markdownTable([["index", "refs", "look-up", "ms", "requests", "on"], ...rows], [1, 3, 4]);
}

/** For a terminal. */
export function lookupLines({ index, refs, lookups }: LookupResult): string {
  return lookups
    .map(({ what, milliseconds, requests }) => {
      const cost = requests === undefined ? "" : `, ${requests} ${requests === 1 ? "request" : "requests"}`;
      return `  ${index}, ${refs.toLocaleString("en-US")} refs, ${what}: ${spreadText(milliseconds, 2)} ms${cost}`;
    })
    .join("\n");
}
