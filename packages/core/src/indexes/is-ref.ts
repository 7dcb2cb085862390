// The gate for rows that come from a server, where others can write too: what is not wholly a Ref never leaves a
// driver. Most of all a contentHash, which becomes a part of object names.

import { isDigest } from "../model/digest.ts";
import type { Ref } from "../model/ref.ts";
import type { Usage } from "../ports/key-index.ts";

const TEXTS = ["version", "key"] as const;
const NUMBERS = [
  "createdAtMs",
  "lastAccessedAtMs",
  "accessCount",
  "expiresAtMs",
  "notAfterMs",
  "treeBytes",
  "storedBytes",
  "entryCount",
] as const;
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
    NUMBERS.every((name) => Number.isFinite(value[name])) &&
    OPTIONAL_TEXTS.every((name) => optional(name, "string")) &&
    optional("invalidatedAtMs", "number")
  );
}

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
