// What one look-up of one key in one scope costs, by how many refs stand there: time without the counting proxy, then
// requests through it. Every look-up is checked to find what it should.

import type { Circumstances } from "../circumstances.ts";
import { spreadOf } from "../statistics.ts";
import type { IndexKind, LookupResult } from "./lookup-result.ts";

/** An index with refs of one scope, one version and one prefix. Who calls the benchmark knows how to open one. */
export interface FilledIndex {
  /** Name and version of what it runs on. */
  readonly server: string;
  /** Adds refs, each younger than the one before, until there are so many. */
  fill(count: number): Promise<void>;
  /** @returns the key of the ref that a job would restore: that key's, or the newest that it is a prefix of. */
  find(key: string): Promise<string | undefined>;
  /** The same through a proxy. @returns how many requests it made; undefined where there is no wire. */
  countRequests(key: string): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface IndexSource {
  /** @param folder empty; for its data. */
  open(kind: IndexKind, folder: string, signal: AbortSignal): Promise<FilledIndex>;
}

const COUNTS = [10, 1_000, 100_000];
/** One look-up of a bucket can take many seconds: then few have to do. */
const WARM_UP = { most: 10, seconds: 2 };
const TIMED = { least: 3, most: 100, seconds: 5 };

/** Of the n-th ref, from 0 on. */
export function keyOfRef(index: number): string {
  return `deps-${String(index).padStart(6, "0")}-${(Math.imul(index + 1, 2_654_435_761) >>> 0).toString(16)}`;
}

interface Lookup {
  readonly what: string;
  readonly key: string;
  readonly finds: string | undefined;
}

function lookupsAmong(count: number): readonly Lookup[] {
  const [oldest, middle, newest] = [0, count / 2, count - 1].map(keyOfRef) as [string, string, string];
  return [
    { what: "the key itself", key: middle, finds: middle },
    { what: "a prefix of all", key: "deps-", finds: newest },
    { what: "a prefix of the oldest alone", key: "deps-000000-", finds: oldest },
    { what: "a miss", key: "other-", finds: undefined },
  ];
}

/** @param onResult called after each number of refs. @throws when a look-up does not find what it should. */
export async function measureLookups(
  source: IndexSource,
  kinds: readonly IndexKind[],
  folderFor: (kind: IndexKind) => Promise<string>,
  circumstances: Circumstances,
  onResult: (result: LookupResult) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (const kind of kinds) {
    const index = await source.open(kind, await folderFor(kind), signal);
    try {
      for (const refs of COUNTS) {
        console.log(`  ${kind}: filling in ${refs.toLocaleString("en-US")} refs`);
        await index.fill(refs);
        const lookups: LookupResult["lookups"][number][] = [];
        for (const each of lookupsAmong(refs)) {
          signal.throwIfAborted();
          lookups.push(await measureLookup(index, each));
        }
        const { server } = index;
        await onResult({ ...circumstances, server, index: kind, refs, lookups });
      }
    } finally {
      await index.close();
    }
  }
}

async function measureLookup(index: FilledIndex, { what, key, finds }: Lookup) {
  const lookUp = async (): Promise<number> => {
    const begun = performance.now();
    const found = await index.find(key);
    const milliseconds = performance.now() - begun;
    if (found !== finds) throw new Error(`the look-up of "${key}" found ${found} instead of ${finds}`);
    return milliseconds;
  };
  await repeat(lookUp, { least: 1, ...WARM_UP });
  const milliseconds = spreadOf(await repeat(lookUp, TIMED));
  return { what, milliseconds, requests: await index.countRequests(key) };
}

async function repeat(
  run: () => Promise<number>,
  { least, most, seconds }: { readonly least: number; readonly most: number; readonly seconds: number },
): Promise<readonly number[]> {
  const found: number[] = [];
  const endsAt = performance.now() + seconds * 1000;
  while (found.length < least || (found.length < most && performance.now() < endsAt)) found.push(await run());
  return found;
}
