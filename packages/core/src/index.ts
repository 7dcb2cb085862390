// The front door of the core: what the actions, the command line and the benchmark may use.

export type * from "./cache.ts";
export type { Access } from "./model/access.ts";
export { type Digest, isDigest, parseDigest } from "./model/digest.ts";
export * from "./model/errors.ts";
export type { Domain, Ref, RefId, Scope, Version } from "./model/ref.ts";
export * from "./settings.ts";
