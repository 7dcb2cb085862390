// What differs between two keys: the parts, and where both are explained, the files and variables in them. Pure.

import type { ExplainedItem, Explanation } from "./explain-key.ts";
import type { PartName } from "./key-parts.ts";

export interface ItemDifference {
  readonly name: string;
  readonly how: "changed" | "only in A" | "only in B";
  /** For a person: a digest's first digits, a version, "not set"; undefined where it is not. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

export interface PartDifference {
  readonly part: PartName;
  readonly a: string;
  readonly b: string;
  /** Undefined: one of the keys is not explained. */
  readonly items: readonly ItemDifference[] | undefined;
}

export interface KeyDifference {
  readonly same: readonly PartName[];
  readonly different: readonly PartDifference[];
}

export function diffKeys(a: Explanation, b: Explanation): KeyDifference {
  const same: PartName[] = [];
  const different: PartDifference[] = [];
  for (const [index, { part, text, items }] of a.parts.entries()) {
    const other = b.parts[index]!;
    if (text === other.text) same.push(part);
    else {
      const known = items && other.items;
      different.push({ part, a: text, b: other.text, items: known && diffItems(part, items, other.items!) });
    }
  }
  return { same, different };
}

function diffItems(
  part: PartName,
  a: readonly ExplainedItem[],
  b: readonly ExplainedItem[],
): ItemDifference[] {
  const ofA = new Map(a.map((item) => [item.name, item]));
  const ofB = new Map(b.map((item) => [item.name, item]));
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])].sort();
  return names.flatMap((name): ItemDifference[] => {
    const [one, other] = [ofA.get(name), ofB.get(name)];
    if (one && other && isSame(one, other)) return [];
    const how = !other ? "only in A" : !one ? "only in B" : "changed";
    return [{ name, how, a: one && show(part, one), b: other && show(part, other) }];
  });
}

/** Tables hold the first digits only, documents all of them. */
function isSame({ digest: a }: ExplainedItem, { digest: b }: ExplainedItem): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.startsWith(b) || b.startsWith(a);
}

const SHOWN_DIGITS = 12;

/** Of a tool, whose version stands in the key, where that comes from; of others what tells them apart. */
function show(part: PartName, { digest, note = "" }: ExplainedItem): string {
  if (part === "toolchain") return note;
  return digest === undefined ? "not set" : digest.slice(0, SHOWN_DIGITS);
}
