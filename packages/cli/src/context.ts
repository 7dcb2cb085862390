// CliContext: everything the commands take from outside: streams, environment, clock, cancellation, and the core.
// bin.ts makes the real one; tests hand in their own. Nothing else in this package touches `process`.

import type { Cache, CacheSettings, GitFacts, Maintenance, MaintenanceContext } from "@cairn/core";
import type { Infra } from "@cairn/infra";
import type { FindLockfileVersions } from "./lockfile-versions.ts";

/** Where text goes. */
export interface Sink {
  readonly isTerminal: boolean;
  /** Width of a terminal. */
  readonly columns: number | undefined;
  /** Resolves when more may be written: a slow reader slows the writer. */
  write(text: string | Uint8Array): Promise<void>;
}

export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** A private folder that lives as long as the job does, where RUNNER_TEMP names none. */
  readonly jobTemp: () => string;
  readonly uid: number | undefined;
  readonly platform: NodeJS.Platform;
  readonly version: string;

  readonly stdout: Sink;
  readonly stderr: Sink;
  /** The stream a progress bar draws on; undefined where stderr is no terminal. */
  readonly barStream: NodeJS.WritableStream | undefined;
  /** Asks on the terminal. @returns undefined where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;

  readonly signal: AbortSignal;
  /** Which signal aborted `signal`. */
  readonly interruption: () => "SIGINT" | "SIGTERM" | undefined;
  readonly now: () => number;

  /** @returns undefined outside a git working tree. */
  readonly readGit: (cwd: string) => Promise<GitFacts | undefined>;
  /** Where in git the lock files are whose SHA-256 begin with these digits; those that are not found are left out. */
  readonly findLockfileVersions: FindLockfileVersions;
  /** Full names of the refs that git's origin has now. @returns undefined where it can't be asked. */
  readonly readRemoteRefs: (cwd: string) => Promise<ReadonlySet<string> | undefined>;
  readonly readFile: (path: string) => Promise<Uint8Array>;

  readonly openCache: (settings: CacheSettings, context: MaintenanceContext) => Promise<Cache>;
  readonly openMaintenance: (settings: CacheSettings, context: MaintenanceContext) => Promise<Maintenance>;
  readonly openInfra: (settings: CacheSettings, context: MaintenanceContext) => Promise<Infra>;
}
