// Scratch: the folder in which one case is measured, and the places in it that single runs write to. On a tmpfs what a
// run wrote is given back at once: it costs nothing and memory is short. On ext4 each place is a file system made for
// it and removed after it. In a folder of a disk nothing is deleted before the end, since file systems are slow for
// everyone just after many deletions.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DiskKind, Room } from "./disk-kind.ts";
import { execute } from "./execute.ts";
import { mountExt4 } from "./ext4.ts";

export interface Place {
  readonly folder: string;
  /** Gives back what it took, where that is possible without a cost to the next run. */
  close(): Promise<void>;
}

export interface Scratch {
  readonly disk: DiskKind;
  /** A new empty folder beside the places, for buckets and archives. */
  makeFolder(name: string): Promise<string>;
  /** Says that these, made by makeFolder or in one of them, are not needed any more. */
  release(...folders: readonly string[]): Promise<void>;
  /** A new empty place for one run, or for a tree. */
  openPlace(name: string, room: Room): Promise<Place>;
  /** Lets the disk finish what was written until now, so that it isn't charged to the next run. */
  settle(): Promise<void>;
  /** Closes all places and removes everything. */
  dispose(): Promise<void>;
}

/** @param parent see {@link chooseDisk}. */
export async function openScratch(
  { disk, parent }: { readonly disk: DiskKind; readonly parent: string },
  signal: AbortSignal,
): Promise<Scratch> {
  const root = await mkdtemp(join(parent, "cairn-bench-"));
  const open = new Set<Place>();
  let count = 0;
  const makeFolder = async (name: string): Promise<string> => {
    const made = join(root, `${String(++count).padStart(3, "0")}-${name}`);
    await mkdir(made);
    return made;
  };
  const release = async (...folders: readonly string[]): Promise<void> => {
    if (disk === "folder") return;
    for (const each of folders) await removeTree(each);
  };
  return {
    disk,
    makeFolder,
    release,
    async openPlace(name, room) {
      const folder = await makeFolder(name);
      const mount = disk === "ext4" ? await mountExt4(folder, `${folder}.img`, room, signal) : undefined;
      const place: Place = {
        folder,
        async close() {
          if (!open.delete(place)) return;
          await mount?.unmount();
          await release(folder);
        },
      };
      open.add(place);
      return place;
    },
    async settle() {
      if (disk === "tmpfs") return;
      const mounts = disk === "ext4" ? [...open].map(({ folder }) => folder) : [];
      for (const each of [...mounts, root]) await execute(["sync", "--file-system", each], { signal });
    },
    async dispose() {
      for (const place of open) await place.close();
      await removeTree(root);
    },
  };
}

/** Also what is read-only, as Go's modules are. */
async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EACCES") throw error;
    const { signal } = new AbortController();
    await execute(["chmod", "-R", "u+w", folder], { signal });
    await rm(folder, { recursive: true, force: true });
  });
}
