// Maintenance: what looking after a store asks of the core, beside the Cache of cache.ts: list, inspect, remove,
// export, verify. openMaintenance() makes one from settings. Every method rejects with a CacheError; an abort rejects
// with the signal's reason.

import type { Readable } from "node:stream";
import type { VerifyReport } from "./cache.ts";
import type { Digest } from "./model/digest.ts";
import type { Ref } from "./model/ref.ts";
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
  /** Removes the row that was seen. @returns false when it has changed or gone since. */
  remove(ref: Ref, options?: CallOptions): Promise<boolean>;
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
