// The object that a contentHash names. Whoever holds a key or an unsigned index chooses its bytes.

import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  INLINE_PACK,
} from "../../../src/model/artifact-codec.ts";
import { DIGEST } from "../samples.ts";
import { decoded, type FuzzTarget, holds } from "../target.ts";

const chunk = {
  digest: DIGEST,
  storedDigest: DIGEST,
  codec: "zstd",
  plainLength: 10,
  pack: INLINE_PACK,
  offset: 0,
  storedLength: 4,
} as const;
const header: ArtifactHeader = {
  entryCount: 1,
  treeBytes: 1,
  roots: [{ anchor: "home", path: "x" }],
  packs: [{ digest: DIGEST, domain: "pr", sizeBytes: 9, bornDay: 20_000, usedBytes: 3 }],
  inlineBytes: 4,
  segments: [{ entryCount: 1, chunk }],
};

export const target: FuzzTarget = {
  seeds: () => [
    encodeArtifact(header, Buffer.from("abcd")),
    encodeArtifact({ ...header, packs: [], segments: [], inlineBytes: 0, salt: "5" }, Buffer.alloc(0)),
  ],
  dictionary: [
    ...["entries", "bytes", "roots", "packs", "inline", "segments", "salt", "workspace", "home", "absolute"],
    ...["trusted", "pr", "zstd", "gzip", "none", "1e9", "-1", "null", "[]", "{}", DIGEST, "__proto__"],
  ],
  run(input) {
    const artifact = decoded(() => decodeArtifact(input, "x"));
    if (!artifact) return;
    const again = decodeArtifact(encodeArtifact(artifact.header, artifact.inlinePack), "x");
    holds(JSON.stringify(again) === JSON.stringify(artifact), "what was read is written and read the same");
  },
};
