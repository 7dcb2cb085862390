// What the cache steps of one job know of outages, in small files in the job's temporary folder, one for each server. So
// that a store that is away costs the job its wait once, not once a step. Never fails a step: what can't be read or
// written is merely waited for again.

import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface OutageRecord {
  /** Whether this server was given up by an earlier step. */
  readonly isAway: boolean;
  /** What the job has waited in vain so far, for this server or any other. */
  readonly waitedMs: number;
}

export interface OutageFile {
  read(): OutageRecord;
  /** The server was given up after waiting so long. */
  add(waitedMs: number): void;
  /** It answers again. */
  clear(): void;
}

interface Outage {
  readonly waitedMs: number;
  readonly atMs: number;
}

const PREFIX = "outage-";
/** A job that lasts for hours asks anew. */
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/** @param server what tells it from others; a digest of it names the file. */
export function openOutageFile(folder: string, server: string, nowMs: () => number = Date.now): OutageFile {
  const name = PREFIX + createHash("sha256").update(server).digest("hex").slice(0, 16);

  function readOutage(file: string): Outage | undefined {
    try {
      const { waitedMs, atMs } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Partial<Outage>;
      if (typeof waitedMs !== "number" || typeof atMs !== "number") return undefined;
      // A clock that was set back must not make it last.
      return Math.abs(nowMs() - atMs) < FORGOTTEN_AFTER_MS ? { waitedMs, atMs } : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    read() {
      let waitedMs = 0;
      for (const file of filesIn(folder)) waitedMs += readOutage(file)?.waitedMs ?? 0;
      return { isAway: readOutage(name) !== undefined, waitedMs };
    },
    add(waitedMs) {
      const outage: Outage = { waitedMs: (readOutage(name)?.waitedMs ?? 0) + waitedMs, atMs: nowMs() };
      try {
        mkdirSync(folder, { recursive: true });
        const unfinished = join(folder, `.${name}-${randomBytes(4).toString("hex")}`);
        writeFileSync(unfinished, JSON.stringify(outage));
        renameSync(unfinished, join(folder, name));
      } catch {
        // A full or read-only folder: the next step waits, too.
      }
    },
    clear() {
      try {
        rmSync(join(folder, name), { force: true });
      } catch {
        // It ends by itself.
      }
    },
  };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}
