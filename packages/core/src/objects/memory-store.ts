// The store in this process's memory: for tests, and for trying things out. As strict as S3 about digests, names and
// conditions. Copies on the way in and out, so that a caller who reuses a buffer changes nothing here.

import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { CorruptError, ObjectMissingError } from "../model/errors.ts";
import type { ListedObject, ObjectInfo, SwappableStore } from "../ports/object-store.ts";
import { checkObjectName, compareNames } from "./object-name.ts";
import { bufferFor, checkRange } from "./read-range.ts";

interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly sha256: Digest;
  readonly modifiedAtMs: number;
}

/**
 * An empty store; its contents live as long as it does.
 * @param now the store's clock, for `modifiedAtMs`.
 */
export function createMemoryStore(name = "store", now: () => number = Date.now): SwappableStore {
  const objects = new Map<string, MemoryObject>();

  function write(objectName: string, bytes: Uint8Array): Digest {
    const digest = sha256(bytes);
    objects.set(objectName, { bytes: Uint8Array.from(bytes), sha256: digest, modifiedAtMs: now() });
    return digest;
  }

  return {
    description: `memory://${name}`,

    async put(objectName, bytes, digest, options) {
      options?.signal?.throwIfAborted();
      checkObjectName(objectName);
      if (objects.has(objectName)) return "exists";
      if (sha256(bytes) !== digest)
        throw new CorruptError(objectName, "the bytes to store do not have the digest given with them");
      write(objectName, bytes);
      return "created";
    },

    async get(objectName, range, options) {
      options?.signal?.throwIfAborted();
      checkObjectName(objectName);
      const object = objects.get(objectName);
      if (!object) throw new ObjectMissingError(objectName);
      const wanted = range ?? { offset: 0, length: object.bytes.byteLength };
      checkRange(objectName, wanted, object.bytes.byteLength);
      const result = bufferFor(wanted.length, options?.into);
      result.set(object.bytes.subarray(wanted.offset, wanted.offset + wanted.length));
      return result;
    },

    async head(objectName, options) {
      options?.signal?.throwIfAborted();
      checkObjectName(objectName);
      const object = objects.get(objectName);
      return object && infoOf(object);
    },

    async *list(prefix, options): AsyncGenerator<ListedObject> {
      options?.signal?.throwIfAborted();
      const after = options?.after ?? "";
      const names = [...objects.keys()]
        .filter((objectName) => objectName.startsWith(prefix) && compareNames(objectName, after) > 0)
        .sort(compareNames);
      for (const objectName of names) {
        options?.signal?.throwIfAborted();
        const object = objects.get(objectName);
        if (object) yield { name: objectName, ...infoOf(object) };
      }
    },

    async delete(objectName, options) {
      options?.signal?.throwIfAborted();
      checkObjectName(objectName);
      objects.delete(objectName);
    },

    async read(objectName, options) {
      options?.signal?.throwIfAborted();
      checkObjectName(objectName);
      const object = objects.get(objectName);
      return object && { bytes: Uint8Array.from(object.bytes), tag: object.sha256 };
    },

    async swap(objectName, bytes, tag, options) {
      options?.signal?.throwIfAborted();
      checkObjectName(objectName);
      const current = objects.get(objectName)?.sha256 ?? null;
      return current === tag ? write(objectName, bytes) : undefined;
    },
  };
}

function infoOf(object: MemoryObject): ObjectInfo {
  return {
    sizeBytes: object.bytes.byteLength,
    modifiedAtMs: object.modifiedAtMs,
    sha256: object.sha256,
  };
}
