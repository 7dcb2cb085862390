// The list of what prune is going to delete. Saves read the names and rely on none of them; prune also reads since when
// each is on the list. Nothing on it is needed by a Ref that lives when the list is written.

import { CorruptError } from "./errors.ts";
import { CONDEMNED_NAME } from "./names.ts";

/** Names that were condemned together. */
export interface CondemnedBatch {
  readonly names: readonly string[];
  /** By the store's clock. Undefined: when the list was written, which is when its newest batch was made. */
  readonly condemnedAtMs?: number | undefined;
  /**
   * Sessions that were at work when the names were on the list already: only they may still rely on one. Undefined: not
   * known, so the grace has to pass.
   */
  readonly waitsFor?: readonly string[] | undefined;
  /** Since when objects of it are being deleted, by the store's clock. */
  readonly deletingSinceMs?: number | undefined;
}

/** `names` is all that a save reads, and what it has read since the first version. */
export function encodeCondemned(batches: readonly CondemnedBatch[]): Uint8Array {
  const list = {
    names: batches.flatMap((batch) => batch.names),
    batches: batches.map(({ names, ...batch }) => ({ count: names.length, ...batch })),
  };
  return Buffer.from(JSON.stringify(list));
}

/** @throws CorruptError */
export function decodeCondemned(bytes: Uint8Array): CondemnedBatch[] {
  const { names, batches = [] } = parse(bytes);
  const isList = isTexts(names) && Array.isArray(batches) && batches.every(isBatch);
  if (!isList) throw notAList();
  const decoded: CondemnedBatch[] = [];
  let at = 0;
  for (const { count, condemnedAtMs, waitsFor, deletingSinceMs } of batches) {
    decoded.push({
      names: names.slice(at, at + count),
      ...(condemnedAtMs !== undefined && { condemnedAtMs }),
      ...(waitsFor !== undefined && { waitsFor }),
      ...(deletingSinceMs !== undefined && { deletingSinceMs }),
    });
    at += count;
  }
  if (at > names.length) throw notAList();
  return at < names.length ? [...decoded, { names: names.slice(at) }] : decoded;
}

interface StoredBatch extends Omit<CondemnedBatch, "names"> {
  readonly count: number;
}

function parse(bytes: Uint8Array): { readonly names?: unknown; readonly batches?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw notAList();
}

function isBatch(value: unknown): value is StoredBatch {
  if (typeof value !== "object" || value === null) return false;
  const { count, condemnedAtMs, waitsFor, deletingSinceMs } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(count) &&
    (count as number) >= 0 &&
    [condemnedAtMs, deletingSinceMs].every((ms) => ms === undefined || Number.isFinite(ms)) &&
    (waitsFor === undefined || isTexts(waitsFor))
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function notAList(): CorruptError {
  return new CorruptError(CONDEMNED_NAME, "it is not a list of names", {
    hint: "prune once more, or delete it",
  });
}
