// Buckets: folders in the server's backing folder. Every save gets one of its own, so that no run sees another's objects.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execute } from "./execute.ts";
import type { Scratch } from "./scratch.ts";
import { sizeOfTree } from "./tree.ts";

export interface Buckets {
  /** An empty bucket. @returns its name. */
  make(): Promise<string>;
  /** Costs no room: objects are immutable, and a server that replaces one writes a new file. */
  copy(bucket: string): Promise<string>;
  storedBytes(bucket: string): number;
  release(bucket: string): Promise<void>;
}

export function createBuckets(
  data: string,
  { scratch, signal }: { readonly scratch: Scratch; readonly signal: AbortSignal },
): Buckets {
  let count = 0;
  const folderOf = (bucket: string): string => join(data, bucket);
  const make = async (): Promise<string> => {
    const name = `bench-${++count}`;
    await mkdir(folderOf(name));
    return name;
  };
  return {
    make,
    async copy(bucket) {
      const name = await make();
      // The server keeps metadata in extended attributes: a link has those of its file, and `-a` takes those of folders.
      await execute(["cp", "-a", "--link", `${folderOf(bucket)}/.`, folderOf(name)], { signal });
      return name;
    },
    storedBytes: (bucket) => sizeOfTree(folderOf(bucket)).bytes,
    release: (bucket) => scratch.release(folderOf(bucket)),
  };
}
