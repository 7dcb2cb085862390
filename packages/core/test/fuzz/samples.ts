// Whole values that the targets' seeds are made of.

import { parseDigest } from "../../src/model/digest.ts";
import { encodeEntries, encodeSegment } from "../../src/model/encode-segment.ts";
import type { StoredChunk } from "../../src/model/entry.ts";
import type { Ref } from "../../src/model/ref.ts";

export const DIGEST = parseDigest("ab".repeat(32));

export const REF: Ref = {
  scope: { repository: "acme/api", ref: "refs/heads/main" },
  version: "cd".repeat(32),
  key: "npm-linux-1",
  domain: "trusted",
  contentHash: DIGEST,
  createdAtMs: 1_700_000_000_000,
  lastAccessedAtMs: 1_700_000_000_001,
  accessCount: 3,
  expiresAtMs: 1_800_000_000_000,
  notAfterMs: 1_800_000_000_000,
  treeBytes: 100,
  storedBytes: 50,
  entryCount: 3,
};

export const REF_WORDS: readonly string[] = [
  ...["scope", "repository", "ref", "version", "key", "domain", "contentHash", "createdAtMs", "notAfterMs"],
  ...["signature", "invalidatedAtMs", "trusted", "pr", "sha256:", "null", "1e308", "-1", "8640000000000001"],
  ...["\\ud800", "__proto__", "../", "\\u0000", "{}", "[]", '""', DIGEST],
];

const chunk: StoredChunk = {
  digest: DIGEST,
  storedDigest: DIGEST,
  plainLength: 1000,
  storedLength: 900,
  codec: "zstd",
  pack: DIGEST,
  offset: 0,
};
const times = { mode: 0o755, mtimeSeconds: 1_600_000_000, mtimeNanos: 5 };
const at = { root: 0, ...times };

/** The plain bytes of a segment with each kind of entry. */
export function segmentBytes(): Uint8Array {
  const extents = [{ chunk: DIGEST, offset: 0, length: 10 }];
  return encodeSegment(
    encodeEntries([
      { kind: "directory", path: "", ...at },
      { kind: "file", path: "a", size: 10, extents, ...at },
      { kind: "file", path: "b", size: 0, extents: [], ...at },
      { kind: "directory", path: "d", ...at },
      { kind: "hardlink", root: 0, path: "d/h", targetRoot: 0, target: "a" },
      { kind: "symlink", path: "d/l", target: "../a", root: 0, mtimeSeconds: 1, mtimeNanos: 0 },
      { kind: "directory", path: "", ...at, root: 1 },
      { kind: "file", path: "ümlaut", size: 20, extents: [...extents, ...extents], ...at, root: 1 },
    ]),
    () => chunk,
  );
}
