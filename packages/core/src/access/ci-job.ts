// CiJob: what one CI system says of the running job, before tokens and settings narrow or widen it. Each system has a
// file that reads its own variables into this; derive-access.ts turns it into an Access by one set of rules.

import type { Domain } from "../model/ref.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What git says of the working tree; each part where it is known. */
export interface GitFacts {
  /** Checked-out branch without `refs/heads/`; undefined on a detached HEAD. */
  readonly branch?: string | undefined;
  readonly defaultBranch?: string | undefined;
  /** `owner/name`, from the remote's URL. */
  readonly repository?: string | undefined;
  /** Of HEAD. */
  readonly commitSha?: string | undefined;
  readonly commitMessage?: string | undefined;
}

export interface CiJob {
  /** `owner/name`; undefined: unknown, and then nothing is read or written. */
  readonly repository: string | undefined;
  /** The job's own git ref, full: `refs/heads/x`; undefined: it has none. */
  readonly ref: string | undefined;
  /** Refs to look in after the own one, in order; unknown ones and duplicates are dropped later. */
  readonly fallbacks: readonly (string | undefined)[];
  /** Domain of what is written to `ref`. */
  readonly domain: Domain;
  /** `granted`: only where the job's token says so; `asked`: only where the user asked for it. */
  readonly saves: "yes" | "granted" | "asked";
  /** Who or what the job is, to begin a sentence with: "a pull_request_target event". */
  readonly subject: string;
  /** What to do about a job that has no own ref; ends the sentence of the note. */
  readonly refHint?: string;
}

/** `main` -> `refs/heads/main`; undefined for an empty or missing name. */
export function branchRef(name: string | undefined): string | undefined {
  if (!name) return undefined;
  return name.startsWith("refs/") ? name : `refs/heads/${name}`;
}

/** `v1` -> `refs/tags/v1`; undefined for an empty or missing name. */
export function tagRef(name: string | undefined): string | undefined {
  return name ? `refs/tags/${name}` : undefined;
}

/** `https://host/acme/api.git`, `git@host:acme/api.git` -> `acme/api`; undefined for what is neither. */
export function repositoryOf(url: string | undefined): string | undefined {
  if (!url) return undefined;
  const path =
    /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/(.+)$/i.exec(url)?.[1] ?? /^[^/:]+:(?!\/\/)(.+)$/.exec(url)?.[1];
  const name = path
    ?.replace(/[?#].*$/, "")
    .replace(/^\/+|\/+$/g, "")
    .replace(/\.git$/, "");
  return name || undefined;
}
