// Digest: the SHA-256 of some bytes, as 64 lower-case hex digits. Every name in the store is one.
// The brand keeps an unchecked string from being used as a name.

/** SHA-256 in lower-case hex, 64 characters. */
export type Digest = string & { readonly __digest: unique symbol };

export const DIGEST_BYTES = 32;

const PATTERN = /^[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** @throws TypeError when `text` is not 64 lower-case hex digits. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text))
    throw new TypeError(`not a SHA-256 in lower-case hex: ${JSON.stringify(text.slice(0, 80))}`);
  return text;
}
