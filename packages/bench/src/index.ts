// The benchmark's front door; scripts/bench comes in here.

export { type BenchPlaces, runBench } from "./bench.ts";
export { UsageError, usage } from "./options.ts";
export type { RunningServer, ServerSource } from "./server.ts";
