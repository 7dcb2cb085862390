// As is-ref.ts of the model, for rows of uses: their contentHash and times decide which Ref they speak of.

import { isDigest } from "../model/digest.ts";
import type { Usage } from "../ports/key-index.ts";

/** Whether `value` has every field of a Usage. */
export function isUsage(value: unknown): value is Usage {
  if (!isObject(value)) return false;
  const { of, by, count, lastAtMs } = value;
  if (!isObject(of) || !isObject(by) || !isObject(of["scope"])) return false;
  const texts = [
    of["scope"]["repository"],
    of["scope"]["ref"],
    of["version"],
    of["key"],
    by["repository"],
    by["ref"],
  ];
  return (
    texts.every((text) => typeof text === "string") &&
    typeof of["contentHash"] === "string" &&
    isDigest(of["contentHash"]) &&
    [of["createdAtMs"], count, lastAtMs].every(Number.isSafeInteger)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
