// Tells the runner what the failure policy decided.

import type { Reaction } from "./failure-policy.ts";
import type { Runner } from "./runner.ts";

export function apply({ level, message }: Reaction, runner: Runner): void {
  if (level === "fail") runner.setFailed(message);
  else if (level === "info") runner.info(`[warning]${message}`);
  else runner[level](message);
}
