// Maintenance: what looking after a store asks of the core, beside the Cache of cache.ts: list, inspect, remove,
// export, verify. openMaintenance() makes one from settings. Every method rejects with a CacheError; an abort rejects
// with the signal's reason.

import type { Readable } from "node:stream";
import type { VerifyReport } from "./cache.ts";
import type { Digest } from "./model/digest.ts";
import type { EvictionPolicy } from "./model/eviction.ts";
import type { Provenance } from "./model/provenance.ts";
import type { Domain, Ref, Scope } from "./model/ref.ts";
import type { SignatureState } from "./model/ref-signature.ts";
import type { RefFilter } from "./ports/key-index.ts";
import type { CallOptions } from "./ports/object-store.ts";

export interface PackSummary {
  /** SHA-256 of its bytes, by which it is named. */
  readonly name: Digest;
  readonly sizeBytes: number;
  readonly bornAtMs: number;
}

export interface RootSummary {
  readonly anchor: "workspace" | "home" | "absolute";
  /** Relative to the anchor; `.` is the anchor itself. */
  readonly path: string;
}

/** What an artifact's header says; reads no content. */
export interface ArtifactSummary {
  readonly contentHash: Digest;
  readonly formatVersion: number;
  readonly entryCount: number;
  /** Sum of the file sizes of the tree. */
  readonly treeBytes: number;
  /** Bytes this artifact occupies in the store, shared packs included. */
  readonly storedBytes: number;
  readonly packs: readonly PackSummary[];
  readonly roots: readonly RootSummary[];
  readonly segments: number;
  readonly chunks?: number;
}

export interface EntrySummary {
  /** As stored: the root's path, then `/` and the path below it. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "hardlink";
  /** Permission bits, `0o755`. */
  readonly mode: number;
  readonly mtimeMs: number;
  readonly sizeBytes: number;
  /** What a symlink says, or the path that a hard link shares its bytes with. */
  readonly target?: string;
}

export interface VerifyProgress {
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

export interface ExportProgress {
  /** Bytes of the tar stream so far. */
  readonly doneBytes: number;
}

/** Which Refs: those that fit everything that is given. */
export interface RefSelection extends RefFilter {
  /** The whole key; `keyPrefix` then means nothing. */
  readonly key?: string | undefined;
  readonly createdBeforeMs?: number | undefined;
}

export interface InvalidationReport {
  /** Changed; under `dryRun` what would be. */
  readonly done: readonly Ref[];
  /** Left alone, since another job changed or removed the row meanwhile. */
  readonly changed: readonly Ref[];
  /** Invalidated too long ago to be taken back. */
  readonly late: readonly Ref[];
}

export interface PruneAmount {
  readonly objects: number;
  readonly bytes: number;
}

export interface PruneRemoval {
  readonly ref: Ref;
  /** `dropped`: its scope was to go; `evicted`: for the size; `dead`: a miss for two days or more. */
  readonly why: "dropped" | "evicted" | "dead";
}

export interface PruneOptions extends CallOptions {
  /** Changes nothing, and tells what it would. */
  readonly dryRun: boolean;
  /** What the saves that stay may need; more of them go until it fits. Undefined: any. */
  readonly maxSizeBytes?: number | undefined;
  /** What goes first. Default: `lru`. */
  readonly evict?: EvictionPolicy | undefined;
  /** Scopes whose saves go: of closed pull requests, of deleted branches. */
  readonly isDropped?: ((scope: Scope) => boolean) | undefined;
  /** The store's earlier index is gone for good: from now on prunes go by this one. */
  readonly takesOver?: boolean | undefined;
  /** Goes on where a prune refuses, as long as no more than this is condemned and deleted. */
  readonly confirmedBytes?: number | undefined;
}

export interface PruneReport {
  readonly dryRun: boolean;
  /** Of a dry run: why it would not go on. */
  readonly refusal?: string;
  readonly stored: PruneAmount;
  /** Needed by the saves that stay. */
  readonly kept: PruneAmount;
  readonly keptRefs: number;
  /** Saves that have died and keep their content for a day, and when the first of them no longer does. */
  readonly graced: { readonly refs: number; readonly untilMs: number | undefined };
  readonly deleted: PruneAmount;
  /** Condemned now: deleted by a prune after the grace, if nobody needs it by then. */
  readonly condemned: PruneAmount;
  /** Condemned earlier, not due yet. */
  readonly waiting: PruneAmount;
  /** Needed by nobody, too young to be condemned: a save in progress may have written it. */
  readonly young: PruneAmount;
  /** Left for the next prune: the list takes only so much. */
  readonly deferred: PruneAmount;
  /** When the next prune can delete more; undefined: nothing waits. */
  readonly dueAtMs: number | undefined;
  readonly removed: readonly PruneRemoval[];
  /** Live saves that nobody can restore: their artifact is missing or corrupt. */
  readonly broken: readonly Ref[];
  /** Uses by other scopes that were counted. */
  readonly uses: number;
}

export interface ContentId {
  readonly domain: Domain;
  readonly contentHash: Digest;
}

/** An artifact among those that another one was made with. */
export interface WhyNode extends ContentId {
  /** 0: the one that was asked about. */
  readonly depth: number;
  /** One for each run that made it, newest first; none where it has been pruned, or was saved without. */
  readonly records: readonly Provenance[];
  readonly isStored: boolean;
  /** What the jobs that made it had restored. */
  readonly dependencies: readonly Digest[];
}

export interface Maintenance {
  /** For messages. */
  readonly storeDescription: string;
  readonly indexDescription: string;

