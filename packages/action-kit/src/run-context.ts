// What the runner says about the run: event, ref, run and job, as the toolkit reads them. The module of its Context is
// imported alone: the toolkit's front door would load octokit.

import { accessSync } from "node:fs";
import { Context } from "@actions/github/lib/context";
import type { Runner } from "./runner.ts";

/** What the flows use of a Context. Text is undefined where the runner does not say it, a number is then NaN. */
export interface RunContext {
  readonly eventName: string | undefined;
  readonly ref: string | undefined;
  readonly job: string | undefined;
  readonly runId: number;
  readonly runAttempt: number;
  /** Of the event; empty where there is none. */
  readonly payload: unknown;
}

/** Never throws: a payload that is missing or is no JSON leaves the rest as it is. */
export function readContext({ debug }: Pick<Runner, "debug">): RunContext {
  const path = process.env["GITHUB_EVENT_PATH"];
  try {
    // Of a missing file a Context writes a line of its own to the log.
    if (path) accessSync(path);
    return new Context();
  } catch (error) {
    debug(`no event payload: ${String(error)}`);
    return contextWithoutPayload();
  }
}

/** A Context takes the path of its payload from the environment alone. */
function contextWithoutPayload(): Context {
  const path = process.env["GITHUB_EVENT_PATH"];
  delete process.env["GITHUB_EVENT_PATH"];
  try {
    return new Context();
  } finally {
    process.env["GITHUB_EVENT_PATH"] = path;
  }
}
