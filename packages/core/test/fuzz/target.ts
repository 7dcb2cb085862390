// A target of the fuzzer: one decoder, and what has to hold of whatever it says. Targets read no clock and no disk, so that
// an input does the same in a test, in a fuzz run and on another machine.

import { CacheError } from "../../src/model/errors.ts";

export interface FuzzTarget {
  /** Whole inputs that the mutations start from. */
  seeds(): readonly Uint8Array[];
  /** Texts that mutations insert. */
  readonly dictionary: readonly string[];
  /** Throws when what has to hold does not: the input is then a finding. A CacheError of the decoder is its right. */
  run(input: Uint8Array): void;
}

/** What the decoder gives; undefined when it refuses the input as it may. */
export function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CacheError) return undefined;
    throw error;
  }
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`does not hold: ${what}`);
}

export function textOf(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString();
}

/** @returns undefined where it is none. */
export function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch {
    return undefined;
  }
}

export function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}
