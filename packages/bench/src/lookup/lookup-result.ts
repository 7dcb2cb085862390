// What the lookup benchmark found, as it stands in the JSON file. Types only.

import type { Circumstances } from "../circumstances.ts";
import type { Spread } from "../statistics.ts";

export type IndexKind = "dynamodb" | "sqlite" | "bucket";

export interface LookupResult extends Circumstances {
  readonly index: IndexKind;
  /** Under one scope, one version and one prefix. */
  readonly refs: number;
  /** What was looked up: each many times. */
  readonly lookups: readonly {
    readonly what: string;
    readonly milliseconds: Spread;
    /** Undefined where there is no wire. */
    readonly requests: number | undefined;
  }[];
}
