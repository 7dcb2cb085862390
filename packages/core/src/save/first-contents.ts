// Which contents of small files a save has met, and where it laid each first. There are as many as files, so each is a few
// numbers in columns and a path in one long buffer: objects would take half a gigabyte for a million files.

import type { WalkedEntry } from "../lib/walk.ts";
import type { Digest } from "../model/digest.ts";
import type { Extent } from "../model/entry.ts";

/** What a file is read by: whether it still is as it was listed. */
export type ListedFile = Pick<WalkedEntry, "absolute" | "size" | "ctimeMs">;

export interface FirstContents {
  /** @returns the content that seems to be the same: of this size and CRC-32. */
  find(size: number, crc: number): number | undefined;
  /** @returns its number. */
  add(size: number, crc: number, file: ListedFile): number;
  /** Tells where it lies, once its batch is stored. */
  settle(content: number, chunk: Digest, offset: number): void;
  /** Of a content that is settled. */
  extentOf(content: number): Extent;
  /** The file in which it was met, as it was listed. */
  fileOf(content: number): ListedFile;
}

export function createFirstContents(): FirstContents {
  /** The last content with a CRC-32, and for each content the one before it that has the same. */
  const byCrc = new Map<number, number>();
  const before: number[] = [];
  const sizes: number[] = [];
  const ctimesMs: number[] = [];
  const chunks: (Digest | undefined)[] = [];
  const offsets: number[] = [];
  const pathEnds: number[] = [];
  let paths = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let end = 0;

  // As a signed number it is no object of V8's, of which a map would need one for each file.
  const keyOf = (crc: number): number => crc | 0;
  const keepPath = (path: string): void => {
    if (end + 3 * path.length > paths.length) {
      const larger = Buffer.allocUnsafeSlow(2 * paths.length + 3 * path.length);
      paths.copy(larger, 0, 0, end);
      paths = larger;
    }
    end += paths.write(path, end);
    pathEnds.push(end);
  };
  return {
    find(size, crc) {
      let content = byCrc.get(keyOf(crc)) ?? NONE;
      while (content !== NONE && sizes[content] !== size) content = before[content]!;
      return content === NONE ? undefined : content;
    },
    add(size, crc, { absolute, ctimeMs }) {
      const content = sizes.push(size) - 1;
      before.push(byCrc.get(keyOf(crc)) ?? NONE);
      byCrc.set(keyOf(crc), content);
      ctimesMs.push(ctimeMs);
      chunks.push(undefined);
      offsets.push(0);
      keepPath(absolute);
      return content;
    },
    settle(content, chunk, offset) {
      chunks[content] = chunk;
      offsets[content] = offset;
    },
    extentOf: (content) => ({ chunk: chunks[content]!, offset: offsets[content]!, length: sizes[content]! }),
    fileOf: (content) => ({
      absolute: paths.toString("utf8", content === 0 ? 0 : pathEnds[content - 1], pathEnds[content]),
      size: sizes[content]!,
      ctimeMs: ctimesMs[content]!,
    }),
  };
}

const NONE = -1;
const FIRST_BYTES = 1 << 20;
