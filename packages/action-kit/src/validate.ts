// What the actions/cache contract demands of keys and paths, with upstream's messages. On a restore these fail the
// step, on a save they don't (failure-policy.ts).

import { InputError } from "@cairn/core";
import type { CommonInputs } from "./inputs.ts";

/** A post step's paths come from state, where only one of both names is left. */
type Paths = Pick<CommonInputs, "paths"> & Partial<Pick<CommonInputs, "pathsGivenTwice">>;

const MAX_KEY_CHARACTERS = 512;
/** One primary key and nine restore keys. */
const MAX_KEYS = 10;

/** @throws InputError */
export function requireKey(inputs: Pick<CommonInputs, "key">): void {
  if (!inputs.key) throw new InputError("Input required and not supplied: key");
}

/** @throws InputError */
export function requirePaths(inputs: Paths): void {
  if (inputs.pathsGivenTwice) {
    throw new InputError("The inputs path and paths are the same: give one of them");
  }
  if (inputs.paths.length === 0) throw new InputError("Input required and not supplied: path");
}

/** @throws InputError */
export function checkKeys(keys: readonly string[]): void {
  if (keys.length > MAX_KEYS) {
    throw new InputError(`Key Validation Error: Keys are limited to a maximum of ${MAX_KEYS}.`);
  }
  for (const key of keys) {
    if (key.length > MAX_KEY_CHARACTERS) {
      throw new InputError(
        `Key Validation Error: ${key} cannot be larger than ${MAX_KEY_CHARACTERS} characters.`,
      );
    }
    if (key.includes(",")) throw new InputError(`Key Validation Error: ${key} cannot contain commas.`);
  }
}

/**
 * Upstream's rule for `cache-hit` and for not saving again: regardless of case, but not of accents. Look-ups are
 * exact to the byte; this only judges what one has found.
 */
export function isExactKeyMatch(key: string, matched: string | undefined): boolean {
  // Loading the rules of a language takes 5 ms, and nearly always there is nothing to ask them.
  if (matched === key && key !== "") return true;
  return Boolean(matched) && matched!.localeCompare(key, undefined, { sensitivity: "accent" }) === 0;
}
