// Where things are in the store. The only place that spells an object's name.

import { type Digest, isDigest } from "./digest.ts";
import type { Domain } from "./ref.ts";

const LAYOUT = "v1";

export const STORE_IDENTITY_NAME: string = `${LAYOUT}/store.json`;
/** Refs, only where the bucket itself is the index. */
export const REFS_PREFIX: string = `${LAYOUT}/refs/`;
/** What the last prune is going to delete. */
export const CONDEMNED_NAME: string = `${LAYOUT}/condemned/current.json`;
/** Which index prunes go by, where it is not the one that the store was first used with. */
export const PRUNING_INDEX_NAME: string = `${LAYOUT}/condemned/index.json`;
/** Written by a prune to learn the store's own time. */
export const STORE_CLOCK_NAME: string = `${LAYOUT}/condemned/clock.json`;

export function packName(domain: Domain, digest: Digest): string {
  return `${LAYOUT}/${domain}/packs/${digest}`;
}

export function artifactName(domain: Domain, contentHash: Digest): string {
  return `${LAYOUT}/${domain}/artifacts/${contentHash}`;
}

export function metadataName(domain: Domain, contentHash: Digest, run: string): string {
  return `${metadataPrefix(domain, contentHash)}${run}.json`;
}

export function metadataPrefix(domain: Domain, contentHash: Digest): string {
  return `${LAYOUT}/${domain}/metadata/${contentHash}/`;
}

/** All that content of one kind is named by. */
export function contentPrefix(domain: Domain, kind: "packs" | "artifacts" | "metadata"): string {
  return `${LAYOUT}/${domain}/${kind}/`;
}

/** The artifact that a name of metadata belongs to; undefined for all other names. */
export function artifactOfMetadata(name: string): string | undefined {
  const [layout, domain, kind, digest = "", file, ...rest] = name.split("/");
  const isMetadata =
    layout === LAYOUT &&
    (domain === "trusted" || domain === "pr") &&
    kind === "metadata" &&
    isDigest(digest) &&
    file !== undefined &&
    rest.length === 0;
  return isMetadata ? artifactName(domain, digest) : undefined;
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
