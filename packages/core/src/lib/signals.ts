// Signals of one piece of work.

/** Aborts with the work's own signal, or with the one that its caller gave it. */
export function eitherSignal(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  return given ? AbortSignal.any([given, own]) : own;
}
