// What an examination finds. Each says what to do where something is to be done.

export type FindingState =
  | "ok"
  /** It works, and something is worth changing. */
  | "warning"
  /** Saves or restores fail, or what they rely on does not hold. */
  | "problem"
  /** Could not be found out with these credentials, or in this mode. */
  | "unknown";

export interface Finding {
  /** What was examined: `clock`, `conditional writes`. */
  readonly check: string;
  readonly state: FindingState;
  /** One sentence. */
  readonly found: string;
  readonly remedy?: string;
}

export function ok(check: string, found: string): Finding {
  return { check, state: "ok", found };
}

export function warning(check: string, found: string, remedy: string): Finding {
  return { check, state: "warning", found, remedy };
}

export function problem(check: string, found: string, remedy: string): Finding {
  return { check, state: "problem", found, remedy };
}

export function unknown(check: string, found: string, remedy?: string): Finding {
  return { check, state: "unknown", found, ...(remedy !== undefined && { remedy }) };
}

/** The middle one of some measurements. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
