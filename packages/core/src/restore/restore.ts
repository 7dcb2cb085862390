// restore = lookup -> plan -> get -> verify -> write. It ends with the tree as the artifact has it, or as it was.

import { existsSync } from "node:fs";
import type { Miss, RestoreRequest, RestoreResult } from "../cache.ts";
import type { Backend } from "../lib/backend.ts";
import { writeHandover } from "../lib/handover.ts";
import { asLocalError } from "../lib/local-error.ts";
import { type ArtifactPlace, readArtifact, readSegments } from "../lib/read-artifact.ts";
import type { SealedRoots } from "../lib/seal.ts";
import { leaveStamps } from "../lib/stamp-files.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import { CorruptError, LocalFileError, ObjectMissingError, UnsafePathError } from "../model/errors.ts";
import { artifactName } from "../model/names.ts";
import { isSameArtifact, type Ref } from "../model/ref.ts";
import { anchorLines, excluder, type PathLine, resolveRoot } from "../model/root.ts";
import { Kind, type Segment } from "../model/segment.ts";
import { openPool, type WorkerPool } from "../workers/pool.ts";
import { hasItsBytes } from "../workers/restore-tasks.ts";
import { checkDisk } from "./check-disk.ts";
import { findSealedRoots } from "./find-sealed-roots.ts";
import { findKnownContent } from "./known-content.ts";
import { lookup } from "./lookup.ts";
import { forEachFile, type Plan, plan } from "./plan.ts";
import { findStamps, stampRoots } from "./stamp-roots.ts";
import { takeSurvey } from "./survey.ts";
import { type RootToRestore, resolveTargets, type Target } from "./targets.ts";
import { recover } from "./undo.ts";
import { writeUndoably } from "./write-undoably.ts";

/** A RestoreResult, but for what was downloaded: only who gave us the store knows what came from a cache in it. */
export type RestoredTree = Miss | Omit<Exclude<RestoreResult, Miss>, "downloadedBytes">;

/** @throws CacheError; a miss is a value. */
export async function restore(backend: Backend, request: RestoreRequest): Promise<RestoredTree> {
  const startedAt = performance.now();
  const asking = new AbortController();
  // While the index is asked, and before it is known what for.
  const sealed = findSealedRoots(request, backend.stampsFolder, asking.signal);
  try {
    const found = await lookup(backend, request);
    if (found.status === "miss") return found;
    const restored = await restoreRef(backend, request, found.ref, sealed);
    return {
      ...found,
      ...restored,
      entryCount: found.ref.entryCount,
      durationMs: performance.now() - startedAt,
    };
  } finally {
    asking.abort();
  }
}

async function restoreRef(
  backend: Backend,
  request: RestoreRequest,
  ref: Ref,
  sealed: SealedRoots,
): Promise<Restored> {
  const { folders } = request;
  const place = { store: backend.store, domain: ref.domain, contentHash: ref.contentHash };
  const counted = countUse(backend, request, ref);
  try {
    const { stamps } = sealed;
    if (stamps.every((stamp) => isSameArtifact(stamp, ref)) && (await sealed.untouched)) {
      writeHandover(folders.temp, { restored: [ref], stamps });
      return { restoredBytes: ref.treeBytes, keptBytes: ref.treeBytes, notices: [] };
    }
    const restored = await restoreArtifact(backend, request, place, sealed).catch((error: unknown) => {
      throw asLocalError(error);
    });
    writeHandover(folders.temp, { restored: [ref] });
    return restored;
  } catch (error) {
    reportBroken(folders.temp, ref, error);
    throw error;
  } finally {
    await counted;
  }
}

/**
 * Beside the restore, never instead of it. A job writes only rows of its own scope: a pull request's use of main's Ref
 * is not counted here.
 */
async function countUse(
  { index, clock, refTtlMs }: Backend,
  { access, signal }: RestoreRequest,
  ref: Ref,
): Promise<void> {
  const { writes } = access;
  if (writes?.repository !== ref.scope.repository || writes.ref !== ref.scope.ref) return;
  const atMs = clock.now();
  try {
    await index.touch(ref, { atMs, expiresAtMs: Math.min(atMs + refTtlMs, ref.notAfterMs), signal });
  } catch {
    // A count that is one too low harms nobody; a restore that fails for it would.
  }
}

/** The job's save step then neither reuses these objects nor keeps the Ref that named them. */
function reportBroken(temp: string, ref: Ref, error: unknown): void {
  const isBroken =
    error instanceof CorruptError || error instanceof ObjectMissingError || error instanceof UnsafePathError;
  if (!isBroken) return;
  const object =
    error instanceof UnsafePathError ? artifactName(ref.domain, ref.contentHash) : error.objectName;
  writeHandover(temp, { broken: [{ domain: ref.domain, contentHash: ref.contentHash, objects: [object] }] });
}

type Restored = Pick<RestoreResult & { status: "hit" }, "restoredBytes" | "keptBytes" | "notices">;

