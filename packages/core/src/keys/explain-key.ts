// The explanation of a key: a table for a person's log, and the way back from a log that holds such tables. So what one
// needs to compare two runs is in their logs, whatever the CI system puts in front of each line.

import { PART_NAMES, type PartName, parseKey } from "./key-parts.ts";
import type { MadeKey } from "./make-key.ts";

export interface ExplainedItem {
  readonly name: string;
  /** The first digits at least; undefined: a variable that is not set. */
  readonly digest: string | undefined;
  readonly note?: string;
}

export interface ExplainedPart {
  readonly part: PartName;
  readonly text: string;
  /** Undefined where only the key is known. */
  readonly items: readonly ExplainedItem[] | undefined;
}

/** What a key, a table or a document tells of a key. */
export interface Explanation {
  readonly key: string;
  readonly parts: readonly ExplainedPart[];
}

const SHOWN_DIGITS = 16;
const NOT_SET = "-".repeat(SHOWN_DIGITS);
const HEAD = ["PART", "VALUE", "SHA-256"] as const;

/** Lines of a table: the key, its parts, and below each part what it is made of. */
export function explainKey({ key, digest, parts }: MadeKey): string[] {
  const rows: (readonly string[])[] = [HEAD];
  for (const { part, text, digest, items } of parts) {
    rows.push([part, text, digest.slice(0, SHOWN_DIGITS)]);
    for (const item of items) {
      rows.push([
        `  - ${oneLine(item.name)}`,
        item.note ?? "",
        item.digest?.slice(0, SHOWN_DIGITS) ?? NOT_SET,
      ]);
    }
  }
  rows.push(["all of it", "", digest.slice(0, SHOWN_DIGITS)]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map(([first, second, third]) =>
    `${first!.padEnd(widths[0]!)}  ${second!.padEnd(widths[1]!)}  ${third}`.trimEnd(),
  );
  return [...table, `key: ${key}`];
}

const PART_ROW = new RegExp(
  `(?:^|[^\\w-])(${PART_NAMES.join("|")}) {2,}(\\S+) {2,}[0-9a-f]{${SHOWN_DIGITS}}\\s*$`,
);
const ITEM_ROW = new RegExp(`  - (\\S.*?) {2,}(?:(\\S.*?) {2,})?([0-9a-f]{${SHOWN_DIGITS}}|${NOT_SET})\\s*$`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const COLOURS = /\u001b\[[\d;]*[A-Za-z]/g;

/**
 * @param text a log with any number of tables, or one document of `cairn key --json`.
 * @returns what it explains, in its order; what it explains twice, once.
 */
export function readExplanations(text: string): Explanation[] {
  const document = readDocument(text);
  if (document) return [document];
  const found = new Map<string, Explanation>();
  let parts: ExplainedPart[] = [];
  for (const line of text.replaceAll(COLOURS, "").split(/\r?\n/)) {
    const [, part, ofKey] = PART_ROW.exec(line) ?? [];
    if (part === PART_NAMES[0]) parts = [];
    if (part !== undefined) parts.push({ part: part as PartName, text: ofKey!, items: [] });
    const [item, name, note, digest] = ITEM_ROW.exec(line) ?? [];
    if (item && parts.length > 0) {
      const last = parts.at(-1)!;
      const items = [...last.items!, itemOf(name!, digest === NOT_SET ? undefined : digest, note)];
      parts[parts.length - 1] = { ...last, items };
    }
    const key = /(?:^|\s)key: (\S+)\s*$/.exec(line)?.[1];
    if (key === undefined || !isWhole(key, parts)) continue;
    found.set(key, { key, parts });
    parts = [];
  }
  return [...found.values()];
}

/** What a key alone tells. @returns undefined: it is no key that was made here. */
export function explanationOfKey(key: string): Explanation | undefined {
  const texts = parseKey(key);
  if (!texts) return undefined;
  return { key, parts: PART_NAMES.map((part) => ({ part, text: texts.get(part)!, items: undefined })) };
}

/** The keys in a log, in its order, each once. */
export function findKeys(text: string): string[] {
  return [...new Set(text.split(/[\s,"'`]+/).filter((word) => parseKey(word)))];
}

/** Whether these are all parts of the key, in their order. */
function isWhole(key: string, parts: readonly ExplainedPart[]): boolean {
  const texts = parseKey(key);
  return (
    texts !== undefined &&
    parts.length === PART_NAMES.length &&
    parts.every(({ part, text }, index) => part === PART_NAMES[index] && text === texts.get(part))
  );
}

function readDocument(text: string): Explanation | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const { key, parts } = JSON.parse(text) as Partial<MadeKey>;
    if (typeof key !== "string" || !Array.isArray(parts)) return undefined;
    const explained = (parts as MadeKey["parts"]).map(({ part, text, items }) => ({
      part,
      text,
      items: items.map((item) => itemOf(item.name, item.digest ?? undefined, item.note)),
    }));
    return isWhole(key, explained) ? { key, parts: explained } : undefined;
  } catch {
    return undefined;
  }
}

function itemOf(name: string, digest: string | undefined, note: string | undefined): ExplainedItem {
  return { name, digest, ...(note !== undefined && { note }) };
}

/** A name of a file may hold anything; two spaces would end it. */
function oneLine(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return name.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?").replaceAll(/ {2,}/g, " ");
}
