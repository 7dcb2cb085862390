// A record as other tools read it: an in-toto statement (https://in-toto.io/Statement/v1) whose predicate is SLSA
// provenance (https://slsa.dev/spec/v1.1/provenance). Unsigned: what wants a proof has to sign it.

import type { Provenance } from "../model/provenance.ts";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://slsa.dev/provenance/v1";
/** What `externalParameters` means: the fields of {@link externalParametersOf}. */
const BUILD_TYPE = "urn:cairn:save:v1";

export interface InTotoStatement {
  readonly _type: string;
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: string;
  readonly predicate: SlsaPredicate;
}

export interface SlsaPredicate {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: Readonly<Record<string, unknown>>;
    readonly internalParameters: Readonly<Record<string, unknown>>;
    readonly resolvedDependencies: readonly ResourceDescriptor[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string };
    readonly metadata: {
      readonly invocationId?: string;
      readonly startedOn?: string;
      readonly finishedOn: string;
    };
  };
}

export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
}

export function toInTotoStatement(provenance: Provenance): InTotoStatement {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: provenance.cacheKey, digest: { sha256: hexOf(provenance.contentHash) } }],
    predicateType: PREDICATE_TYPE,
    predicate: toSlsaPredicate(provenance),
  };
}

export function toSlsaPredicate(provenance: Provenance): SlsaPredicate {
  const { run, buildTime, buildDuration, dependencies } = provenance;
  const startedOn =
    buildDuration === undefined ? undefined : timestamp(Date.parse(buildTime) - buildDuration * 1000);
  const invocationId = run.url ?? run.runId;
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: externalParametersOf(provenance),
      internalParameters: {
        domain: provenance.domain,
        toolchain: provenance.toolchain,
        ...(provenance.lockfileHash !== undefined && { lockfileHash: provenance.lockfileHash }),
      },
      resolvedDependencies: [...sourceOf(provenance), ...dependencies.map(dependencyOf)],
    },
    runDetails: {
      builder: { id: `urn:cairn:builder:${run.system}${run.server === undefined ? "" : `:${run.server}`}` },
      metadata: {
        ...(invocationId !== undefined && { invocationId }),
        ...(startedOn !== undefined && { startedOn }),
        finishedOn: timestamp(Date.parse(buildTime)),
      },
    },
  };
}

function externalParametersOf({
  cacheKey,
  repository,
  ref,
  branch,
  run,
}: Provenance): Record<string, unknown> {
  const { workflow, job, event } = run;
  return {
    cacheKey,
    repository,
    ref,
    ...(branch !== undefined && { branch }),
    ...(workflow !== undefined && { workflow }),
    ...(job !== undefined && { job }),
    ...(event !== undefined && { event }),
  };
}

function sourceOf({ repository, ref, commitSha, run }: Provenance): ResourceDescriptor[] {
  if (commitSha === undefined) return [];
  const at = run.server === undefined ? repository : `${run.server}/${repository}`;
  return [{ uri: `git+${at}@${ref}`, digest: { gitCommit: commitSha } }];
}

function dependencyOf(contentHash: string): ResourceDescriptor {
  const sha256 = hexOf(contentHash);
  return { uri: `cairn:${sha256}`, digest: { sha256 } };
}

function hexOf(contentHash: string): string {
  return contentHash.replace(/^sha256:/, "");
}

/** Whole seconds, as both specifications show them. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
