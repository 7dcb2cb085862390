// Errors of this machine's file system, in the words of the model.

import { LocalFileError } from "../model/errors.ts";

/** Errors of the file system become LocalFileError; all others are left as they are. */
export function asLocalError(error: unknown): unknown {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const isFileError = typeof code === "string" && /^E[A-Z0-9]+$/.test(code) && path !== undefined;
  return isFileError ? localError(path, message, code, error) : error;
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free space on the runner",
  EDQUOT: "the quota of this user is used up",
  EACCES: "the user of this job may not do that: was it made by another user or a container?",
  EPERM: "the user of this job may not do that: was it made by another user or a container?",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open: raise the limit (ulimit -n)",
};

export function localError(
  path: string,
  why: string,
  code: string | undefined,
  cause?: unknown,
): LocalFileError {
  const hint = code === undefined ? undefined : HINTS[code];
  return new LocalFileError(`${path}: ${why}`, { ...(hint !== undefined && { hint }), cause });
}
