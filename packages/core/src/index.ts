// The front door of the core: what the actions, the command line and the benchmark may use.

export type { GitFacts } from "./access/ci-job.ts";
export { repositoryOf } from "./access/ci-job.ts";
export { deriveAccess, type JobFacts } from "./access/derive-access.ts";
export type * from "./cache.ts";
export { exposedKeyWarning, keySecrets, SIGNING_KEY, signerId, VERIFY_KEY } from "./lib/keyring.ts";
export type * from "./maintenance.ts";
export type { Access } from "./model/access.ts";
export { type Digest, isDigest, parseDigest } from "./model/digest.ts";
export * from "./model/errors.ts";
export { type Domain, isLive, type Ref, type RefId, type Scope, type Version } from "./model/ref.ts";
export {
  describeSignature,
  type RefusedRef,
  type SignatureState,
  signatureKeyId,
} from "./model/ref-signature.ts";
export { type OpenOptions, openCache } from "./open-cache.ts";
export { openMaintenance } from "./open-maintenance.ts";
export type { RefFilter } from "./ports/key-index.ts";
export * from "./settings.ts";
