// Access: what a job may read and write, derived once from its CI event and handed to every restore and save.

import type { Domain, Scope } from "./ref.ts";

export interface Access {
  /** Scopes to look in, in order. Empty: nothing may be read. */
  readonly reads: readonly Scope[];
  /** Where a save goes; undefined: this job saves nothing. */
  readonly writes: Scope | undefined;
  /** Domain of what this job writes. */
  readonly domain: Domain;
  /** One sentence for the log when something is not allowed: "a pull_request_target event may only read". */
  readonly note: string | undefined;
}

/** Whether a git ref is a pull request's (GitLab: a merge request's), as every CI system's file spells them. */
export function isPullRequestRef(ref: string): boolean {
  return /^refs\/(pull|merge-requests)\//.test(ref);
}
