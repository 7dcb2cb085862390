// What restore, save and lookup have in common: from flags and a session to the core's request.

import { type Cache, InputError, type Progress } from "@cairn/core";
import { anchorLines } from "../folders.ts";
import type { PathOptions } from "../options.ts";
import type { BuildSession } from "../session.ts";

type RestoreRequest = Parameters<Cache["restore"]>[0];
type CommonRequest = Omit<RestoreRequest, "restoreKeys" | "clean">;

export function commonRequest(
  session: BuildSession,
  options: PathOptions,
  paths: readonly string[],
  onProgress?: (progress: Progress) => void,
): CommonRequest {
  const { context, settings, access, folders } = session;
  return {
    paths: anchorLines(context, folders, [...paths, ...(options.path ?? [])]),
    key: requireKey(options),
    access,
    folders,
    crossOs: options.crossOs ?? false,
    signal: context.signal,
    timeoutMs: settings.timeoutMs,
    ...(onProgress && { onProgress }),
  };
}

/** As in the action, so that what one saves the other can name. */
const MAX_KEY_CHARACTERS = 512;
const MAX_KEYS = 10;

/** @throws InputError when the key, or a restore-key, is none. */
export function requireKey(options: PathOptions & { readonly restoreKey?: readonly string[] }): string {
  const key = options.key?.trim();
  if (!key) throw new InputError("no key is given", { hint: "name the cache: --key deps-5d41402a" });
  const keys = [key, ...(options.restoreKey ?? [])];
  if (keys.length > MAX_KEYS) {
    throw new InputError(`${keys.length} keys are too many`, {
      hint: `give at most ${MAX_KEYS - 1} restore-keys`,
    });
  }
  for (const each of keys) {
    if (each.length > MAX_KEY_CHARACTERS) {
      throw new InputError(`a key has ${each.length} characters, at most ${MAX_KEY_CHARACTERS} fit`, {
        hint: "put a digest of the long part into it",
      });
    }
    if (each.includes(","))
      throw new InputError(`the key ${each} holds a comma`, { hint: "use - or _ instead" });
  }
  return key;
}
