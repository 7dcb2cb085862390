// Who used a Ref: a job counts what it uses of other scopes in a row of its own, and trusted jobs and prune fold these
// rows into the Refs. So no job needs the right to write another scope's Refs, and a use still keeps one alive.

import type { Access } from "../model/access.ts";
import { isSameRef, type Ref } from "../model/ref.ts";
import type { MaintainableIndex, UsageFilter } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";
import type { Clock } from "./clock.ts";
import { tolerate } from "./tolerate.ts";

export interface CountingBackend {
  readonly index: MaintainableIndex;
  readonly clock: Clock;
  readonly refTtlMs: number;
}

/** A step is over by then: it waits no longer for a count. */
const TIMEOUT_MS = 2_000;
/** Rows of uses come from pull requests: one of them may not claim any number. */
const COUNT_MAX = 1_000_000;

/**
 * Counts the use of a Ref of another scope (a use in the own one is counted by the restore), and in a trusted job takes
 * in what others counted of the own scope. Never rejects: a count that is too low harms nobody.
 * @param used undefined: nothing was.
 */
export async function countUses(
  backend: CountingBackend,
  access: Pick<Access, "writes" | "domain">,
  used: Ref | undefined,
): Promise<void> {
  const { writes, domain } = access;
  if (!writes) return;
  const { index, clock } = backend;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const isForeign =
    used && (used.scope.repository !== writes.repository || used.scope.ref !== writes.ref) ? used : undefined;
  await tolerate(async () => {
    if (isForeign) await index.recordUse(isForeign, { by: writes, atMs: clock.now(), signal });
  });
  await tolerate(async () => {
    if (domain === "trusted") await foldUses(backend, writes, { signal });
  });
}

/**
 * Moves counts from the rows of their users to the Refs that were used. A row is taken before it is counted, so that no
 * use counts twice; one that nobody holds any more is dropped.
 * @returns how many uses were counted.
 */
export async function foldUses(
  { index, clock, refTtlMs }: CountingBackend,
  filter: UsageFilter,
  options: CallOptions,
): Promise<number> {
  let folded = 0;
  for await (const usage of index.uses(filter, options)) {
    if (!(await index.takeUsage(usage, options))) continue;
    const ref = await index.lookup({ ...usage.of, match: "exact" }, options);
    if (!ref || !isSameRef(ref, usage.of) || usage.count < 1) continue;
    const atMs = Math.min(usage.lastAtMs, clock.now());
    const count = Math.min(usage.count, COUNT_MAX);
    const expiresAtMs = Math.min(atMs + refTtlMs, ref.notAfterMs);
    await index.touch(ref, { atMs, expiresAtMs, count, signal: options.signal });
    folded += count;
  }
  return folded;
}
