// The store in a folder: an object is a file of the same relative path. Writes go to `.tmp/` first and get their name by
// link(2), which is atomic and never overwrites; swaps and deletes hold a lock file in `.locks/`. Safe between processes
// and, over NFS, between machines. Folders are made as needed, the root too. Sync policy: see directory-files.ts.

import { createHash } from "node:crypto";
import { link, lstat, open, rename, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { sha256 } from "../lib/sha256.ts";
import { ObjectMissingError } from "../model/errors.ts";
import type { ByteRange, CallOptions, SwappableStore } from "../ports/object-store.ts";
import { fileErrorCode, throwFileError } from "./directory-errors.ts";
import {
  inFolderOf,
  noneIfMissing,
  readFileRange,
  removeFile,
  sweepLeftovers,
  writeTemporary,
} from "./directory-files.ts";
import { infoOf, listDirectory, statObject } from "./directory-list.ts";
import { type HeldLock, withFileLock } from "./directory-lock.ts";
import { checkObjectName } from "./object-name.ts";

export interface DirectoryStoreOptions {
  /** Absolute, or from the working directory. */
  readonly root: string;
  /** `false`: never try hard links. Otherwise they are used until the file system refuses one. */
  readonly hardLinks?: boolean;
}

/** What file systems without hard links answer (FAT, some FUSE and SMB mounts), or whose limit is reached. */
const LINK_REFUSED: ReadonlySet<string> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
  "EXDEV",
]);

/** Touches nothing until the first call. */
export function createDirectoryStore(options: DirectoryStoreOptions): SwappableStore {
  const root = resolve(options.root);
  const temporaries = join(root, ".tmp");
  let usesHardLinks = options.hardLinks ?? true;
  let swept: Promise<void> | undefined;

  /** Runs one call of the port: checks the name, refuses when aborted, translates what the file system throws. */
  async function call<T>(
    name: string,
    callOptions: CallOptions | undefined,
    action: (path: string) => Promise<T>,
  ): Promise<T> {
    checkObjectName(name);
    callOptions?.signal?.throwIfAborted();
    return action(join(root, name)).catch((error: unknown) => throwFileError(error, root));
  }

  function locked<T>(
    name: string,
    signal: AbortSignal | undefined,
    action: (lock: HeldLock) => Promise<T>,
  ): Promise<T> {
    const lockName = createHash("sha256").update(name).digest("hex").slice(0, 32);
    return withFileLock(join(root, ".locks", lockName), signal, action);
  }

  async function withTemporary<T>(
    bytes: Uint8Array,
    signal: AbortSignal | undefined,
    action: (temporary: string) => Promise<T>,
  ): Promise<T> {
    swept ??= sweepLeftovers(temporaries);
    await swept;
    const temporary = await writeTemporary(temporaries, bytes, signal);
    try {
      return await action(temporary);
    } finally {
      await removeFile(temporary);
    }
  }

  /** Gives a written file its name unless the name is taken. */
  async function place(
    temporary: string,
    name: string,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<"created" | "exists"> {
    if (usesHardLinks) {
      try {
        await inFolderOf(path, () => link(temporary, path));
        return "created";
      } catch (error) {
        const code = fileErrorCode(error);
        if (code === "EEXIST") return "exists";
        if (code === undefined || !LINK_REFUSED.has(code)) throw error;
        usesHardLinks = false;
      }
    }
    return locked(name, signal, async (lock) => {
      if (await isTaken(path)) return "exists";
      await lock.check();
      await inFolderOf(path, () => rename(temporary, path));
      return "created";
    });
  }

  async function readObject(name: string, path: string, range?: ByteRange, callOptions?: ReadOptions) {
    const file = await openObject(path);
    if (!file) return undefined;
    try {
      return await readFileRange(file, name, range, callOptions);
    } finally {
      await file.close();
    }
  }

  return {
    description: root,

    put: (name, bytes, _sha256, callOptions) =>
      call(name, callOptions, async (path) => {
        if (await isTaken(path)) return "exists";
        return withTemporary(bytes, callOptions?.signal, (temporary) =>
          place(temporary, name, path, callOptions?.signal),
        );
      }),

    get: (name, range, callOptions) =>
      call(name, callOptions, async (path) => {
        const bytes = await readObject(name, path, range, callOptions);
        if (!bytes) throw new ObjectMissingError(name);
        return bytes;
      }),

    head: (name, callOptions) =>
      call(name, callOptions, async (path) => {
        const found = await statObject(path);
        return found && infoOf(found);
      }),

    list: (prefix, callOptions) => listDirectory(root, prefix, callOptions),

    delete: (name, callOptions) =>
      call(name, callOptions, async (path) => {
        if (!(await isTaken(path))) return;
        await locked(name, callOptions?.signal, async (lock) => {
          await lock.check();
          await removeFile(path);
        });
        await rmdir(dirname(path)).catch(() => undefined);
      }),

    read: (name, callOptions) =>
      call(name, callOptions, async (path) => {
        const bytes = await readObject(name, path, undefined, callOptions);
        return bytes && { bytes, tag: sha256(bytes) };
      }),

    swap: (name, bytes, tag, callOptions) =>
      call(name, callOptions, (path) =>
        withTemporary(bytes, callOptions?.signal, async (temporary) => {
          const newTag = sha256(bytes);
          if (tag === null) {
            const outcome = await place(temporary, name, path, callOptions?.signal);
            return outcome === "created" ? newTag : undefined;
          }
          return locked(name, callOptions?.signal, async (lock) => {
            const current = await readObject(name, path, undefined, callOptions);
            if (!current || sha256(current) !== tag) return undefined;
            callOptions?.signal?.throwIfAborted();
            await lock.check();
            await rename(temporary, path);
            return newTag;
          });
        }),
      ),
  };
}

type ReadOptions = (CallOptions & { into?: Uint8Array | undefined }) | undefined;

async function isTaken(path: string): Promise<boolean> {
  return (await lstat(path).catch(noneIfMissing)) !== undefined;
}

/** Undefined when there is no such file; a folder is no object either. */
async function openObject(path: string) {
  const file = await open(path, "r").catch(noneIfMissing);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
