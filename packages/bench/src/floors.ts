// Floors: what ordinary programs take for a part of the same work. They tell how much of a tool's time is the disk, the
// codec or the wire. Each is one command that is measured like a tool; what it reads is made once for a case.

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FloorName } from "./cases.ts";
import type { DataSet } from "./data-sets/data-set.ts";
import { execute } from "./execute.ts";
import type { Scratch } from "./scratch.ts";
import type { RunningServer } from "./server.ts";

/** What floors read: a tar file, the same compressed as the tools do it, and that as an object in a bucket. */
export interface FloorMaterial {
  readonly dataSet: DataSet;
  readonly tar: string;
  readonly archive: string;
  readonly bucket: string;
  readonly server: RunningServer;
}

interface FloorDefinition {
  readonly title: string;
  readonly needs: readonly ("tar" | "archive" | "object")[];
  /** @param folder empty; where it may write. */
  readonly command: (material: FloorMaterial, folder: string) => readonly [string, ...string[]];
}

const OBJECT = "archive.tar.zst";

const floors: Readonly<Record<FloorName, FloorDefinition>> = {
  start: {
    title: "start of Node",
    needs: [],
    command: () => [process.execPath, "--eval", ""],
  },
  untar: {
    title: "tar -x, uncompressed",
    needs: ["tar"],
    command: ({ tar }, folder) => ["tar", "-x", "-f", tar, "-C", folder],
  },
  unzstd: {
    title: "zstd -d, to nowhere",
    needs: ["archive"],
    command: ({ archive }) => ["zstd", "-q", "-d", "-f", archive, "-o", "/dev/null"],
  },
  download: {
    title: "download of the archive, to nowhere",
    needs: ["object"],
    command: ({ server, bucket }) => curl(server, "--output", "/dev/null", urlOf(server, bucket, OBJECT)),
  },
  tar: {
    title: "tar -c, uncompressed",
    needs: [],
    command: ({ dataSet }, folder) => tarCommand(dataSet, join(folder, "tree.tar")),
  },
  zstd: {
    title: "zstd -3 on all cores, to nowhere",
    needs: ["tar"],
    command: ({ tar }) => ["zstd", "-q", "-3", "-T0", "-f", tar, "-o", "/dev/null"],
  },
  upload: {
    title: "upload of the archive",
    needs: ["archive"],
    command: ({ server, bucket, archive }, folder) =>
      curl(server, "--upload-file", archive, urlOf(server, bucket, basename(folder))),
  },
};

export const floorOf = (name: FloorName): FloorDefinition => floors[name];

/** Makes what the floors read, and no more. */
export async function makeFloorMaterial(
  names: readonly FloorName[],
  dataSet: DataSet,
  bucket: string,
  { scratch, server, signal }: { scratch: Scratch; server: RunningServer; signal: AbortSignal },
): Promise<FloorMaterial> {
  const needs = new Set<string>(names.flatMap((name) => floorOf(name).needs));
  const folder = await scratch.makeFolder("floors");
  const tar = join(folder, "tree.tar");
  const archive = join(folder, OBJECT);
  const material = { dataSet, tar, archive, bucket, server };
  if (needs.size > 0) await execute(tarCommand(dataSet, tar), { signal });
  if (needs.has("archive") || needs.has("object")) {
    await execute(["zstd", "-q", "-3", "-T0", tar, "-o", archive], { signal });
    if (!needs.has("tar")) await scratch.release(tar);
  }
  if (needs.has("object")) {
    await execute(curl(server, "--upload-file", archive, urlOf(server, bucket, OBJECT)), { signal });
    if (!needs.has("archive")) await scratch.release(archive);
  }
  return material;
}

/** Looks that the command did its work, and gives back what it took. @throws when it didn't. */
export async function finishFloor(
  name: FloorName,
  { dataSet, server, bucket }: FloorMaterial,
  folder: string,
  scratch: Scratch,
): Promise<void> {
  if (name === "untar") await stat(join(folder, dataSet.path));
  if (name !== "upload") return;
  const object = join(server.data, bucket, basename(folder));
  await stat(object);
  await scratch.release(object);
}

function tarCommand({ folder, path }: DataSet, file: string): readonly [string, ...string[]] {
  return ["tar", "-c", "-f", file, "-C", folder, path];
}

function curl(server: RunningServer, ...args: string[]): readonly [string, ...string[]] {
  const { region, accessKeyId, secretAccessKey } = server;
  return [
    "curl",
    ...["--silent", "--show-error", "--fail", "--user", `${accessKeyId}:${secretAccessKey}`],
    ...["--aws-sigv4", `aws:amz:${region}:s3`, "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"],
    ...args,
  ];
}

function urlOf(server: RunningServer, bucket: string, name: string): string {
  return `${server.url}/${bucket}/${name}`;
}
