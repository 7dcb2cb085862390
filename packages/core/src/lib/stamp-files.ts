// Where stamps are kept: in the job's temporary folder for its later steps, and in a folder of the machine for later jobs,
// a file for each root. Nothing here ever fails: without a stamp, what is there is read.

import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDigest } from "../model/digest.ts";
import { writeHandover } from "./handover.ts";
import { sha256 } from "./sha256.ts";
import { isStampOf, type RootIdentity, type Seal, type Stamp } from "./stamp.ts";

/** The stamp of a root, where one was kept and the root is still the same folder. */
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

function parseStamp(text: string): Stamp | undefined {
  const stamp = JSON.parse(text) as Partial<Stamp> | null;
  const isWhole =
    typeof stamp?.folder === "string" &&
    typeof stamp.identity?.device === "number" &&
    (stamp.domain === "trusted" || stamp.domain === "pr") &&
    typeof stamp.contentHash === "string" &&
    isDigest(stamp.contentHash) &&
    typeof stamp.root?.path === "string" &&
    typeof stamp.beforeMs === "number" &&
    typeof stamp.folders === "string" &&
    Array.isArray(stamp.inodes) &&
    (stamp.seal === undefined || isSeal(stamp.seal));
  return isWhole ? (stamp as Stamp) : undefined;
}

function isSeal(seal: Partial<Seal> | null): boolean {
  return (
    typeof seal?.rootCtimeNs === "string" &&
    /^\d{1,20}$/.test(seal.rootCtimeNs) &&
    Number.isFinite(seal.sinceMs) &&
    Number.isInteger(seal.roots)
  );
}
