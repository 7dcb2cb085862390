// Opens the index that a DSN names.

import type { Clock } from "../lib/clock.ts";
import { parseDsn } from "../lib/dsn.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { SwappableStore } from "../ports/object-store.ts";
import { createMemoryIndex } from "./memory-index.ts";
import { createSqliteIndex } from "./sqlite-index.ts";

export interface OpenIndexOptions {
  readonly store: SwappableStore;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly setting: string;
}

export async function openKeyIndex(
  text: string,
  { clock, setting }: OpenIndexOptions,
): Promise<MaintainableIndex> {
  const dsn = parseDsn(text, setting, { sqlite: [], memory: [] });
  return dsn.scheme === "memory"
    ? createMemoryIndex({ clock })
    : createSqliteIndex({ file: dsn.path, clock });
}
