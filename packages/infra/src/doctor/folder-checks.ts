// Examines a store or an index on a disk of this machine: written, read and removed; room; and whether the disk is one
// that SQLite can be trusted with.

import { randomBytes, randomUUID } from "node:crypto";
import { open, readFile, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Examination } from "./examination.ts";
import { type Finding, ok, problem, unknown, warning } from "./finding.ts";

const PROBE_BYTES = 32 * 1024 * 1024;
const SMALL_BYTES = 1024 ** 3;
/** statfs(2): file systems whose locks do not hold between machines. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x517b, "SMB"],
]);

export async function examineFolder(folder: string, { mayWrite, signal }: Examination): Promise<Finding[]> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error || "code" in found) {
    const { code } = found as NodeJS.ErrnoException;
    return [
      code === "ENOENT"
        ? warning(
            "folder",
            `${folder} does not exist yet`,
            "the first save makes it; cairn setup --apply does, too",
          )
        : problem(
            "folder",
            `${folder} can't be looked at (${code})`,
            "check who owns it and its parent folders",
          ),
    ];
  }
  if (!found.isDirectory())
    return [problem("folder", `${folder} is not a folder`, "name a folder in the store")];
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const room = `${(free / 1e9).toFixed(1)} GB are free`;
  return [
    ok("folder", `${folder} exists`),
    free < SMALL_BYTES ? warning("room", room, "free some, or keep the store elsewhere") : ok("room", room),
    ...(mayWrite
      ? await examineDisk(folder, signal)
      : [unknown("writing", "not tried: the mode allows no save")]),
  ];
}

async function examineDisk(folder: string, signal: AbortSignal | undefined): Promise<Finding[]> {
  // Names that start with a dot are never objects.
  const file = join(folder, `.doctor-${randomUUID()}`);
  const bytes = randomBytes(PROBE_BYTES);
  try {
    const begun = performance.now();
    const handle = await open(file, "wx");
    try {
      await handle.writeFile(bytes, { signal });
      await handle.sync();
    } finally {
      await handle.close();
    }
    const writtenMs = performance.now() - begun;
    const read = await readFile(file, { signal });
    if (!read.equals(bytes)) return [problem("writing", "the disk gives back other bytes", "replace it")];
    return [ok("writing", `${(PROBE_BYTES / 1e3 / writtenMs).toFixed(0)} MB/s, through to the disk`)];
  } catch (error) {
    signal?.throwIfAborted();
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return [
      problem("writing", `${folder} can't be written (${code})`, "check who owns it, its mode and its room"),
    ];
  } finally {
    await rm(file, { force: true });
  }
}

export async function examineSqlite(file: string): Promise<Finding[]> {
  const check = "disk of the index";
  try {
    const { type } = await statfs(await nearestFolder(dirname(file)));
    const network = NETWORK_FILE_SYSTEMS.get(type);
    return [
      network === undefined
        ? ok(check, "a disk of this machine")
        : problem(
            check,
            `${file} is on ${network}, where several machines can destroy the database`,
            "use --index bucket (CAIRN_INDEX=bucket), which keeps names as files",
          ),
    ];
  } catch (error) {
    return [unknown(check, `can't be looked at (${(error as NodeJS.ErrnoException).code})`)];
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  return exists || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
