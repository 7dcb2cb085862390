// What the figures of a result were taken on and of. Types only.

import type { Machine } from "./machine.ts";

/** When, of what and where something was measured. */
export interface Circumstances {
  readonly measuredAt: string;
  /** Of the checkout that Cairn's bundles came from, with `+` where they were not those of the commit; undefined: of no checkout. */
  readonly commit: string | undefined;
  readonly machine: Machine;
  /** Name and version. */
  readonly server: string;
}
