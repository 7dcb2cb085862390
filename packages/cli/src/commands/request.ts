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

/** @throws InputError */
export function requireKey(options: PathOptions): string {
  const key = options.key?.trim();
  if (key) return key;
  throw new InputError("no key is given", {
    hint: "name the cache: --key deps-5d41402a",
  });
}
