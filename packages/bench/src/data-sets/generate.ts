// Trees made from a seed: the same bytes, modes and times on every machine. Nothing here is timed.

import { createCipheriv, hash } from "node:crypto";
import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export type Generated =
  /** One file that nothing compresses. With `insertedBytes`, so many others stand in its middle. */
  | { readonly kind: "random-file"; readonly bytes: number; readonly insertedBytes: number }
  /** Files of text of `bytes` each, 100 to a folder; the last `changed` of them have other text and newer times. */
  | {
      readonly kind: "text-files";
      readonly count: number;
      readonly bytes: number;
      readonly changed: number;
    }
  /** Big files of which every second 4 KiB are zeros. */
  | { readonly kind: "half-random-files"; readonly count: number; readonly bytes: number };

const FILES_PER_FOLDER = 100;
const FOLDERS_PER_FOLDER = 100;
const BLOCK_BYTES = 1 << 20;
/** A whole second in the past: tools keep it exactly, and no run can mistake it for its own. */
const MODIFIED_AT = 1_700_000_000;
const CHANGED_AT = MODIFIED_AT + 3600;

/** Writes the tree or file to `target`, which must not be there. */
export function generate(what: Generated, target: string, signal: AbortSignal): void {
  switch (what.kind) {
    case "random-file":
      writeRandomFile(target, what, signal);
      break;
    case "text-files":
      writeTextFiles(target, what, signal);
      break;
    case "half-random-files":
      writeHalfRandomFiles(target, what, signal);
  }
}

/** A key of the same form as a lock file's digest. */
export function digestOf(what: Generated): string {
  return hash("sha256", JSON.stringify(what)).slice(0, 16);
}

function writeRandomFile(
  target: string,
  { bytes, insertedBytes }: Generated & { readonly kind: "random-file" },
  signal: AbortSignal,
): void {
  const next = randomBlocks("random-file");
  const fd = openSync(target, "wx");
  try {
    const middle = bytes / 2;
    for (let done = 0; done < bytes; ) {
      signal.throwIfAborted();
      const isBeforeMiddle = done < middle;
      const length = Math.min(BLOCK_BYTES, (isBeforeMiddle ? middle : bytes) - done);
      writeAll(fd, next().subarray(0, length));
      done += length;
      if (isBeforeMiddle && done >= middle && insertedBytes > 0) {
        writeAll(fd, randomBlocks("inserted")().subarray(0, insertedBytes));
      }
    }
  } finally {
    closeSync(fd);
  }
  const time = insertedBytes > 0 ? CHANGED_AT : MODIFIED_AT;
  utimesSync(target, time, time);
}

function writeTextFiles(
  target: string,
  { count, bytes, changed }: Generated & { readonly kind: "text-files" },
  signal: AbortSignal,
): void {
  let folder = target;
  for (let index = 0; index < count; index++) {
    if (index % FILES_PER_FOLDER === 0) {
      signal.throwIfAborted();
      const number = index / FILES_PER_FOLDER;
      folder = join(target, name(Math.floor(number / FOLDERS_PER_FOLDER)), name(number % FOLDERS_PER_FOLDER));
      mkdirSync(folder, { recursive: true });
    }
    const isChanged = index >= count - changed;
    const file = join(folder, `${name(index % FILES_PER_FOLDER)}.txt`);
    writeFileSync(file, textOf(isChanged ? index + count : index, bytes));
    const time = isChanged ? CHANGED_AT : MODIFIED_AT;
    utimesSync(file, time, time);
  }
}

function writeHalfRandomFiles(
  target: string,
  what: Generated & { readonly kind: "half-random-files" },
  signal: AbortSignal,
): void {
  mkdirSync(target);
  const next = randomBlocks("half-random");
  for (let index = 0; index < what.count; index++) {
    const file = join(target, `${name(index)}.bin`);
    const fd = openSync(file, "wx");
    try {
      for (let done = 0; done < what.bytes; done += BLOCK_BYTES) {
        signal.throwIfAborted();
        const block = next().subarray(0, Math.min(BLOCK_BYTES, what.bytes - done));
        for (let at = 0; at < block.length; at += 8192) block.subarray(at, at + 4096).fill(0);
        writeAll(fd, block);
      }
    } finally {
      closeSync(fd);
    }
    utimesSync(file, MODIFIED_AT, MODIFIED_AT);
  }
}

const name = (number: number): string => String(number).padStart(3, "0");

/** The key stream of a cipher under a fixed key: random to any compressor, and gigabytes a second. */
function randomBlocks(seed: string): () => Buffer {
  const key = Buffer.from(hash("sha256", seed), "hex");
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const zeros = Buffer.alloc(BLOCK_BYTES);
  return () => stream.update(zeros);
}

const WORDS =
  "const export import function return value index path await async string number readonly interface error result options signal folder file entry buffer length default module".split(
    " ",
  );

/** Words and numbers like those of source code: it shrinks to about a third. No two indices give the same text. */
function textOf(index: number, bytes: number): string {
  let state = (Math.imul(index, 2_654_435_761) ^ 0x9e3779b9) >>> 0;
  let text = `// ${index}\n`;
  while (text.length < bytes) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    text += `${WORDS[state % WORDS.length]}${(state >>> 8) % 7 === 0 ? `_${(state >>> 12).toString(36)}\n` : " "}`;
  }
  return text.slice(0, bytes);
}

function writeAll(fd: number, block: Uint8Array): void {
  for (let at = 0; at < block.length; ) at += writeSync(fd, block, at);
}
