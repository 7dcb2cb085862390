// The table of looking after a store. Pure.

import { markdownTable, sourceText } from "../report-text.ts";
import type { UpkeepResult, UpkeepStep } from "./upkeep-result.ts";

const COLUMNS = ["", "s", "requests to the table", "requests to the bucket"];

export function upkeepTable({ objects, refs, steps, server, ...circumstances }: UpkeepResult): string {
  const size = `${objects.toLocaleString("en-US")} objects, ${refs.toLocaleString("en-US")} refs`;
  const title = `**${size}**, ${sourceText({ ...circumstances, server })}; ${server}`;
  return `${title}\n\n${markdownTable([COLUMNS, ...steps.map(rowOf)], [1, 2, 3])}`;
}

/** For a terminal. */
export function upkeepLines({ objects, steps }: UpkeepResult): string {
  return steps
    .map(rowOf)
    .map(
      ([what, seconds, index, store]) =>
        `  ${objects} objects, ${what}: ${seconds} s, ${index} + ${store} requests`,
    )
    .join("\n");
}

function rowOf({ what, seconds, requests }: UpkeepStep): readonly string[] {
  const { index, store } = requests;
  return [what, seconds.toFixed(1), index.toLocaleString("en-US"), store.toLocaleString("en-US")];
}
