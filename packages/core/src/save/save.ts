// save = walk -> pack -> compress -> put -> commit. Nothing is visible before the commit; a crash anywhere leaves at
// worst objects that no Ref names, and the next save finds them.

import type { Progress, SaveRequest, SaveResult } from "../cache.ts";
import type { Backend } from "../lib/backend.ts";
import { expandPattern } from "../lib/expand-pattern.ts";
import { readHandover } from "../lib/handover.ts";
import { createLeftOut } from "../lib/left-out.ts";
import { asLocalError } from "../lib/local-error.ts";
import { storedBytesOf } from "../lib/read-artifact.ts";
import { recordProvenance } from "../lib/record-provenance.ts";
import type { SealedRoot } from "../lib/seal.ts";
import { eitherSignal } from "../lib/signals.ts";
import type { Stamp } from "../lib/stamp.ts";
import { leaveStamps } from "../lib/stamp-files.ts";
import { joinPair } from "../lib/store-identity.ts";
import { AccessDeniedError, NothingToSaveError } from "../model/errors.ts";
import { artifactName, packName } from "../model/names.ts";
import type { Domain, Ref, RefId } from "../model/ref.ts";
import { anchorLines, excluder, type PathLine, versionOf } from "../model/root.ts";
import type { ObjectInfo } from "../ports/object-store.ts";
import { openPool } from "../workers/pool.ts";
import { dayOf, type Held, isYoung, loadHeld } from "./bases.ts";
import { commitRef, readCondemned } from "./commit.ts";
import { createKnownFiles } from "./known-files.ts";
import { holdLease, type LeaseOutcome } from "./lease.ts";
import { putVerified } from "./put-verified.ts";
import { readTree } from "./read-tree.ts";
import { type LocalRoot, resolveRoots } from "./resolve-roots.ts";
import { reuseArtifact } from "./reuse-artifact.ts";
import { findSealedRoots, openSealedTrees } from "./sealed-roots.ts";
import { isSmallTree } from "./small-tree.ts";
import { createStamper } from "./stamp-saved.ts";
import { type WrittenArtifact, writeArtifact } from "./write-artifact.ts";

/** @throws CacheError */
export async function save(backend: Backend, request: SaveRequest): Promise<SaveResult> {
  return saveTree(backend, request).catch((error: unknown) => {
    throw asLocalError(error);
  });
}

async function saveTree(backend: Backend, request: SaveRequest): Promise<SaveResult> {
  const { access, key, folders, signal } = request;
  if (!access.writes)
    throw new AccessDeniedError(access.note ?? "this job may not save", {
      hint: "saves are made by pushes to a branch",
    });
  const startedAt = performance.now();
  const lines = anchorLines(request.paths, folders);
  const version = versionOf(lines, {
    windows: process.platform === "win32",
    crossOs: request.crossOs ?? false,
  });
  const id: RefId = { scope: access.writes, version, key };
  const handover = readHandover(folders.temp);

  const existing = await backend.index.lookup({ ...id, match: "exact" }, { signal });
  const isBroken = handover.broken.some((artifact) => artifact.contentHash === existing?.contentHash);
  if (existing && !isBroken && !request.overwrite) return { status: "exists", ref: existing };
  const roots = await resolveRoots(
    lines,
    folders,
    request.expandGlob ?? ((pattern) => expandPattern(pattern)),
  );

  const asking = new AbortController();
  const sealed = findSealedRoots({ lines, roots }, handover.stamps, asking.signal);
  const beside = { signal: eitherSignal(asking.signal, signal) };
  const readingStore = Promise.all([readCondemned(backend, beside), joinPair(backend, beside)]);
  const settled = readingStore.catch(() => {});
  let lease: LeaseOutcome | undefined;
  try {
    lease = await holdLease(backend, id, request.owner ?? "cairn", { signal });
    if (lease.status === "busy")
      return { status: "busy", owner: lease.by.owner, expiresAtMs: lease.by.expiresAtMs };
    const [condemned] = await readingStore;
    const unreliable = new Set([...condemned, ...handover.broken.flatMap((artifact) => artifact.objects)]);
    const { domain } = access;
    const reused = await reuseArtifact(backend, sealed, { roots, domain, unreliable, signal });
    const { artifact, stamps, notices } =
      reused ??
      (await storeTree(backend, request, {
        lines,
        roots,
        held: await loadHeld(backend, { id, domain, reads: access.reads, handover, condemned }, { signal }),
        stamps: handover.stamps,
        sealed: await sealed.roots,
        domain,
        unreliable,
      }));
    if (existing?.contentHash === artifact.contentHash && !isBroken)
      return { status: "exists", ref: existing };

    const ref = makeRef(backend, request, id, artifact);
    const [outcome] = await Promise.all([
      commitRef(backend, ref, { ageMs: performance.now() - startedAt, replaces: existing, signal }),
      recordProvenance(backend, { ref, run: request.run, handover, reads: access.reads }, { signal }),
    ]);
    if (outcome.status === "conflict") return { status: "exists", ref: outcome.existing };
    leaveStamps(stamps, folders.temp, backend.stampsFolder);
    return {
      status: "saved",
      ref,
      replaced: existing !== undefined,
      uploadedBytes: artifact.uploadedBytes,
      reusedBytes: artifact.reusedBytes,
      durationMs: performance.now() - startedAt,
      notices,
    };
  } finally {
    asking.abort();
    await settled;
    if (lease?.status === "held") await lease.release();
  }
}

