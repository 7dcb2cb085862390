// The benchmark's front door; scripts/bench comes in here.

export { type BenchPlaces, type BenchSources, runBench } from "./bench.ts";
export { startCountingProxy } from "./counting-proxy.ts";
export type { IndexKind } from "./lookup/lookup-result.ts";
export { type FilledIndex, type IndexSource, keyOfRef } from "./lookup/measure-lookups.ts";
export { usage } from "./options.ts";
export type { RunningServer, ServerSource } from "./server.ts";
export type { FilledStore, FilledStoreSource, PruneCounts, StoreFill } from "./upkeep/measure-upkeep.ts";
export { UsageError } from "./usage-error.ts";
