// The stamps that a save leaves: what it listed is what it stored, and what changes later gets a later ctime than anything
// that was listed.

import { lstatSync } from "node:fs";
import { identityOf, makeStamp, type Stamp } from "../lib/stamp.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Digest } from "../model/digest.ts";
import type { Domain } from "../model/ref.ts";
import type { LocalRoot } from "./resolve-roots.ts";

export interface Stamper {
  /** To be told of every path that is listed. */
  see(root: number, walked: WalkedEntry): void;
  /** Of roots that are folders. */
  stamps(domain: Domain, contentHash: Digest): Stamp[];
}

export function createStamper(roots: readonly LocalRoot[]): Stamper {
  const seen = roots.map(() => ({ beforeMs: 0, folders: [] as WalkedEntry[] }));
  return {
    see(root, walked) {
      const of = seen[root]!;
      of.beforeMs = Math.max(of.beforeMs, walked.ctimeMs);
      if (walked.kind === "directory") of.folders.push(walked);
    },
    stamps: (domain, contentHash) =>
      roots.flatMap(({ absolute: folder, anchor, path }, i) => {
        const { beforeMs, folders } = seen[i]!;
        const own = lstatSync(folder, { bigint: true, throwIfNoEntry: false });
        if (!own || folders.length === 0) return [];
        const identity = identityOf(own);
        const root = { anchor, path };
        return [makeStamp({ folder, identity, domain, contentHash, root, beforeMs }, folders)];
      }),
  };
}
