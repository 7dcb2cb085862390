// What an artifact is made of, without its content.

import { type ArtifactPlace, readArtifact, readSegments, storedBytesOf } from "../lib/read-artifact.ts";
import type { ArtifactSummary, EntrySummary } from "../maintenance.ts";
import { FORMAT_VERSION } from "../model/artifact-codec.ts";
import { artifactName } from "../model/names.ts";
import type { Root } from "../model/root.ts";
import { entriesOf } from "../model/segment.ts";
import type { CallOptions } from "../ports/object-store.ts";

const DAY_MS = 86_400_000;

export async function inspect(place: ArtifactPlace, options?: CallOptions): Promise<ArtifactSummary> {
  const [{ header }, info] = await Promise.all([
    readArtifact(place, options),
    place.store.head(artifactName(place.domain, place.contentHash), options),
  ]);
  return {
    contentHash: place.contentHash,
    formatVersion: FORMAT_VERSION,
    entryCount: header.entryCount,
    treeBytes: header.treeBytes,
    storedBytes: storedBytesOf(header, info?.sizeBytes ?? header.inlineBytes),
    packs: header.packs.map((pack) => ({
      name: pack.digest,
      sizeBytes: pack.sizeBytes,
      bornAtMs: pack.bornDay * DAY_MS,
    })),
    roots: header.roots,
    segments: header.segments.length,
  };
}

export async function* listEntries(
  place: ArtifactPlace,
  options?: CallOptions,
): AsyncGenerator<EntrySummary> {
  const artifact = await readArtifact(place, options);
  const { roots } = artifact.header;
  for await (const segment of readSegments(place, artifact, options)) {
    for (const entry of entriesOf(segment)) {
      const path = spell(roots[entry.root]!, entry.path);
      if (entry.kind === "hardlink") {
        yield {
          path,
          kind: entry.kind,
          mode: 0,
          mtimeMs: 0,
          sizeBytes: 0,
          target: spell(roots[entry.targetRoot]!, entry.target),
        };
        continue;
      }
      const mtimeMs = entry.mtimeSeconds * 1000 + entry.mtimeNanos / 1e6;
      if (entry.kind === "symlink") {
        yield { path, kind: entry.kind, mode: 0o777, mtimeMs, sizeBytes: 0, target: entry.target };
      } else {
        yield {
          path,
          kind: entry.kind,
          mode: entry.mode,
          mtimeMs,
          sizeBytes: entry.kind === "file" ? entry.size : 0,
        };
      }
    }
  }
}

function spell(root: Root, path: string): string {
  const base = root.anchor === "home" ? (root.path === "." ? "~" : `~/${root.path}`) : root.path;
  return path === "" ? base : base === "." ? path : `${base}/${path}`;
}
