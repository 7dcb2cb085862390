// StoreSessions: who is at work with a store right now, where all who are share one machine. It lets prune delete as soon
// as nobody can still rely on a condemned object, instead of waiting for the grace.

export interface Session {
  readonly name: string;
  /** Whether it still counts: one that was stopped for long is taken for dead, and what it relied on may be gone. */
  isCurrent(): Promise<boolean>;
  /** Idempotent. */
  end(): Promise<void>;
}

export interface StoreSessions {
  /** Before anything is read of the store. Rejects with a CacheError. */
  begin(): Promise<Session>;
  /** Names of those that began and have not ended. Those that died are not among them, and have ended now. */
  list(): Promise<string[]>;
}
