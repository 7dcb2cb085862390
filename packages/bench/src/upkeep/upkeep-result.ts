// What the benchmark of looking after a store found, as it stands in the JSON file. Types only.

import type { Circumstances } from "../circumstances.ts";

export interface UpkeepStep {
  readonly what: string;
  readonly seconds: number;
  /** To the table, and to the bucket. */
  readonly requests: { readonly index: number; readonly store: number };
}

export interface UpkeepResult extends Circumstances {
  readonly objects: number;
  readonly refs: number;
  /** In the order they were made, each once. */
  readonly steps: readonly UpkeepStep[];
}
