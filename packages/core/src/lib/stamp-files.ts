// Where stamps are kept: in the job's temporary folder for its later steps, and in a folder of the machine for later jobs,
// a file for each root. Nothing here ever fails: without a stamp, what is there is read.

import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeHandover } from "./handover.ts";
import { sha256 } from "./sha256.ts";
import { identityOf, isStamp, isStampOf, newestStamp, type RootIdentity, type Stamp } from "./stamp.ts";

/**
 * The stamp of a root, while it is still the same folder: the newest of this job, else the one that the machine keeps.
 * @param keptIn where stamps of earlier jobs are.
 */
export function findStamp(
  ofJob: readonly Stamp[],
  keptIn: string | undefined,
  folder: string,
): Stamp | undefined {
  const stats = lstatSync(folder, { bigint: true, throwIfNoEntry: false });
  if (!stats) return undefined;
  const identity = identityOf(stats);
  return (
    newestStamp(ofJob, folder, identity) ??
    (keptIn === undefined ? undefined : readStamp(keptIn, folder, identity))
  );
}

/** The stamp that the machine keeps of a root, while it is still the same folder. */
export function readStamp(keptIn: string, folder: string, identity: RootIdentity): Stamp | undefined {
  try {
    const stamp = parseStamp(readFileSync(fileOf(keptIn, folder), "utf8"));
    return stamp && isStampOf(stamp, folder, identity) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

function writeStamp(keptIn: string, stamp: Stamp): void {
  const temporary = join(keptIn, `.${randomBytes(8).toString("hex")}`);
  try {
    mkdirSync(keptIn, { recursive: true });
    writeFileSync(temporary, JSON.stringify(stamp), { flag: "wx", mode: 0o600 });
    renameSync(temporary, fileOf(keptIn, stamp.folder));
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** For the later steps of this job and, where they are kept, for later jobs. */
export function leaveStamps(stamps: readonly Stamp[], temp: string, keptIn: string | undefined): void {
  writeHandover(temp, { stamps });
  if (keptIn !== undefined) for (const stamp of stamps) writeStamp(keptIn, stamp);
}

function fileOf(keptIn: string, folder: string): string {
  return join(keptIn, `${sha256(Buffer.from(folder))}.json`);
}

/** @returns undefined for what is no stamp. @throws SyntaxError when it is no JSON. */
function parseStamp(text: string): Stamp | undefined {
  const stamp: unknown = JSON.parse(text);
  return isStamp(stamp) ? stamp : undefined;
}