async function restoreArtifact(
  backend: Backend,
  request: RestoreRequest,
  place: ArtifactPlace,
  sealed: SealedRoots,
): Promise<Restored> {
  const { signal } = request;
  const artifact = await readArtifact(place, { signal });
  const lines = anchorLines(request.paths, request.folders);
  const isAnythingThere = artifact.header.roots.some((root) =>
    existsSync(resolveRoot(root, request.folders)),
  );
  const pool = openPool(
    { umask: process.umask() },
    { isSmall: artifact.header.packs.length === 0, url: backend.workerUrl, isLazy: isAnythingThere },
  );
  const stop = (): void => void pool.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await restoreWith(pool, backend, request, { place, artifact, lines, sealed });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
}

interface TreeToRestore {
  readonly place: ArtifactPlace;
  readonly artifact: Artifact;
  readonly lines: readonly PathLine[];
  readonly sealed: SealedRoots;
}

async function restoreWith(
  pool: WorkerPool,
  { stampsFolder }: Backend,
  request: RestoreRequest,
  { place, artifact, lines, sealed }: TreeToRestore,
): Promise<Restored> {
  const { folders, signal } = request;
  const startedAtMs = Date.now();
  const segments: Segment[] = [];
  for await (const segment of readSegments(place, artifact, { signal })) segments.push(segment);

  const roots = rootsWithEntries(artifact, segments);
  const targets = resolveTargets(roots, lines, folders);
  for (const target of targets) refuseOtherKind(target);
  const recovered = targets.filter((target) => recover(target.place));
  const current = recovered.length > 0 ? resolveTargets(roots, lines, folders) : targets;
  const isExcluded = excluder(lines, folders);
  const stamps = findStamps(current, folders.temp, stampsFolder);
  const known = await findKnownContent(
    { place, artifact, segments },
    { stamps, sealed: recovered.length > 0 ? [] : await sealed.roots },
    { signal },
  );
  const surveyed = current.map((target) => {
    const { index } = target;
    const about = { stamp: stamps.get(index), sealed: known.get(index)?.sealed, nowMs: Date.now() };
    return { ...target, survey: takeSurvey(target, { isExcluded, ...about }) };
  });
  const todo = plan({
    segments,
    targets: new Map(surveyed.map((target) => [target.index, target])),
    isKnown: (s, i, walked) => known.get(segments[s]!.roots[i]!)?.isKnown(s, i, walked) ?? false,
    rootCount: artifact.header.roots.length,
    windows: process.platform === "win32",
    foldsCase: process.platform === "win32" || process.platform === "darwin",
  });

  await checkDisk(todo, pool, signal);
  const written = await writeUndoably({ request, place, artifact, todo, targets: surveyed, pool });
  const isComplete = written.notices.length === 0 && (todo.extras.length === 0 || request.clean === true);
  const finished = { plan: todo, targets: surveyed, place, artifact, startedAtMs, isComplete };
  leaveStamps(stampRoots(finished), folders.temp, stampsFolder);
  return {
    restoredBytes: todo.treeBytes,
    keptBytes: written.keptBytes + keptBytesOf(todo),
    notices: [...noticesOf(todo, request, recovered.length), ...written.notices],
  };
}

/** The roots that the artifact has something for, by their own entries: one that could not be read has none. */
function rootsWithEntries({ header }: Artifact, segments: readonly Segment[]): RootToRestore[] {
  const kinds = new Map<number, number>();
  for (const segment of segments)
    for (let i = 0; i < segment.entryCount; i++)
      if (segment.paths[i] === "") kinds.set(segment.roots[i]!, segment.kinds[i]!);
  return header.roots.flatMap((root, index) => {
    const kind = kinds.get(index);
    if (kind === Kind.symlink) throw new UnsafePathError(root.path, "a root can't be a symbolic link");
    return kind === undefined ? [] : [{ ...root, index, isFile: kind !== Kind.directory }];
  });
}

/** A whole folder is not thrown away for a file, nor a file that a user put where a folder is expected. */
function refuseOtherKind({ root, isFile, found }: Target): void {
  if (found === (isFile ? "folder" : "other")) {
    const [there, wanted] = isFile ? ["folder", "file"] : ["file", "folder"];
    throw new LocalFileError(`${root} is a ${there}, and the cache holds a ${wanted} of this name`, {
      hint: `delete the ${there} before the restore`,
    });
  }
}

function noticesOf(todo: Plan, request: RestoreRequest, recovered: number): string[] {
  const notices: string[] = [];
  if (recovered > 0) notices.push("undid an earlier restore into the same paths that had not finished");
  if (todo.maskedModes > 0)
    notices.push(
      `${todo.maskedModes} entries were saved with setuid, setgid or sticky bits: these are not restored`,
    );
  if (todo.extras.length > 0 && !request.clean) {
    notices.push(
      `${todo.extras.length} paths that the cache does not hold were left as they are (clean: true removes them)`,
    );
  }
  return notices;
}

function keptBytesOf(todo: Plan): number {
  let bytes = 0;
  forEachFile(todo, ({ segment, actions }, i) => {
    if (hasItsBytes(actions[i]!)) bytes += segment.sizes[i]!;
  });
  return bytes;
}
