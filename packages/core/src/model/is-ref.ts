// The gate for rows that come from where others can write too, a server or a file: what is not wholly a Ref never gets
// past it. Most of all a contentHash, which becomes a part of object names.

import { isDigest } from "./digest.ts";
import type { Ref } from "./ref.ts";

const TEXTS = ["version", "key"] as const;
const TIMES = ["createdAtMs", "lastAccessedAtMs", "expiresAtMs", "notAfterMs"] as const;
const NUMBERS = ["accessCount", "treeBytes", "storedBytes", "entryCount"] as const;
/** What a Date can hold (ECMA-262, 21.4.1.1): a later moment throws wherever it is written out. */
const TIME_MAX_MS = 8.64e15;
const OPTIONAL_TEXTS = ["toolchain", "lockfileHash", "signature"] as const;

/** Whether `value` has every field of a Ref, and none of a wrong type. Further fields are not looked at. */
export function isRef(value: unknown): value is Ref {
  if (!isObject(value)) return false;
  const scope = value["scope"];
  const optional = (name: string, type: string) => value[name] === undefined || typeof value[name] === type;
  return (
    isObject(scope) &&
    typeof scope["repository"] === "string" &&
    typeof scope["ref"] === "string" &&
    (value["domain"] === "trusted" || value["domain"] === "pr") &&
    typeof value["contentHash"] === "string" &&
    isDigest(value["contentHash"]) &&
    TEXTS.every((name) => typeof value[name] === "string") &&
    TIMES.every((name) => isTime(value[name])) &&
    NUMBERS.every((name) => Number.isFinite(value[name])) &&
    OPTIONAL_TEXTS.every((name) => optional(name, "string")) &&
    optional("invalidatedAtMs", "number") &&
    (value["buildSeconds"] === undefined || Number.isFinite(value["buildSeconds"]))
  );
}

function isTime(value: unknown): boolean {
  return Number.isFinite(value) && Math.abs(value as number) <= TIME_MAX_MS;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
