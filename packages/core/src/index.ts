// The front door of the core: what the actions, the command line and the benchmark may use.

export type { GitFacts } from "./access/ci-job.ts";
export { repositoryOf } from "./access/ci-job.ts";
export { deriveAccess, type JobFacts, repositoryOfJob } from "./access/derive-access.ts";
export { describeRun, type RunSources } from "./access/run-facts.ts";
export type { AwsSession } from "./aws/aws-session.ts";
export type { AwsRole, FetchIdentityToken } from "./aws/role-credentials.ts";
export type * from "./cache.ts";
export { createTableInput, indexInput } from "./indexes/create-table-input.ts";
export type { DynamoConnection, DynamoPlace } from "./indexes/dynamo-client.ts";
export { partitionKey } from "./indexes/dynamo-items.ts";
export * from "./indexes/table-shape.ts";
export { type DetectedToolchain, detectToolchain } from "./keys/detect-toolchain.ts";
export { diffKeys, type ItemDifference, type KeyDifference, type PartDifference } from "./keys/diff-keys.ts";
export {
  type Explanation,
  explainKey,
  explanationOfKey,
  findKeys,
  readExplanations,
} from "./keys/explain-key.ts";
export { findCheckout } from "./keys/folders-upward.ts";
export type { KeyPart, PartName } from "./keys/key-parts.ts";
export { AUTO, findLockfiles, hashLockfiles, NONE } from "./keys/lockfiles.ts";
export { type KeyRequest, type MadeKey, makeKey } from "./keys/make-key.ts";
export { thisPlatform } from "./keys/platform.ts";
export type { FoundFile, Place } from "./keys/select-files.ts";
export { TOOLCHAIN_SOURCES, type ToolchainSource } from "./keys/toolchain.ts";
export { isLockfile } from "./keys/tools.ts";
export { type Clock, createClock } from "./lib/clock.ts";
export { parseDuration, parseSize, suggestion } from "./lib/dsn.ts";
export {
  exposedKeyWarning,
  keepKeysBack,
  keySecrets,
  SIGNING_KEY,
  signerId,
  VERIFY_KEY,
} from "./lib/keyring.ts";
export { sparedMs } from "./lib/step-counters.ts";
export { toInTotoStatement, toSlsaPredicate } from "./maintain/provenance-formats.ts";
export type * from "./maintenance.ts";
export type { Access } from "./model/access.ts";
export * from "./model/counters.ts";
export { type Digest, isDigest, parseDigest } from "./model/digest.ts";
export * from "./model/errors.ts";
export { EVICTION_POLICIES, type EvictionPolicy } from "./model/eviction.ts";
export { LIFETIME_MS } from "./model/limits.ts";
export * from "./model/metric-names.ts";
export { CONDEMNED_NAME, REFS_PREFIX, STORE_IDENTITY_NAME } from "./model/names.ts";
export { type Provenance, parseBuildSeconds, type RunFacts } from "./model/provenance.ts";
export { type Domain, isLive, type Ref, type RefId, type Scope, type Version } from "./model/ref.ts";
export {
  describeSignature,
  type RefusedRef,
  type SignatureState,
  signatureKeyId,
} from "./model/ref-signature.ts";
export type { S3Connection } from "./objects/s3-client.ts";
export type { OpenOptions } from "./open-backend.ts";
export { openCache } from "./open-cache.ts";
export { openMaintenance } from "./open-maintenance.ts";
export * from "./open-places.ts";
export type { RefFilter } from "./ports/key-index.ts";
export type { CallOptions } from "./ports/object-store.ts";
export * from "./settings.ts";
