// What makes what is saved: from the CI system's variables and the event, and from git where they don't say.

import { describeRun, InputError, parseBuildSeconds, type RunFacts } from "@cairn/core";
import { readEvent } from "./access.ts";
import type { CliContext } from "./context.ts";

/** @throws InputError */
export async function readRunFacts(
  context: CliContext,
  options: { readonly buildSeconds?: string | undefined },
): Promise<RunFacts> {
  const { env } = context;
  const buildSeconds = parseSeconds(options.buildSeconds);
  const eventPath = env["GITHUB_EVENT_PATH"];
  const [event, git] = await Promise.all([
    eventPath ? readEvent(context, eventPath) : undefined,
    // GitHub's own variables and event say what there is: no process is started for it.
    env["GITHUB_ACTIONS"] ? undefined : context.readGit(context.cwd),
  ]);
  return { ...describeRun({ env, event, git }), ...(buildSeconds !== undefined && { buildSeconds }) };
}

function parseSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseBuildSeconds(text);
  if (seconds !== undefined) return seconds;
  throw new InputError(`--build-seconds is not a number: ${JSON.stringify(text)}`, {
    hint: "write how many seconds it took: 92 or 92.5",
  });
}
