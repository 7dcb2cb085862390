// After a miss: what was searched, and what came closest, in sentences for the log. Costs one request for each
// repository searched, changes nothing, and never throws: a failure only makes the explanation shorter.

import { isLive, type Ref, type Scope } from "../model/ref.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";
import type { RefWanted } from "./find-ref.ts";

/** Rows of the same key that are read to find the closest. */
const CANDIDATES = 20;
/** Near misses that are told: the closest says enough, a long list says less. */
const LINES = 3;
/** Repositories asked; more than the own one only come with `read-scopes`. */
const REPOSITORIES = 2;

/** One line each. The first says which scopes and prefixes were searched; the others what came closest, closest first. */
export async function explainMiss(
  index: Pick<MaintainableIndex, "findByKey">,
  wanted: RefWanted,
  options: CallOptions & { nowMs: number },
): Promise<string[]> {
  const { access, key } = wanted;
  if (access.reads.length === 0) return ["this job may read no scope, so nothing was searched"];
  const lines = [searched(wanted)];
  const repositories = [...new Set(access.reads.map((scope) => scope.repository))].slice(0, REPOSITORIES);
  const near: { rank: number; text: string }[] = [];
  for (const repository of repositories) {
    try {
      const refs = await index.findByKey(repository, key, CANDIDATES, { signal: options.signal });
      near.push(...refs.map((ref) => nearMiss(ref, wanted, options.nowMs)));
    } catch {
      // The look-up itself worked, and its result stands; why it missed is a courtesy.
      return lines;
    }
  }
  near.sort((a, b) => a.rank - b.rank);
  const texts = [...new Set(near.map(({ text }) => text))];
  if (texts.length === 0) lines.push(`no other branch and no other paths hold the key "${key}" either`);
  lines.push(...texts.slice(0, LINES));
  if (texts.length > LINES) lines.push(`and ${texts.length - LINES} more with the same key`);
  return lines;
}

function searched({ access, key, restoreKeys }: RefWanted): string {
  const own = access.reads[0]!.repository;
  const scopes = access.reads.map((scope) => scopeName(scope, own)).join(", then ");
  const prefixes = [key, ...restoreKeys].map((text) => `"${text}"`).join(", ");
  return `searched ${scopes} of ${own} for keys that are or start with ${prefixes}`;
}

function scopeName(scope: Scope, own: string): string {
  return scope.repository === own ? scope.ref : `${scope.repository} ${scope.ref}`;
}

/** Why `ref`, of the very key, was not found; the lower the rank the closer it came. */
function nearMiss(ref: Ref, wanted: RefWanted, nowMs: number): { rank: number; text: string } {
  const { access, version, key } = wanted;
  const readable = access.reads.some(
    (scope) => scope.repository === ref.scope.repository && scope.ref === ref.scope.ref,
  );
  const where = scopeName(ref.scope, access.reads[0]!.repository);
  const entry = `"${key}" of ${where}`;
  if (!readable) {
    const paths = ref.version === version ? "" : ", and it was saved for other paths or another platform";
    return { rank: paths ? 5 : 3, text: `${entry} exists, but this job can't read that scope${paths}` };
  }
  if (ref.version !== version)
    return { rank: 4, text: `${entry} exists, but was saved for other paths or another platform` };
  if (ref.invalidatedAtMs !== undefined)
    return { rank: 1, text: `${entry} was invalidated at ${time(ref.invalidatedAtMs)}` };
  if (!isLive(ref, nowMs))
    return { rank: 0, text: `${entry} expired at ${time(Math.min(ref.expiresAtMs, ref.notAfterMs))}` };
  if (access.domain === "trusted" && ref.domain === "pr")
    return { rank: 2, text: `${entry} was written by a pull request, which this job doesn't trust` };
  return { rank: 2, text: `${entry} was saved after the look-up` };
}

function time(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : "an unknown time";
}
