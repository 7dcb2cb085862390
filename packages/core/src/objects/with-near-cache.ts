// The near cache: keeps on this machine's disk what was read from a store that is far away, for the next read. Only
// packs and artifacts, since their bytes never change; every other name, and every write, goes to the store. The reads
// of a restore are kept as they were made, a file for each range.
//
// It only ever saves a download: what it can't read, write or believe is read from the store, with one notice.

import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { type ContentName, parseContentName } from "../model/names.ts";
import type { ByteRange, SwappableStore } from "../ports/object-store.ts";
import { removeFile } from "./directory-files.ts";
import { nearFileBytes, readNearFile, type WantedFile, writeNearFile } from "./near-file.ts";
import { createNearRoom, type NearRoomOptions } from "./near-room.ts";
import { checkIsRange } from "./read-range.ts";

export interface NearCacheOptions extends NearRoomOptions {
  /** Told once at most, that and why the near cache is of less use than it could be. One line. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * For restores only. Who reads to find out what the store holds (a save, maintenance) asks the store itself: what is
 * gone or damaged there may still be read here.
 */
export function withNearCache(far: SwappableStore, options: NearCacheOptions): SwappableStore {
  const root = resolve(options.root);
  const room = createNearRoom({ ...options, root });
  let isNoticed = false;
  let isWritable = true;

  function notice(what: string): void {
    if (isNoticed) return;
    isNoticed = true;
    options.onNotice?.(`the near cache in ${root} ${what}`);
  }

  async function find(path: string, wanted: WantedFile): Promise<Uint8Array | undefined> {
    try {
      const found = await readNearFile(path, wanted);
      if (typeof found !== "string") return found;
      if (found === "damaged") {
        notice("held a damaged file: what was in it is read from the store again");
        await removeFile(path);
      }
    } catch (error) {
      notice(`could not be read: ${(error as Error).message}`);
    }
    return undefined;
  }

  async function keep(path: string, bytes: Uint8Array, digest: Digest): Promise<void> {
    try {
      const isKept = await room.fill(nearFileBytes(bytes.byteLength), () =>
        writeNearFile(root, path, bytes, digest),
      );
      if (!isKept) stopKeeping("its max-size is too small, or its disk is nearly full");
    } catch (error) {
      stopKeeping((error as Error).message);
    }
  }

  /** The next file would most likely fail in the same way, and each attempt costs time. */
  function stopKeeping(why: string): void {
    isWritable = false;
    notice(`keeps nothing more: ${why}`);
  }

  return {
    ...far,

    async get(name, range, callOptions) {
      const content = parseContentName(name);
      if (!content || range?.length === 0) return far.get(name, range, callOptions);
      if (range) checkIsRange(range);
      callOptions?.signal?.throwIfAborted();
      const path = join(root, ...partsOf(content), fileNameOf(range));
      if (!callOptions?.fresh) {
        const digest = range ? undefined : content.digest;
        const found = await find(path, { length: range?.length, digest, into: callOptions?.into });
        if (found) return found;
      }
      if (isWritable) room.prepare();
      const bytes = await far.get(name, range, callOptions);
      if (!isWritable || callOptions?.signal?.aborted) return bytes;
      const digest = sha256(bytes);
      // Done before the bytes are handed on: the buffer is the caller's, who may reuse it.
      if (range || digest === content.digest) await keep(path, bytes, digest);
      return bytes;
    },

    async delete(name, callOptions) {
      await far.delete(name, callOptions);
      const content = parseContentName(name);
      if (content)
        await rm(join(root, ...partsOf(content)), { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

function partsOf({ domain, kind, digest }: ContentName): string[] {
  return [domain, kind, digest];
}

function fileNameOf(range: ByteRange | undefined): string {
  return range ? `${range.offset}-${range.length}` : "whole";
}
