// What the flows ask of the outside, handed in by run-action.ts and by tests.

import type { Cache, CacheSettings, Environment, SettingsSources } from "@cairn/core";
import type { ReadInput } from "./inputs.ts";
import type { RunContext } from "./run-context.ts";
import type { Runner } from "./runner.ts";

export interface Deps {
  readonly env: Environment;
  readonly runner: Runner;
  readonly readInput: ReadInput;
  readonly context: RunContext;
  readonly resolveSettings: (sources: SettingsSources) => CacheSettings;
  readonly openCache: (settings: CacheSettings, options: { readonly env: Environment }) => Promise<Cache>;
  /** Aborts when the run is cancelled. */
  readonly cancel: AbortSignal;
  /** How long work that ignores its signal is waited for. */
  readonly graceMs?: number;
  /** Told when work was left behind. */
  readonly onLeftBehind?: () => void;
}
