// The front door of the action kit: what the entries of the actions use, and the flows for tests.

export type { Deps } from "./deps.ts";
export { runAction, runStep, type StepName } from "./run-action.ts";
export type { Runner } from "./runner.ts";
