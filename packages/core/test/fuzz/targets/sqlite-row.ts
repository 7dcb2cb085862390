// A row of the SQLite index, in a file with tables of the attacker's own making. In an input, `{"hex":"6b"}` are bytes.

import {
  REF_COLUMNS,
  refFromRow,
  refValues,
  usageFromRow,
  usageValues,
} from "../../../src/indexes/sqlite-schema.ts";
import { REF, REF_WORDS } from "../samples.ts";
import { bytesOf, type FuzzTarget, holds, jsonOf } from "../target.ts";
import { checkRef } from "../use-ref.ts";

const hexOf = (value: unknown) =>
  value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value;
const row = (values: readonly unknown[]) =>
  Object.fromEntries(REF_COLUMNS.map((name, i) => [name, hexOf(values[i])]));
const seed = row(refValues(REF));

export const target: FuzzTarget = {
  seeds: () => [
    bytesOf(seed),
    bytesOf(
      row(refValues({ ...REF, signature: "v1:x", toolchain: "n", invalidatedAtMs: 5, buildSeconds: 1.5 })),
    ),
    bytesOf({ ...seed, byRepository: "acme/api", byRef: "refs/pull/7/merge", count: 2, lastAtMs: 7 }),
  ],
  dictionary: [...REF_WORDS, '{"hex":"ff"}', "byRepository", "byRef", "count", "lastAtMs"],
  run(input) {
    const value = jsonOf(input);
    if (typeof value !== "object" || value === null) return;
    const sqlRow = Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, isHex(each) ? Buffer.from(each.hex, "hex") : each]),
    );
    const ref = refFromRow(sqlRow);
    if (ref) {
      checkRef(ref);
      holds(Buffer.from(ref.key).equals(sqlRow["key"] as Buffer), "a row speaks for its own key");
    }
    const usage = usageFromRow(sqlRow);
    if (usage) usageValues(usage);
  },
};

function isHex(value: unknown): value is { hex: string } {
  return typeof (value as { hex?: unknown } | null)?.hex === "string";
}
