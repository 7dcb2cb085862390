import type { Clock } from "../lib/clock.ts";
import type { Compression } from "../lib/codec.ts";
import { parseDsn } from "../lib/dsn.ts";
import type { SwappableStore } from "../ports/object-store.ts";
import { createDirectoryStore } from "./directory-store.ts";
export async function openObjectStore(
  text: string,
  {
    clock,
    setting,
  }: {
    env: Readonly<Record<string, string | undefined>>;
    clock: Clock;
    setting: string;
    repository?: string | undefined;
  },
): Promise<{ store: SwappableStore; settings: { ttlMs?: number; compression?: Compression } }> {
  const dsn = parseDsn(text, setting, { file: [] });
  void clock;
  return { store: createDirectoryStore({ root: dsn.path }), settings: {} };
}
