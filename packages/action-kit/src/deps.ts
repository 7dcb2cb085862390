// What the flows ask of the outside, handed in by run-action.ts and by tests.

import type { Cache, CacheSettings, Environment, FetchIdentityToken, SettingsSources } from "@cairn/core";
import type { GitHubCache } from "./github-cache.ts";
import type { ReadInput } from "./inputs.ts";
import type { RunContext } from "./run-context.ts";
import type { Runner } from "./runner.ts";

export interface OpenOptions {
  readonly env: Environment;
  readonly fetchIdentityToken: FetchIdentityToken;
}

export interface Deps {
  readonly env: Environment;
  readonly runner: Runner;
  readonly readInput: ReadInput;
  readonly context: RunContext;
  readonly resolveSettings: (sources: SettingsSources) => CacheSettings;
  readonly openCache: (settings: CacheSettings, options: OpenOptions) => Promise<Cache>;
  readonly gitHubCache: () => Promise<GitHubCache>;
  /** Aborts when the run is cancelled. */
  readonly cancel: AbortSignal;
  /** How long work that ignores its signal is waited for. */
  readonly graceMs?: number;
  /** Told when work was left behind. */
  readonly onLeftBehind?: () => void;
}
