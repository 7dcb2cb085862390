// A CliContext without a process, and a core of fakes behind it: what a command printed, asked for and exited with.

import { Readable } from "node:stream";
import type {
  ArtifactSummary,
  Cache,
  CacheSettings,
  Digest,
  Maintenance,
  Ref,
  RestoreRequest,
  SaveRequest,
} from "@cairn/core";
import type { Infra } from "@cairn/infra";
import { type CliContext, type ExitCode, run, type Sink } from "../../src/index.ts";

export const NOW_MS = Date.UTC(2026, 5, 1, 12);
const DAY_MS = 86_400_000;

export function fakeRef(changes: Partial<Ref> = {}): Ref {
  return {
    scope: { repository: "acme/api", ref: "refs/heads/main" },
    version: "a".repeat(64),
    key: "deps-1",
    domain: "trusted",
    contentHash: "9f86d081".repeat(8) as Digest,
    createdAtMs: NOW_MS - 3 * DAY_MS,
    lastAccessedAtMs: NOW_MS - DAY_MS,
    accessCount: 42,
    expiresAtMs: NOW_MS + 90 * DAY_MS,
    notAfterMs: NOW_MS + 300 * DAY_MS,
    treeBytes: 855_000_000,
    storedBytes: 120_000_000,
    entryCount: 87_500,
    ...changes,
  };
}

export const ARTIFACT: ArtifactSummary = {
  contentHash: "9f86d081".repeat(8) as Digest,
  formatVersion: 1,
  entryCount: 2,
  treeBytes: 11,
  storedBytes: 7,
  packs: [{ name: "c".repeat(64) as Digest, sizeBytes: 7, bornAtMs: NOW_MS - DAY_MS }],
  roots: [{ anchor: "workspace", path: "node_modules" }],
  segments: 1,
};

/** What a test may change of the core; what it leaves out fails when it is called. */
export interface FakeCore {
  readonly cache?: Partial<Cache>;
  readonly maintenance?: Partial<Maintenance>;
  readonly infra?: Partial<Infra>;
}

export interface Ran {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly settings: CacheSettings | undefined;
  readonly closed: number;
}

export interface RunOptions extends FakeCore {
  readonly env?: Record<string, string>;
  readonly context?: Partial<CliContext>;
}

/** Outside of any CI system, in a checkout of acme/api on main. */
export async function cairn(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  let settings: CacheSettings | undefined;
  let closed = 0;
  const opener =
    <T>(part: Partial<T> | undefined) =>
    async (given: CacheSettings) => {
      settings = given;
      return {
        storeDescription: "a fake store",
        indexDescription: "a fake index",
        close: async () => {
          closed += 1;
        },
        ...part,
      } as T;
    };
  const context: CliContext = {
    env: { CAIRN_STORE: "memory://test", ...options.env },
    cwd: "/src/checkout",
    home: "/home/ada",
    jobTemp: () => "/tmp",
    uid: 1000,
    platform: "linux",
    version: "1.2.3",
    stdout: collector(out),
    stderr: collector(err),
    barStream: undefined,
    ask: undefined,
    signal: new AbortController().signal,
    interruption: () => undefined,
    now: () => NOW_MS,
    readGit: async () => ({ branch: "topic", defaultBranch: "main", repository: "acme/api" }),
    findLockfileVersions: async () => new Map(),
    readRemoteRefs: async () => undefined,
    readFile: async () => Buffer.from("a file"),
    openCache: opener<Cache>(options.cache),
    openMaintenance: opener<Maintenance>(options.maintenance),
    openInfra: opener<Infra>(options.infra),
    ...options.context,
  };
  const code = await run(args, context);
  return { code, stdout: text(out), stderr: text(err), settings, closed };
}

function collector(chunks: Uint8Array[]): Sink {
  return {
    isTerminal: false,
    columns: undefined,
    write: async (chunk) => {
      chunks.push(Buffer.from(chunk));
    },
  };
}

function text(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

/** A cache that answers every restore and save in the same way, and keeps what it was asked. */
export function recordingCache(answers: Partial<Cache> = {}): {
  cache: Partial<Cache>;
  restores: RestoreRequest[];
  saves: SaveRequest[];
} {
  const restores: RestoreRequest[] = [];
  const saves: SaveRequest[] = [];
  const version = "a".repeat(64);
  return {
    restores,
    saves,
    cache: {
      restore: async (request) => {
        restores.push(request);
        return (
          answers.restore?.(request) ?? {
            status: "hit",
            ref: fakeRef({ key: request.key }),
            exact: true,
            version,
            restoredBytes: 1_000,
            downloadedBytes: 100,
            keptBytes: 900,
            entryCount: 3,
            durationMs: 1_234,
            notices: ["1 extra file was left"],
          }
        );
      },
      lookup: async (request) => {
        restores.push(request);
        return answers.lookup?.(request) ?? { status: "hit", ref: fakeRef(), exact: false, version };
      },
      save: async (request) => {
        saves.push(request);
        return (
          answers.save?.(request) ?? {
            status: "saved",
            ref: fakeRef({ key: request.key }),
            replaced: false,
            uploadedBytes: 10,
            reusedBytes: 990,
            durationMs: 20,
            notices: [],
          }
        );
      },
    },
  };
}

/** Lists these Refs, filtered as an index does it, and forgets those that are removed. */
export function fakeMaintenance(refs: Ref[], more: Partial<Maintenance> = {}): Partial<Maintenance> {
  return {
    async *list(filter) {
      for (const ref of refs) {
        if (filter.repository !== undefined && ref.scope.repository !== filter.repository) continue;
        if (filter.ref !== undefined && ref.scope.ref !== filter.ref) continue;
        if (filter.keyPrefix !== undefined && !ref.key.startsWith(filter.keyPrefix)) continue;
        yield ref;
      }
    },
    signatureOf: () => ({ status: "unsigned" }),
    inspect: async () => ARTIFACT,
    async *entries() {
      yield { path: "node_modules", kind: "directory", mode: 0o755, mtimeMs: 0, sizeBytes: 0 };
      yield { path: "node_modules/a\u001b[31m", kind: "file", mode: 0o644, mtimeMs: 0, sizeBytes: 11 };
    },
    remove: async (ref) => {
      const at = refs.indexOf(ref);
      if (at >= 0) refs.splice(at, 1);
      return at >= 0;
    },
    exportTar: async () => Readable.from([Buffer.from("tar "), Buffer.from("bytes")]),
    ...more,
  };
}
