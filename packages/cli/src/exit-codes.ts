// Exit codes: what a script may rely on. The README's table and `cairn help` say the same; a test compares them.

import { CacheError } from "@cairn/core";

export const EXIT = {
  /** Done; also a save whose key exists, or that this job may not make. */
  ok: 0,
  /** A fault of Cairn itself. */
  unexpected: 1,
  /** Wrong arguments, settings or input: the command must be changed. */
  usage: 2,
  /** Nothing was found to restore. */
  miss: 3,
  /** The store or the index is away, slow, full, missing, or denies access. */
  store: 4,
  /** What the store holds is missing, corrupt, unsafe or not signed as it must be; nothing of it was written. */
  damaged: 5,
  /** The files on this machine are in the way: nothing to save, no space, an unfinished restore. */
  local: 6,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For help and the README. */
export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, "done (a save whose key exists is done, too)"],
  [EXIT.unexpected, "a fault of Cairn itself"],
  [EXIT.usage, "wrong arguments, settings or input"],
  [EXIT.miss, "nothing found to restore"],
  [EXIT.store, "store or index away, slow, full, missing or denied"],
  [EXIT.damaged, "stored data missing, corrupt, unsafe or not signed; nothing of it was written"],
  [EXIT.local, "files on this machine in the way: nothing to save, no space, an unfinished restore"],
  [EXIT.interrupted, "cancelled by SIGINT (Ctrl-C)"],
  [EXIT.terminated, "cancelled by SIGTERM"],
];

const BY_ERROR_CODE: Readonly<Record<string, ExitCode>> = {
  SETTINGS: EXIT.usage,
  INPUT: EXIT.usage,
  REFUSED: EXIT.usage,
  STORE_UNAVAILABLE: EXIT.store,
  ACCESS_DENIED: EXIT.store,
  STORE_MISSING: EXIT.store,
  STORE_FULL: EXIT.store,
  DEADLINE: EXIT.store,
  IDENTITY: EXIT.store,
  OBJECT_MISSING: EXIT.damaged,
  CORRUPT: EXIT.damaged,
  FORMAT_VERSION: EXIT.damaged,
  UNSAFE_PATH: EXIT.damaged,
  UNTRUSTED_REF: EXIT.damaged,
  NOTHING_TO_SAVE: EXIT.local,
  UNFINISHED_RESTORE: EXIT.local,
  LOCAL_FILE: EXIT.local,
  WORKER_LOST: EXIT.local,
  CANCELLED: EXIT.interrupted,
};

/** What a thrown error makes the process exit with; whatever is no CacheError is a fault of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof CacheError ? (BY_ERROR_CODE[error.code] ?? EXIT.unexpected) : EXIT.unexpected;
}

/** Under --soft a build goes on without its cache; a wrong command, a fault of ours and Ctrl-C still end it. */
export function isSoftened(code: ExitCode): boolean {
  return code === EXIT.miss || code === EXIT.store || code === EXIT.damaged || code === EXIT.local;
}
