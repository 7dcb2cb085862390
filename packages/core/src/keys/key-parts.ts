// The parts of a key and how they stand in it. What a job can do without stands last, so that a restore-key is the key
// cut short: first without its lock files, then without its configuration. Pure.
//
//   deps:acme/api:linux-x64:node-24.21.0:env-1f0c9a7e3b52:cfg-none:lock-5d41402abc4b2a76
//   name:repository:platform:toolchain:environment:configuration:lockfile

import { hash } from "node:crypto";
import type { Digest } from "../model/digest.ts";
import { InputError } from "../model/errors.ts";
import { KEY_MAX_CHARACTERS } from "../model/limits.ts";

/** In the order in which they stand in a key. */
export const PART_NAMES = [
  "name",
  "repository",
  "platform",
  "toolchain",
  "environment",
  "configuration",
  "lockfile",
] as const;
export type PartName = (typeof PART_NAMES)[number];

/** One thing that a part is made of: a variable, a file, a tool. */
export interface KeyItem {
  readonly name: string;
  /** Undefined: a variable that is not set. */
  readonly digest: Digest | undefined;
  /** For a person, beside the digest. */
  readonly note?: string;
}

export interface KeyPart {
  readonly part: PartName;
  /** As it stands in the key. */
  readonly text: string;
  /** Of all that the part is made of; the text may hold its first digits only. */
  readonly digest: Digest;
  readonly items: readonly KeyItem[];
}

/** What stands in front of the digests, and how many of their digits: collisions must be out of reach for lock files. */
const LABELS = {
  environment: { prefix: "env-", digits: 12 },
  configuration: { prefix: "cfg-", digits: 12 },
  lockfile: { prefix: "lock-", digits: 16 },
} as const;
type DigestedPart = keyof typeof LABELS;

const ABSENT = "none";

/** A part whose text is what it says. */
export function plainPart(
  part: Exclude<PartName, DigestedPart>,
  text: string,
  items: KeyItem[] = [],
): KeyPart {
  return { part, text, digest: digestOf(part, text), items };
}

/** A part that is known by a digest. @param digest default: of the items; there are none, and the part says so. */
export function digestedPart(part: DigestedPart, items: readonly KeyItem[], digest?: Digest): KeyPart {
  const { prefix, digits } = LABELS[part];
  const lines = items.map((item) => `${item.name}\0${item.digest ?? "not set"}`);
  const whole = digest ?? digestOf(part, lines.join("\n"));
  return {
    part,
    text: `${prefix}${items.length === 0 ? ABSENT : whole.slice(0, digits)}`,
    digest: whole,
    items,
  };
}

/** @throws InputError when it is too long. */
export function keyOf(parts: readonly KeyPart[]): string {
  const key = parts.map(({ text }) => text).join(":");
  if (key.length <= KEY_MAX_CHARACTERS) return key;
  const longest = parts.toSorted((a, b) => b.text.length - a.text.length)[0]!;
  throw new InputError(`the key would have ${key.length} characters, at most ${KEY_MAX_CHARACTERS} fit`, {
    hint: `shorten its ${longest.part}, which has ${longest.text.length}`,
  });
}

/** One digest for the whole key, with all digits of its parts. */
export function digestOfParts(parts: readonly KeyPart[]): Digest {
  return digestOf("key", parts.map(({ part, digest }) => `${part} ${digest}`).join("\n"));
}

/**
 * Prefixes of the key, the longest first. Saves of another environment, toolchain or platform are never among them:
 * what those built may not work here.
 */
export function restoreKeysOf(parts: readonly KeyPart[]): string[] {
  const upTo = (part: PartName) =>
    `${parts
      .slice(0, PART_NAMES.indexOf(part) + 1)
      .map(({ text }) => text)
      .join(":")}:`;
  const configuration = parts.find(({ part }) => part === "configuration")!;
  // Without files there is nothing to drop.
  return [upTo("configuration"), ...(configuration.items.length > 0 ? [upTo("environment")] : [])];
}

/** The texts of a key's parts. @returns undefined: it is no key that was made here. */
export function parseKey(key: string): ReadonlyMap<PartName, string> | undefined {
  const texts = key.split(":");
  if (texts.length !== PART_NAMES.length || texts.some((text) => !/^[^\s,]+$/.test(text))) return undefined;
  const parts = new Map(PART_NAMES.map((part, index) => [part, texts[index]!]));
  for (const part of Object.keys(LABELS) as DigestedPart[]) {
    const { prefix, digits } = LABELS[part];
    if (!new RegExp(`^${prefix}(${ABSENT}|[0-9a-f]{${digits}})$`).test(parts.get(part)!)) return undefined;
  }
  return parts;
}

/** What may stand in a key in the place of a part: nothing that would look like its end, or that no key may hold. */
export function checkText(part: PartName, text: string, hint: string): string {
  if (/^[^\s:,]{1,200}$/.test(text) && !hasControlCharacter(text)) return text;
  throw new InputError(`${JSON.stringify(text.slice(0, 80))} can't be the ${part} of a key`, { hint });
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}

function digestOf(what: string, text: string): Digest {
  return hash("sha256", `cairn ${what}\0${text}`, "hex") as Digest;
}
