// The one module behind every entry of `dist/`, so that the actions and the command line share one bundle. Each side is
// loaded when it is asked for.

import type { StepName } from "@cairn/action-kit";

/** Runs one step of an action, and ends the process. */
export async function runStep(name: StepName): Promise<void> {
  const { runAction } = await import("@cairn/action-kit");
  await runAction(name);
}

/** Runs the command line with the process's own arguments, and ends the process. */
export async function runCommandLine(): Promise<void> {
  await import("@cairn/cli/bin");
}
