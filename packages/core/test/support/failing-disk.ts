// For scripts outside jest: counts what changes the disk, and makes the change of a given number fail. Whatever imports
// node:fs by name in this thread goes through it.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const CHANGES = [
  "chmodSync",
  "copyFileSync",
  "fchmodSync",
  "futimesSync",
  "linkSync",
  "mkdirSync",
  "openSync",
  "renameSync",
  "rmSync",
  "rmdirSync",
  "symlinkSync",
  "unlinkSync",
  "utimesSync",
  "writeFileSync",
  "writeSync",
] as const;

export interface FailingDisk {
  /** How many changes were asked for. */
  readonly changes: number;
  /** The last change that failed: `renameSync /path`. */
  readonly failed: string | undefined;
  /** @param mode `once`: this change fails. `dead`: it and all that follow, as after a crash. */
  arm(at: number, mode: "once" | "dead"): void;
  disarm(): void;
}

export function installFailingDisk(): FailingDisk {
  let changes = 0;
  let armed: { at: number; mode: "once" | "dead" } | undefined;
  let failed: string | undefined;
  const patched = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of CHANGES) {
    const original = patched[name]!;
    patched[name] = (...args) => {
      if (armed && !(name === "openSync" && args[1] === "r")) {
        changes++;
        if (armed.mode === "once" ? changes === armed.at : changes >= armed.at) {
          failed ??= `${name} ${String(args[0])}`;
          // A full disk may take the first bytes.
          throw Object.assign(new Error(`EIO: i/o error, ${name}`), {
            code: "EIO",
            errno: -5,
            path: String(args[0]),
          });
        }
      }
      return original(...args);
    };
  }
  syncBuiltinESMExports();
  return {
    get changes() {
      return changes;
    },
    get failed() {
      return failed;
    },
    arm(at, mode) {
      changes = 0;
      failed = undefined;
      armed = { at, mode };
    },
    disarm() {
      armed = undefined;
    },
  };
}
