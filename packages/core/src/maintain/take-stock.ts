// What a store holds and who needs it: every pack and artifact, every Ref, and for each Ref that may still be restored
// the objects that its artifact names. Objects are listed before Refs, so that a save that commits meanwhile is seen.

import { mapOrdered } from "../lib/concurrency.ts";
import { readArtifact, readChecked } from "../lib/read-artifact.ts";
import { CorruptError, FormatVersionError, ObjectMissingError } from "../model/errors.ts";
import {
  artifactName,
  artifactOfMetadata,
  contentPrefix,
  packName,
  parseContentName,
} from "../model/names.ts";
import type { Ref } from "../model/ref.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { CallOptions, ListableStore, ListedObject } from "../ports/object-store.ts";

/** Artifacts read at once: one request each, of some hundred kilobytes at most. */
const READS_AT_ONCE = 16;
const DOMAINS = ["trusted", "pr"] as const;

/** Names of the objects that an artifact needs, itself first; undefined: it is missing or corrupt, so nobody can restore it. */
export type Needs = readonly string[] | undefined;

export interface StockRef {
  readonly ref: Ref;
  readonly needs: Needs;
}

export interface Stock {
  /** Packs and artifacts by name. */
  readonly objects: ReadonlyMap<string, ListedObject>;
  readonly metadata: readonly ListedObject[];
  readonly refs: readonly StockRef[];
  /** What could not be told, one sentence each: a Ref whose needs are unknown could lose them. */
  readonly doubts: readonly string[];
}

export interface StockOptions extends CallOptions {
  /** Whether the needs of a Ref matter; those of the others are left out. */
  readonly isWanted: (ref: Ref) => boolean;
  /** What earlier stocks have read of whole artifacts, which never change. */
  readonly known: Map<string, readonly string[]>;
}

/** @throws CacheError: what can't be read for another reason than damage is no stock. */
export async function takeStock(
  { store, index }: { readonly store: ListableStore; readonly index: MaintainableIndex },
  options: StockOptions,
): Promise<Stock> {
  const { signal, known, isWanted } = options;
  const { objects, metadata } = await listObjects(store, { signal });
  const doubts: string[] = [];
  const refs: Ref[] = [];
  let unreadable = 0;
  const onUnreadable = (row: string): void => {
    if (unreadable++ === 0) doubts.push(`a row of the index can't be read: ${row}`);
  };
  for await (const ref of index.list({}, { signal, onUnreadable })) refs.push(ref);
  if (unreadable > 1) doubts.push(`${unreadable - 1} more rows of the index can't be read`);

  const wanted = new Map(
    refs.filter(isWanted).map((ref) => [artifactName(ref.domain, ref.contentHash), ref]),
  );
  const unknown = [...wanted].filter(([name]) => !known.has(name));
  const read = async ([name, ref]: [string, Ref]): Promise<void> => {
    try {
      const needs = await readNeeds(store, objects, ref, { signal });
      if (needs) known.set(name, needs);
    } catch (error) {
      if (!(error instanceof FormatVersionError)) throw error;
      doubts.push(`what "${ref.key}" of ${ref.scope.repository} needs can't be read: ${error.message}`);
    }
  };
  for await (const _ of mapOrdered(unknown, READS_AT_ONCE, read));
  return {
    objects,
    metadata,
    refs: refs.map((ref) => ({ ref, needs: known.get(artifactName(ref.domain, ref.contentHash)) })),
    doubts,
  };
}

async function listObjects(
  store: ListableStore,
  options: CallOptions,
): Promise<Pick<Stock, "objects" | "metadata">> {
  const objects = new Map<string, ListedObject>();
  const metadata: ListedObject[] = [];
  await Promise.all(
    DOMAINS.flatMap((domain) =>
      (["packs", "artifacts", "metadata"] as const).map(async (kind) => {
        for await (const object of store.list(contentPrefix(domain, kind), options)) {
          if (parseContentName(object.name)) objects.set(object.name, object);
          else if (artifactOfMetadata(object.name)) metadata.push(object);
        }
      }),
    ),
  );
  return { objects, metadata };
}

async function readNeeds(
  store: ListableStore,
  objects: ReadonlyMap<string, ListedObject>,
  ref: Ref,
  options: CallOptions,
): Promise<Needs> {
  const { domain, contentHash } = ref;
  /** One text for each object, however many artifacts name it. */
  const shared = (name: string): string => objects.get(name)?.name ?? name;
  try {
    const { header } = await readChecked((fresh) =>
      readArtifact({ store, domain, contentHash }, { ...options, ...(fresh && { fresh }) }),
    );
    const packs = header.packs.map((pack) => shared(packName(pack.domain, pack.digest)));
    return [shared(artifactName(domain, contentHash)), ...packs];
  } catch (error) {
    if (error instanceof ObjectMissingError || error instanceof CorruptError) return undefined;
    throw error;
  }
}
