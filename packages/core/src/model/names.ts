// Where things are in the store. The only place that spells an object's name.

import { type Digest, isDigest } from "./digest.ts";
import type { Domain } from "./ref.ts";

const LAYOUT = "v1";

export const STORE_IDENTITY_NAME: string = `${LAYOUT}/store.json`;
/** Refs, only where the bucket itself is the index. */
export const REFS_PREFIX: string = `${LAYOUT}/refs/`;
/** What the last prune is going to delete. */
export const CONDEMNED_NAME: string = `${LAYOUT}/condemned/current.json`;

export function packName(domain: Domain, digest: Digest): string {
  return `${LAYOUT}/${domain}/packs/${digest}`;
}

export function artifactName(domain: Domain, contentHash: Digest): string {
  return `${LAYOUT}/${domain}/artifacts/${contentHash}`;
}

export function metadataName(domain: Domain, contentHash: Digest, run: string): string {
  return `${LAYOUT}/${domain}/metadata/${contentHash}/${run}.json`;
}

export interface ContentName {
  readonly domain: Domain;
  readonly kind: "packs" | "artifacts";
  /** SHA-256 of the object's bytes. */
  readonly digest: Digest;
}

/** What the name of a pack or an artifact says; undefined for all others: only the bytes of these two never change. */
export function parseContentName(name: string): ContentName | undefined {
  const [layout, domain, kind, digest = "", ...rest] = name.split("/");
  const isContent =
    layout === LAYOUT &&
    (domain === "trusted" || domain === "pr") &&
    (kind === "packs" || kind === "artifacts") &&
    isDigest(digest) &&
    rest.length === 0;
  return isContent ? { domain, kind, digest } : undefined;
}
