// Steps of one job tell each other what they saw through files in the job's temporary folder, one for each invocation,
// merged when read: what was restored (bases of a save), until when it is known to be so, and what was found broken.

import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, isDigest } from "../model/digest.ts";
import { isRef } from "../model/is-ref.ts";
import type { Domain, Ref } from "../model/ref.ts";
import { isStamp, type Stamp } from "./stamp.ts";

/** An artifact that the index named and that could not be restored as it should. */
export interface BrokenArtifact {
  readonly domain: Domain;
  readonly contentHash: Digest;
  /** Names of the objects that are missing or corrupt. */
  readonly objects: readonly string[];
}

export interface Handover {
  readonly restored: readonly Ref[];
  readonly broken: readonly BrokenArtifact[];
  /** Of the roots that were restored or saved. */
  readonly stamps: readonly Stamp[];
}

const FOLDER = "cairn";

/** Never fails a step: what can't be written is merely not known to the next one. */
export function writeHandover(temp: string, handover: Partial<Handover>): void {
  try {
    const folder = join(temp, FOLDER);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${randomBytes(8).toString("hex")}.json`), JSON.stringify(handover), {
      flag: "wx",
    });
  } catch {
    // A full or read-only temporary folder costs a larger upload, nothing else.
  }
}

export function readHandover(temp: string): Handover {
  const folder = join(temp, FOLDER);
  const parts: Handover[] = [];
  try {
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".json")) parts.push(readPart(join(folder, name)));
    }
  } catch {
    // No folder: this is the job's first step.
  }
  return {
    restored: parts.flatMap((part) => part.restored),
    broken: parts.flatMap((part) => part.broken),
    stamps: parts.flatMap((part) => part.stamps),
  };
}

function readPart(file: string): Handover {
  try {
    return parseHandover(readFileSync(file, "utf8"));
  } catch {
    return NOTHING;
  }
}

const NOTHING: Handover = { restored: [], broken: [], stamps: [] };

/** Any process of the job can write such a file: what in it is not of the right kind is left out. Never throws. */
export function parseHandover(text: string): Handover {
  let part: Readonly<Record<string, unknown>>;
  try {
    part = Object(JSON.parse(text));
  } catch {
    return NOTHING;
  }
  const list = (name: string): unknown[] => (Array.isArray(part[name]) ? part[name] : []);
  return {
    restored: list("restored").filter(isRef),
    broken: list("broken").filter(isBroken),
    stamps: list("stamps").filter(isStamp),
  };
}

function isBroken(value: unknown): value is BrokenArtifact {
  if (typeof value !== "object" || value === null) return false;
  const { domain, contentHash, objects } = value as Record<string, unknown>;
  return (
    (domain === "trusted" || domain === "pr") &&
    typeof contentHash === "string" &&
    isDigest(contentHash) &&
    Array.isArray(objects) &&
    objects.every((name) => typeof name === "string")
  );
}
