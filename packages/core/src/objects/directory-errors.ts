// What the file system says, in the words of the model: the only place that knows errno codes of a directory store.

import { isNativeError } from "node:util/types";
import {
  AccessDeniedError,
  CacheError,
  StoreFullError,
  StoreMissingError,
  StoreUnavailableError,
} from "../model/errors.ts";

/** The errno code of a failed file operation; undefined for everything else. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === "string" && (error as NodeJS.ErrnoException).errno !== undefined ? code : undefined;
}

/** Never returns: what is no error of the file system (a bug, an abort reason) is thrown as it is. */
export function throwFileError(error: unknown, root: string): never {
  const code = fileErrorCode(error);
  if (error instanceof CacheError || code === undefined) throw error;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      throw new StoreFullError(`no space is left for the store in ${root}`, {
        hint: "free space there, or prune the store to a smaller size",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      throw new AccessDeniedError(`the store in ${root} may not be used that way by this user (${code})`, {
        hint: "give this user the right to read and write the folder, or choose another one",
        cause: error,
      });
    case "ENOTDIR":
      throw new StoreMissingError(`the store in ${root} is not a folder`, {
        hint: "name a folder, or a path where one can be made",
        cause: error,
      });
    default:
      throw new StoreUnavailableError(`the store in ${root} could not be read or written (${code})`, {
        cause: error,
      });
  }
}
