// Where things are in the store. The only place that spells an object's name.

import type { Digest } from "./digest.ts";
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
