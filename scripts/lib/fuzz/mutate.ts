/**
 * New inputs from old ones, as libFuzzer and AFL make them: a few small changes each, words of the target, and pieces of
 * other inputs. The same seed gives the same inputs.
 */
export interface Random {
  /** A whole number from 0 to below `below`. */
  next(below: number): number;
}

/** xorshift32: fast, and good enough to choose changes. @param seed not 0. */
export function createRandom(seed: number): Random {
  let state = seed | 0 || 1;
  return {
    next(below) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % Math.max(1, below);
    },
  };
}

/** Inputs stay small: what a decoder does with many bytes it does with a few thousand. */
export const INPUT_MAX_BYTES = 4096;
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x22, 0x30, 0x5c, 0x7b];
const NUMBERS = ["0", "-1", "1e400", "1e308", "4294967296", "9007199254740993", "0.5", "8640000000000001"];

export interface MutationOptions {
  readonly random: Random;
  readonly corpus: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
}

export function mutate(input: Uint8Array, { random, corpus, words }: MutationOptions): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(input);
  const changes = 1 << random.next(4);
  for (let i = 0; i < changes; i++) bytes = change(bytes, random, corpus, words);
  return bytes.length > INPUT_MAX_BYTES ? bytes.subarray(0, INPUT_MAX_BYTES) : bytes;
}

function change(
  bytes: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
  words: readonly Uint8Array[],
): Uint8Array {
  const at = random.next(bytes.length);
  const length = 1 + random.next(Math.min(32, bytes.length - at));
  switch (random.next(10)) {
    case 0:
      return withByte(bytes, at, bytes[at]! ^ (1 << random.next(8)));
    case 1:
      return withByte(bytes, at, random.next(256));
    case 2:
      return withByte(bytes, at, EDGES[random.next(EDGES.length)]!);
    case 3:
      return withByte(bytes, at, bytes[at]! + (random.next(2) ? 1 : -1));
    case 4:
      return spliced(bytes, at, length, new Uint8Array());
    case 5:
      return spliced(bytes, at, 0, bytes.subarray(at, at + length));
    case 6:
      return spliced(
        bytes,
        at,
        random.next(2) * length,
        words[random.next(words.length)] ?? new Uint8Array(1),
      );
    case 7: {
      const other = corpus[random.next(corpus.length)]!;
      const from = random.next(other.length);
      return spliced(bytes, at, length, other.subarray(from, from + 1 + random.next(64)));
    }
    case 8: {
      // A number of a text, as a whole.
      let end = at;
      while (end < bytes.length && bytes[end]! >= 0x30 && bytes[end]! <= 0x39) end++;
      return spliced(bytes, at, end - at, Buffer.from(NUMBERS[random.next(NUMBERS.length)]!));
    }
    default:
      return spliced(
        bytes,
        at,
        0,
        Uint8Array.from({ length }, () => random.next(256)),
      );
  }
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  if (bytes.length > 0) bytes[at] = value;
  return bytes;
}

function spliced(bytes: Uint8Array, at: number, gone: number, put: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(Math.min(bytes.length, at + gone))]);
}
