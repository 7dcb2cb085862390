// Tells the runner what the failure policy decided.

import type { Reaction } from "./failure-policy.ts";
import type { Runner } from "./runner.ts";

export function apply(reaction: Reaction, runner: Runner): void {
  switch (reaction.level) {
    case "fail":
      return runner.setFailed(reaction.message);
    case "error":
      return runner.error(reaction.message);
    case "warning":
      return runner.warning(reaction.message);
    case "info":
      return runner.info(`[warning]${reaction.message}`);
    case "debug":
      return runner.debug(reaction.message);
  }
}