interface StoredTree {
  readonly artifact: WrittenArtifact;
  /** To be left for later steps. */
  readonly stamps: readonly Stamp[];
  readonly notices: readonly string[];
}

interface TreeToStore {
  readonly lines: readonly PathLine[];
  readonly roots: readonly LocalRoot[];
  readonly held: Held;
  /** Of this job. */
  readonly stamps: readonly Stamp[];
  readonly sealed: readonly SealedRoot[];
  readonly domain: Domain;
  /** Names of objects that must not be relied on although they are there. */
  readonly unreliable: ReadonlySet<string>;
}

async function storeTree(
  { store, clock, compression, workerUrl }: Backend,
  request: SaveRequest,
  { lines, roots, held, stamps, sealed, domain, unreliable }: TreeToStore,
): Promise<StoredTree> {
  const { signal } = request;
  const leftOut = createLeftOut();
  const pool = openPool(
    { compression, known: new Set(held.chunks.keys()) },
    { isSmall: isSmallTree(roots), url: workerUrl, isLazy: held.stamped.length > 0 },
  );
  const stop = (): void => void pool.close();
  signal?.addEventListener("abort", stop, { once: true });
  const isReliable = (name: string, info: ObjectInfo): boolean =>
    !unreliable.has(name) && isYoung(dayOf(info.modifiedAtMs), domain, clock.now());
  const common = { store, isReliable, nowMs: clock.now, signal };
  try {
    const stamper = createStamper(roots);
    const isExcluded = excluder(lines, request.folders);
    const knownBy = { stamps, bases: held.stamped, chunks: held.chunks, nowMs: Date.now() };
    const known = roots.map((root) => createKnownFiles(root, knownBy));
    const artifact = await writeArtifact({
      domain,
      roots: roots.map(({ anchor, path }) => ({ anchor, path })),
      groups: readTree({
        roots,
        sealed: openSealedTrees(roots, sealed, held.stamped),
        known,
        onWalked: stamper.see,
        isExcluded,
        onLeftOut: leftOut.add,
        pool,
        signal,
      }),
      held,
      putPack: (form) => putVerified({ ...common, form, nameOf: (digest) => packName(domain, digest) }),
      putArtifact: (form) =>
        putVerified({ ...common, form, nameOf: (digest) => artifactName(domain, digest) }),
      onProgress: (done) => request.onProgress?.(progressOf(done)),
    });
    if (artifact.header.entryCount === 0) {
      throw new NothingToSaveError(`nothing could be read of the paths: ${leftOut.notices().join("; ")}`, {
        hint: "check the permissions of the files",
      });
    }
    return {
      artifact,
      stamps: stamper.stamps(domain, artifact.contentHash),
      notices: leftOut.notices(),
    };
  } catch (error) {
    // A pool that was closed by the abort says so; the reason of the abort says more.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
}

function makeRef(
  { clock, refTtlMs }: Backend,
  request: SaveRequest,
  id: RefId,
  artifact: WrittenArtifact,
): Ref {
  const nowMs = clock.now();
  const { domain } = request.access;
  const { notAfterMs } = artifact;
  return {
    ...id,
    domain,
    contentHash: artifact.contentHash,
    createdAtMs: nowMs,
    lastAccessedAtMs: nowMs,
    accessCount: 0,
    expiresAtMs: Math.min(nowMs + refTtlMs, notAfterMs),
    notAfterMs,
    treeBytes: artifact.header.treeBytes,
    storedBytes: storedBytesOf(artifact.header, artifact.artifactBytes),
    entryCount: artifact.header.entryCount,
    ...(request.toolchain !== undefined && { toolchain: request.toolchain }),
    ...(request.lockfileHash !== undefined && { lockfileHash: request.lockfileHash }),
    ...(request.run?.buildSeconds !== undefined && { buildSeconds: request.run.buildSeconds }),
  };
}

function progressOf(done: { entries: number; treeBytes: number }): Progress {
  return {
    phase: "upload",
    doneBytes: done.treeBytes,
    totalBytes: undefined,
    doneEntries: done.entries,
    totalEntries: undefined,
  };
}
