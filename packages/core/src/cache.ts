// The Cache: what the actions and the command line ask of the core. openCache() (open-cache.ts) makes one from
// settings; everything that fails rejects with a CacheError, and the caller's failure policy decides what that means.

import type { AwsRole } from "./aws/role-credentials.ts";
import type { Access } from "./model/access.ts";
import type { Digest } from "./model/digest.ts";
import type { RunFacts } from "./model/provenance.ts";
import type { Ref, Version } from "./model/ref.ts";
import type { RefusedRef } from "./model/ref-signature.ts";
import type { Folders } from "./model/root.ts";

export type { Folders } from "./model/root.ts";

/** Resolved settings: see resolveSettings() for where they come from. */
export interface CacheSettings {
  /** DSN of the object store: `s3://…`, `file:///…`, `memory://name`. */
  readonly store: string;
  /** DSN of the index: `dynamodb://table`, `bucket`, `sqlite:///file`, `memory://name`. */
  readonly index: string;
  /** DSN of the near cache on this machine's disk. */
  readonly near: string | undefined;
  /** Where this machine keeps what it knows of restored roots (`CAIRN_STAMPS`); undefined: nowhere. */
  readonly stampsFolder: string | undefined;
  /** Where the steps of this job tell each other that a server is away; undefined, or left out: each waits for itself. */
  readonly outagesFolder?: string | undefined;
  /** What the job may do: CAIRN_MODE intersected with ACTIONS_CACHE_MODE. */
  readonly mode: { readonly restore: boolean; readonly save: boolean };
  /** Where the figures of each step go: `off`, `index`, `cloudwatch://…`, `emf:///file`. Undefined: `index`. */
  readonly metrics?: string | undefined;
  /** Deadline of one restore or save; undefined: the step's default. */
  readonly timeoutMs: number | undefined;
  /** The role that AWS is asked as, with the job's own identity; undefined: whoever the environment says. */
  readonly role?: AwsRole | undefined;
  /** Of AWS, before AWS_REGION; undefined: that one. */
  readonly region?: string | undefined;
  /** `github`: no store is set, and GitHub's own cache takes its place. Only the actions can reach it. */
  readonly fallback?: "github" | undefined;
  /** What the user should know about where the cache is, one line each. */
  readonly notices: readonly string[];
}

/** What a path pattern resolves to on this machine: absolute paths that exist. */
export type ExpandGlob = (pattern: string, cwd: string) => Promise<string[]>;

export interface Progress {
  readonly phase: "lookup" | "walk" | "upload" | "download" | "write" | "check";
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly doneEntries: number;
  readonly totalEntries: number | undefined;
}

interface Request {
  /** The `path` lines as the user wrote them, `!exclude` lines included. */
  readonly paths: readonly string[];
  readonly key: string;
  readonly access: Access;
  readonly folders: Folders;
  /** Whether saves made on Windows and elsewhere may match each other. */
  readonly crossOs?: boolean;
  readonly expandGlob?: ExpandGlob;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: (progress: Progress) => void;
}

export interface RestoreRequest extends Request {
  readonly restoreKeys: readonly string[];
  /** Remove files under the roots that the artifact does not hold. */
  readonly clean?: boolean;
}

interface Looked {
  /** Refs that would have counted if their signature held: something for an error annotation. Left out: none. */
  readonly refused?: readonly RefusedRef[];
}

export interface Miss extends Looked {
  readonly status: "miss";
  readonly version: Version;
  /** Why, for a person: what was searched, and what came closest. One line each. */
  readonly explanation: readonly string[];
}

export interface Found extends Looked {
  readonly ref: Ref;
  /** Byte for byte the primary key. */
  readonly exact: boolean;
  readonly version: Version;
}

export type LookupResult = Miss | ({ readonly status: "hit" } & Found);

export type RestoreResult =
  | Miss
  | ({
      readonly status: "hit";
      /** File bytes of the restored tree. */
      readonly restoredBytes: number;
      /** Bytes of content read from the store (not from the near cache). */
      readonly downloadedBytes: number;
      /** File bytes that the disk already held. */
      readonly keptBytes: number;
      readonly entryCount: number;
      readonly durationMs: number;
      /** What the user should know: extra files left, bits masked. One line each. */
      readonly notices: readonly string[];
    } & Found);

export interface SaveRequest extends Request {
  /** Replace the Ref of the same key in the own scope when the content differs. */
  readonly overwrite?: boolean;
  readonly toolchain?: string | undefined;
  readonly lockfileHash?: string | undefined;
  /** What makes what is saved, to be recorded beside it. Undefined: nothing is recorded. */
  readonly run?: RunFacts | undefined;
  /** Who saves, for the lease: `run-attempt-job`. Default: host and process id. */
  readonly owner?: string;
}

export type SaveResult =
  | {
      readonly status: "saved";
      readonly ref: Ref;
      /** Whether a Ref of the same key was replaced. */
      readonly replaced: boolean;
      readonly uploadedBytes: number;
      /** File bytes that the store already held. */
      readonly reusedBytes: number;
      readonly durationMs: number;
      /** What was left out and why, and what else the user should know. One line each. */
      readonly notices: readonly string[];
    }
  /** The key exists (or, under overwrite, exists with the same content). Nothing was written. */
  | { readonly status: "exists"; readonly ref: Ref }
  /** Another job is saving this key now. */
  | { readonly status: "busy"; readonly owner: string; readonly expiresAtMs: number };

export interface VerifyReport {
  readonly contentHash: Digest;
  readonly packs: number;
  readonly chunks: number;
  readonly storedBytes: number;
  readonly entries: number;
  /** Empty when all is well; one line for each object that is missing or corrupt. */
  readonly problems: readonly string[];
}

export interface Cache {
  /** For messages. */
  readonly storeDescription: string;
  readonly indexDescription: string;

  /** Finds what a restore would use, reads no content. */
  lookup(request: RestoreRequest): Promise<LookupResult>;
  restore(request: RestoreRequest): Promise<RestoreResult>;
  /** @throws AccessDeniedError when `access.writes` is undefined. */
  save(request: SaveRequest): Promise<SaveResult>;
  /** Frees sockets, file handles and worker threads. Idempotent. */
  close(): Promise<void>;
}
