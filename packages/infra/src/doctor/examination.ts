// What every check is made with: the job's rights, the settings, and how a check that can't go on is told.

import type { Access, CallOptions } from "@cairn/core";

export interface Examination extends CallOptions {
  /** What this job may read and write, from its CI event: which permissions are expected of its credentials. */
  readonly access: Access;
  /** Whether the mode allows a save: without it nothing is written, not even for a moment. */
  readonly mayWrite: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the guide on roles is, for remedies. */
export const IAM_GUIDE = "docs/guides/iam.md";
