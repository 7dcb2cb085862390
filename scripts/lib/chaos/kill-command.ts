// Runs a command of the command line that is killed after some time, and counts what became of it.

import { type CommandOptions, cairn } from "./commands.ts";
import type { Kill } from "./kills.ts";

/** @returns whether it was killed: otherwise it was done before, and a failure of its own is told. */
export async function killCommand(
  args: readonly [string, ...string[]],
  options: CommandOptions,
  { afterMs, tally, say }: Pick<Kill, "afterMs" | "tally" | "say">,
): Promise<boolean> {
  const { code, wasKilled, stderr } = await cairn(args, { ...options, killAfterMs: afterMs });
  if (wasKilled) tally.kills++;
  else tally.tooLate++;
  if (!wasKilled && code !== 0) say(`the ${args[0]} failed by itself: ${stderr.slice(-300)}`);
  return wasKilled;
}
