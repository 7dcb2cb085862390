// What made an artifact, from the records beside it, and what that was made with: the artifacts that its job had restored,
// and so on. Records of a pull request are told as such: anyone who opens one can write them.

import { mapOrdered } from "../lib/concurrency.ts";
import type { ContentId, WhyNode } from "../maintenance.ts";
import { type Digest, isDigest } from "../model/digest.ts";
import { InputError, ObjectMissingError } from "../model/errors.ts";
import { artifactName, contentPrefix, metadataPrefix } from "../model/names.ts";
import { decodeProvenance, digestOf, type Provenance } from "../model/provenance.ts";
import type { CallOptions, ListableStore } from "../ports/object-store.ts";

const READS_AT_ONCE = 8;
/** What is asked for by its first digits, before it is clear that they begin several. */
const CANDIDATES = 2;

/** The records of an artifact, newest first. */
export async function readProvenance(
  store: ListableStore,
  of: ContentId,
  options?: CallOptions,
): Promise<Provenance[]> {
  const names = (async function* () {
    for await (const { name } of store.list(metadataPrefix(of.domain, of.contentHash), options)) yield name;
  })();
  const read = async (name: string): Promise<Provenance | undefined> => {
    const bytes = await store.get(name, undefined, options).catch((error: unknown) => {
      if (error instanceof ObjectMissingError) return undefined;
      throw error;
    });
    return bytes && decodeProvenance(bytes, of);
  };
  const records: Provenance[] = [];
  for await (const record of mapOrdered(names, READS_AT_ONCE, read)) if (record) records.push(record);
  return records.sort((a, b) => (a.buildTime < b.buildTime ? 1 : -1));
}

/**
 * An artifact that has records, by the first digits of its hash: also one that no Ref names any more.
 * @throws InputError when they begin more than one.
 */
export async function findContent(
  store: ListableStore,
  digits: string,
  options?: CallOptions,
): Promise<ContentId | undefined> {
  for (const domain of ["trusted", "pr"] as const) {
    const found = new Set<Digest>();
    const folder = contentPrefix(domain, "metadata");
    for await (const { name } of store.list(`${folder}${digits}`, options)) {
      const hash = name.slice(folder.length).split("/")[0]!;
      if (isDigest(hash)) found.add(hash);
      if (found.size === CANDIDATES)
        throw new InputError(`${digits} begins more than one content hash`, { hint: "give more digits" });
    }
    for (const contentHash of found) return { domain, contentHash };
  }
  return undefined;
}

/** The artifact and all that it was made with, directly or not, each once, nearest first. */
export async function why(
  store: ListableStore,
  of: ContentId,
  options: CallOptions & { readonly depth: number },
): Promise<WhyNode[]> {
  const nodes: WhyNode[] = [];
  const seen = new Set<string>();
  let level: ContentId[] = [of];
  for (let depth = 0; level.length > 0 && depth <= options.depth; depth++) {
    const fresh = level.filter(({ contentHash }) => !seen.has(contentHash) && seen.add(contentHash));
    const next: ContentId[] = [];
    for await (const node of mapOrdered(fresh, READS_AT_ONCE, (id) => readNode(store, id, depth, options))) {
      nodes.push(node);
      for (const contentHash of node.dependencies) next.push({ domain: node.domain, contentHash });
    }
    level = next;
  }
  return nodes;
}

/**
 * What a trusted job restored is trusted; what a pull request's did can be either, and is looked for among the trusted
 * first, so that a record in its own domain stands for no artifact of the other.
 */
async function readNode(
  store: ListableStore,
  { domain, contentHash }: ContentId,
  depth: number,
  options: CallOptions,
): Promise<WhyNode> {
  const domains = domain === "trusted" || depth === 0 ? [domain] : (["trusted", "pr"] as const);
  let node: WhyNode = { domain, contentHash, depth, records: [], isStored: false, dependencies: [] };
  for (const each of domains) {
    const records = await readProvenance(store, { domain: each, contentHash }, options);
    const isStored = (await store.head(artifactName(each, contentHash), options)) !== undefined;
    const dependencies = new Set(
      records.flatMap((record) => record.dependencies.flatMap((text) => digestOf(text) ?? [])),
    );
    node = { domain: each, contentHash, depth, records, isStored, dependencies: [...dependencies] };
    if (records.length > 0 || isStored) break;
  }
  return node;
}
