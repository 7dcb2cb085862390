// An artifact as a tar stream (pax), in the order of its entries, every chunk verified as a restore does. Paths are the
// root's path and the path below it; what is anchored absolutely loses its leading slash.

import { Readable } from "node:stream";
import { pack as createTar } from "tar-stream";
import { type ArtifactPlace, readArtifact, readSegments } from "../lib/read-artifact.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import type { StoredChunk } from "../model/entry.ts";
import { createPathCheck } from "../model/safe-path.ts";
import { entriesOf, type Segment } from "../model/segment.ts";
import type { CallOptions } from "../ports/object-store.ts";
import { createChunkReader } from "./read-chunks.ts";

/** The stream fails with CorruptError or ObjectMissingError where a chunk does. */
export async function exportTar(place: ArtifactPlace, options?: CallOptions): Promise<Readable> {
  const artifact = await readArtifact(place, options);
  const tar = createTar();
  // tar-stream is a streamx stream, which pipes like Node's but is no instance of its classes.
  const output = new Readable({ read: () => void tar.resume() });
  tar.on("data", (bytes: unknown) => {
    if (!output.push(bytes)) tar.pause();
  });
  tar.on("end", () => output.push(null));
  tar.on("error", (error: Error) => output.destroy(error));
  output.once("close", () => tar.destroy());
  fillTar(tar, place, artifact, options).then(
    () => tar.finalize(),
    (error: Error) => output.destroy(error),
  );
  return output;
}

async function fillTar(
  tar: ReturnType<typeof createTar>,
  place: ArtifactPlace,
  artifact: Artifact,
  options?: CallOptions,
): Promise<void> {
  const { roots } = artifact.header;
  const check = createPathCheck({ rootCount: roots.length, windows: false, foldsCase: false });
  const nameOf = (root: number, path: string): string => tarName(roots[root]!.path, path);
  for await (const segment of readSegments(place, artifact, options)) {
    const chunks = createChunkReader(place, artifact, chunksInOrder(segment), options);
    check(segment);
    for (const entry of entriesOf(segment)) {
      options?.signal?.throwIfAborted();
      const name = nameOf(entry.root, entry.path);
      if (entry.kind === "hardlink")
        await add(tar, { name, type: "link", linkname: nameOf(entry.targetRoot, entry.target) });
      else {
        const mtime = new Date(entry.mtimeSeconds * 1000 + entry.mtimeNanos / 1e6);
        if (entry.kind === "symlink") {
          await add(tar, { name, type: "symlink", linkname: entry.target, mtime });
          continue;
        }
        const times = { mode: entry.mode & 0o777, mtime };
        if (entry.kind === "directory") await add(tar, { name: `${name}/`, type: "directory", ...times });
        else {
          const parts = entry.extents.map(
            ({ chunk, offset, length }) =>
              async () =>
                (await chunks.read(chunk)).subarray(offset, offset + length),
          );
          await add(tar, { name, type: "file", size: entry.size, ...times }, parts);
        }
      }
    }
  }
}

function chunksInOrder({ chunks, extents }: Segment): StoredChunk[] {
  return [...new Set(extents.chunks)].map((index) => chunks[index]!);
}

function tarName(root: string, path: string): string {
  const base = root === "." ? "" : root.replace(/^\/+/, "");
  return [base, path].filter((part) => part !== "").join("/") || ".";
}

type Header = Parameters<ReturnType<typeof createTar>["entry"]>[0];

/** One entry, waiting whenever the stream is full: memory stays bounded. */
async function add(
  tar: ReturnType<typeof createTar>,
  header: Header,
  parts: readonly (() => Promise<Uint8Array>)[] = [],
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const entry = tar.entry(header, (error) => (error ? reject(error) : resolve()));
  // A failed chunk ends the whole stream, and with it this entry: whoever reads the stream is told.
  entry.on("error", reject);
  promise.catch(() => {});
  for (const part of parts) {
    if (!entry.write(Buffer.from(await part())))
      await new Promise<void>((drained) => entry.once("drain", () => drained()));
  }
  entry.end(Buffer.alloc(0));
  await promise;
}
