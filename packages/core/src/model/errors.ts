// The errors of Cairn. Callers decide by class or code, never by message; a message says what is wrong with which
// thing, the hint says what to do. Drivers translate what their SDK throws into these at the boundary.

export interface ErrorDetails {
  /** What the reader should do next: one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export abstract class CacheError extends Error {
  abstract readonly code: string;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean = false;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
  }
}

/** A setting of Cairn's own (a DSN, a mode, a duration) is wrong: the step fails and says what to change. */
export class SettingsError extends CacheError {
  override readonly code = "SETTINGS";
  readonly setting: string;
  constructor(setting: string, message: string, details?: ErrorDetails) {
    super(message, details);
    this.setting = setting;
  }
}

/** An input of the actions/cache contract is wrong (key, path, restore-keys). */
export class InputError extends CacheError {
  override readonly code = "INPUT";
}

/** The store or the index can't be reached, timed out, or answered 5xx or "slow down". */
export class StoreUnavailableError extends CacheError {
  override readonly code = "STORE_UNAVAILABLE";
  override readonly retryable: boolean = true;
  /** The server asked for fewer requests (S3 503 SlowDown, DynamoDB throttling). */
  readonly throttled: boolean;
  constructor(message: string, details?: ErrorDetails & { throttled?: boolean }) {
    super(message, details);
    this.throttled = details?.throttled ?? false;
  }
}

/** An earlier step of the job has told that the store or the index is away; it still is, and this step did not wait. */
export class StoreAwayError extends StoreUnavailableError {
  override readonly retryable = false;
  constructor(description: string) {
    super(
      `${description} did not answer an earlier step of this job, nor now: this step goes on without it`,
      {
        hint: "the warning of that step says more; a later step asks again",
      },
    );
  }
}

/** The credentials are missing, wrong or expired, or do not allow this request. */
export class AccessDeniedError extends CacheError {
  override readonly code = "ACCESS_DENIED";
}

/** The bucket, table or folder itself does not exist (or is in another region). */
export class StoreMissingError extends CacheError {
  override readonly code = "STORE_MISSING";
}

/** No space is left, or a quota is used up. */
export class StoreFullError extends CacheError {
  override readonly code = "STORE_FULL";
}

/** One object that should exist does not. */
export class ObjectMissingError extends CacheError {
  override readonly code = "OBJECT_MISSING";
  readonly objectName: string;
  constructor(objectName: string, details?: ErrorDetails) {
    super(`object ${objectName} is not in the store`, details);
    this.objectName = objectName;
  }
}

/** An object's bytes are not what its name or the artifact says: wrong digest, wrong size, undecodable. */
export class CorruptError extends CacheError {
  override readonly code = "CORRUPT";
  readonly objectName: string;
  constructor(objectName: string, what: string, details?: ErrorDetails) {
    super(`${objectName} is corrupt: ${what}`, details);
    this.objectName = objectName;
  }
}

/** The bytes are whole, but of a format version this Cairn does not read. */
export class FormatVersionError extends CacheError {
  override readonly code = "FORMAT_VERSION";
}

/** A Ref whose signature does not hold was asked for by name. A look-up just does not find it. */
export class UntrustedRefError extends CacheError {
  override readonly code = "UNTRUSTED_REF";
}

/** An artifact names a path that must not be written. Nothing of the artifact is restored. */
export class UnsafePathError extends CacheError {
  override readonly code = "UNSAFE_PATH";
  readonly path: string;
  constructor(path: string, why: string, details?: ErrorDetails) {
    super(`refused to restore ${JSON.stringify(path)}: ${why}`, details);
    this.path = path;
  }
}

/** The paths to save match nothing. */
export class NothingToSaveError extends CacheError {
  override readonly code = "NOTHING_TO_SAVE";
}

/** A root still carries the marker of a restore that did not finish. */
export class UnfinishedRestoreError extends CacheError {
  override readonly code = "UNFINISHED_RESTORE";
  readonly root: string;
  constructor(root: string, details?: ErrorDetails) {
    super(`${root} holds an unfinished restore`, details);
    this.root = root;
  }
}

/** The deadline of a restore or a save has passed. */
export class DeadlineError extends CacheError {
  override readonly code = "DEADLINE";
}

/** The user or the runner cancelled the work. */
export class CancelledError extends CacheError {
  override readonly code = "CANCELLED";
}

/** The index belongs to another store (or the store to another index). */
export class IdentityError extends CacheError {
  override readonly code = "IDENTITY";
}

/** Something is in doubt, and going on could destroy what is needed: a person has to decide. Nothing was changed. */
export class RefusedError extends CacheError {
  override readonly code = "REFUSED";
}

/** The disk on this machine refused a read or a write of the tree (full, read-only, not permitted). */
export class LocalFileError extends CacheError {
  override readonly code = "LOCAL_FILE";
}

/** A thread that does part of the work ended by itself, or could not be started: this machine is short of something. */
export class WorkerLostError extends CacheError {
  override readonly code = "WORKER_LOST";
}
