// Provenance: what made an artifact, one record for each run that did. The record is JSON with the names that other
// people's tools read; what is unknown is left out. It is a statement of the job, not a proof: nothing signs it.

import { type Digest, isDigest } from "./digest.ts";
import type { Domain, Ref } from "./ref.ts";

/** What the CI system says of the run that saves. Each part where it is known. */
export interface RunFacts {
  /** `github`, `gitlab`, `jenkins`, `buildkite`, `circleci`, or `git` where there is none. */
  readonly system: string;
  readonly runId?: string | undefined;
  /** Of the same run: 1, 2, …; or whatever the system counts its retries by. */
  readonly attempt?: string | undefined;
  readonly url?: string | undefined;
  readonly workflow?: string | undefined;
  readonly job?: string | undefined;
  readonly event?: string | undefined;
  readonly actor?: string | undefined;
  /** Where the repository is: `https://github.com`. */
  readonly server?: string | undefined;
  readonly commitSha?: string | undefined;
  readonly commitMessage?: string | undefined;
  readonly branch?: string | undefined;
  /** Tools and their versions, beside those that the save itself is told. */
  readonly tools?: Readonly<Record<string, string>> | undefined;
  /** How long what is saved took to build. */
  readonly buildSeconds?: number | undefined;
}

/** As it is stored. Digests are `sha256:` and 64 hex digits. */
export interface Provenance {
  readonly contentHash: string;
  readonly domain: Domain;
  readonly cacheKey: string;
  readonly repository: string;
  /** Full git ref of the scope that it was saved in. */
  readonly ref: string;
  readonly commitSha?: string;
  readonly commitMessage?: string;
  readonly branch?: string;
  readonly workflowRunId?: string;
  readonly toolchain: Readonly<Record<string, string>>;
  readonly lockfileHash?: string;
  /** ISO 8601, UTC. */
  readonly buildTime: string;
  /** Seconds. */
  readonly buildDuration?: number;
  /** What the job had restored before. */
  readonly dependencies: readonly string[];
  readonly run: Omit<RunFacts, "commitSha" | "commitMessage" | "branch" | "tools" | "buildSeconds">;
}

/** A message is told, not archived. */
const MESSAGE_MAX = 1_000;

/** @param dependencies of this domain or the trusted one; the artifact's own hash is left out. */
export function makeProvenance(ref: Ref, facts: RunFacts, dependencies: readonly Digest[]): Provenance {
  const { commitSha, commitMessage, branch, tools, buildSeconds, ...run } = facts;
  const others = new Set(dependencies.filter((digest) => digest !== ref.contentHash));
  return {
    contentHash: `sha256:${ref.contentHash}`,
    domain: ref.domain,
    cacheKey: ref.key,
    repository: ref.scope.repository,
    ref: ref.scope.ref,
    ...(commitSha && { commitSha }),
    ...(commitMessage && { commitMessage: commitMessage.slice(0, MESSAGE_MAX) }),
    ...(branch && { branch }),
    ...(run.runId && { workflowRunId: run.runId }),
    toolchain: { ...tools, ...parseToolchain(ref.toolchain) },
    ...(ref.lockfileHash && { lockfileHash: ref.lockfileHash }),
    buildTime: new Date(ref.createdAtMs).toISOString(),
    ...(buildSeconds !== undefined && { buildDuration: buildSeconds }),
    dependencies: [...others].map((digest) => `sha256:${digest}`),
    run,
  };
}

/** `node-20.1.0 npm-9.6.7` -> by tool; what has no version stands under its own name with an empty one. */
export function parseToolchain(label: string | undefined): Record<string, string> {
  const tools = (label ?? "").split(/[\s,+]+/).filter(Boolean);
  return Object.fromEntries(
    tools.map((tool) => {
      const [, name = tool, version = ""] = /^(.+?)-v?(\d.*)$/.exec(tool) ?? [];
      return [name, version];
    }),
  );
}

/** Of the record: the run and its attempt, in characters that every store takes. */
export function recordName({ runId, attempt }: RunFacts, createdAtMs: number): string {
  const safe = (text: string): string => text.replace(/[^A-Za-z0-9_.]+/g, "_").slice(0, 100);
  return `${safe(runId || `local_${createdAtMs}`)}-${safe(attempt || "1")}`;
}

export function encodeProvenance(provenance: Provenance): Uint8Array {
  return Buffer.from(`${JSON.stringify(provenance, null, 1)}\n`);
}

/**
 * A record may come from a pull request: what is not of the right kind is no record.
 * @param of whose record it is by its name; one that speaks of another artifact is none.
 */
export function decodeProvenance(
  bytes: Uint8Array,
  of: { readonly domain: Domain; readonly contentHash: Digest },
): Provenance | undefined {
  const value = parse(bytes);
  if (!value) return undefined;
  const texts = ["cacheKey", "repository", "ref", "buildTime"].every(
    (name) => typeof value[name] === "string",
  );
  const optionalTexts = ["commitSha", "commitMessage", "branch", "workflowRunId", "lockfileHash"].every(
    (name) => value[name] === undefined || typeof value[name] === "string",
  );
  const { toolchain, dependencies, run, buildDuration } = value;
  const isWhole =
    value["contentHash"] === `sha256:${of.contentHash}` &&
    value["domain"] === of.domain &&
    texts &&
    optionalTexts &&
    !Number.isNaN(Date.parse(value["buildTime"] as string)) &&
    isTextRecord(toolchain) &&
    Array.isArray(dependencies) &&
    dependencies.every((digest) => typeof digest === "string" && digestOf(digest) !== undefined) &&
    (buildDuration === undefined || Number.isFinite(buildDuration)) &&
    isTextRecord(run) &&
    typeof run["system"] === "string";
  return isWhole ? (value as unknown as Provenance) : undefined;
}

/** `sha256:…` as a digest. */
export function digestOf(text: string): Digest | undefined {
  const hex = text.replace(/^sha256:/, "");
  return isDigest(hex) ? hex : undefined;
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => typeof each === "string")
  );
}

/** Seconds as a user writes them: `92`, `92.5`. @returns undefined when it is no such number. */
export function parseBuildSeconds(text: string): number | undefined {
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
