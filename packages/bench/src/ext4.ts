// A fresh ext4 file system in a sparse file, mounted through a loop device. Needs root.

import { open, rm } from "node:fs/promises";
import type { Room } from "./disk-kind.ts";
import { execute } from "./execute.ts";

export interface Mount {
  unmount(): Promise<void>;
}

/** Blocks and inodes that nobody uses cost nothing in a sparse file; a full file system would cost the run. */
const SPARE_SHARE = 1.3;
const SPARE_BYTES = 256e6;
const SPARE_FILES = 20_000;
const MIB = 1 << 20;

/** Makes `image` and mounts it on `folder`. @throws when a tool of it fails. */
export async function mountExt4(
  folder: string,
  image: string,
  { bytes, files }: Room,
  signal: AbortSignal,
): Promise<Mount> {
  const file = await open(image, "wx");
  await file.truncate(Math.ceil((bytes * SPARE_SHARE + SPARE_BYTES) / MIB) * MIB);
  await file.close();
  const inodes = String(Math.ceil(files * SPARE_SHARE) + SPARE_FILES);
  // All inode tables are written now: the kernel would else do so in the background, beside the runs.
  const lazy = "lazy_itable_init=0,lazy_journal_init=0";
  await execute(["mkfs.ext4", "-q", "-F", "-m", "0", "-N", inodes, "-E", lazy, image], { signal });
  await execute(["mount", "-o", "loop,noatime", image, folder], { signal });
  return {
    async unmount() {
      // Also after an abort. What was not written yet need not be: it is gone a moment later.
      const always = new AbortController().signal;
      await execute(["umount", folder], { signal: always });
      await rm(image);
    },
  };
}
