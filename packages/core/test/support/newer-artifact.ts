// An artifact of a format that is not known yet, whole by its digest: what a newer Cairn may leave in a store.

import { sha256 } from "../../src/lib/sha256.ts";
import { encodeArtifact } from "../../src/model/artifact-codec.ts";
import type { Digest } from "../../src/model/digest.ts";
import { artifactName } from "../../src/model/names.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";

const VERSION = 9;
const VERSION_OFFSET = 8;

export async function putNewerArtifact(store: ObjectStore): Promise<Digest> {
  const header = { entryCount: 0, treeBytes: 0, roots: [], packs: [], inlineBytes: 0, segments: [] };
  const bytes = encodeArtifact(header, new Uint8Array());
  bytes.writeUInt32LE(VERSION, VERSION_OFFSET);
  const contentHash = sha256(bytes);
  await store.put(artifactName("trusted", contentHash), bytes, contentHash);
  return contentHash;
}