  /** Every Ref that fits, live or not, in no particular order. */
  list(filter: RefFilter, options?: CallOptions): AsyncIterable<Ref>;
  /** Asks nothing of the index. `unchecked` where no key is set to check with. */
  signatureOf(ref: Ref): SignatureState;
  inspect(ref: Ref, options?: CallOptions): Promise<ArtifactSummary>;
  /** In the order of the artifact. Reads the entry segments, no file content. */
  entries(ref: Ref, options?: CallOptions): AsyncIterable<EntrySummary>;
  /** What made it: one record for each run that did, newest first. */
  provenance(of: ContentId, options?: CallOptions): Promise<Provenance[]>;
  /** An artifact that has provenance, by the first digits of its content hash, also when no Ref names it any more. */
  findContent(digits: string, options?: CallOptions): Promise<ContentId | undefined>;
  /** It and all that it was made with, each once, nearest first. */
  why(of: ContentId, options: CallOptions & { depth: number }): Promise<WhyNode[]>;
  /** Removes the row that was seen. @returns false when it has changed or gone since. */
  remove(ref: Ref, options?: CallOptions): Promise<boolean>;
  /** Makes every live Ref that fits a miss from now on. Its content stays until it is pruned. */
  invalidate(
    selection: RefSelection,
    options: CallOptions & { dryRun: boolean },
  ): Promise<InvalidationReport>;
  /** Takes invalidations back, no more than a day after they were made. */
  revalidate(
    selection: RefSelection,
    options: CallOptions & { dryRun: boolean },
  ): Promise<InvalidationReport>;
  /**
   * Deletes what nobody needs, in two phases: condemned now, deleted by a prune at least a day later. Safe beside saves
   * and restores; one at a time; one that was cut short is gone on with by the next.
   * @throws RefusedError, IdentityError; StoreUnavailableError while another prune is at work.
   */
  prune(options: PruneOptions): Promise<PruneReport>;
  /**
   * A tar stream of the tree, verified as a restore is; the stream fails where a chunk does.
   * @throws UntrustedRefError when keys are set and the signature does not hold.
   */
  exportTar(ref: Ref, options?: CallOptions): Promise<Readable>;
  /** The same bytes to `s3://bucket/key`; replaces what is there. */
  exportToObject(
    ref: Ref,
    target: string,
    options?: CallOptions & { onProgress?: (progress: ExportProgress) => void },
  ): Promise<{ sizeBytes: number }>;
  /** Reads and checks every byte, and the signature where keys are set. What is wrong is in the report, not thrown. */
  verify(
    ref: Ref,
    options?: CallOptions & { onProgress?: (progress: VerifyProgress) => void },
  ): Promise<VerifyReport>;
  /** Frees sockets and file handles. Idempotent. */
  close(): Promise<void>;
}

export interface MaintenanceContext {
  /** Credentials and the like; DSNs are in the settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line for the log: a retry, a probe. Holds no credential. */
  readonly log: (line: string) => void;
}
