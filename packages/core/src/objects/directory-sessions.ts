// Sessions of a directory store that one machine uses: a file each in `.sessions/`. One whose process died is found out
// by its process id, one in another container by its file, which a running session touches now and then.

import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isDead, type ProcessId, thisProcess } from "../lib/process-id.ts";
import type { Session, StoreSessions } from "../ports/store-sessions.ts";
import { throwFileError } from "./directory-errors.ts";
import { noneIfMissing, removeFile } from "./directory-files.ts";

const TOUCH_EVERY_MS = 30_000;
/** Far beyond what the busiest machine keeps a process from touching its file. */
const STALE_MS = 10 * 60_000;

/** @param options.root of the directory store. */
export function createDirectorySessions(options: { readonly root: string }): StoreSessions {
  const root = resolve(options.root);
  const folder = join(root, ".sessions");

  async function sweptIfDead(name: string): Promise<boolean> {
    const path = join(folder, name);
    const found = await stat(path).catch(noneIfMissing);
    if (!found) return true;
    const owner = await ownerOf(path);
    const isOver = Date.now() - found.mtimeMs > STALE_MS || (owner !== undefined && isDead(owner));
    if (isOver) await removeFile(path);
    return isOver;
  }

  return {
    async begin(): Promise<Session> {
      const name = randomUUID();
      const path = join(folder, name);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(path, JSON.stringify(thisProcess()), { flag: "wx" });
      } catch (error) {
        throwFileError(error, root);
      }
      const touching = setInterval(() => {
        const now = new Date();
        // Where it is gone, others took it for dead: isCurrent() tells.
        utimes(path, now, now).catch(() => undefined);
      }, TOUCH_EVERY_MS);
      touching.unref();
      return {
        name,
        isCurrent: async () => (await stat(path).catch(() => undefined)) !== undefined,
        async end() {
          clearInterval(touching);
          await removeFile(path).catch(() => undefined);
        },
      };
    },

    async list(): Promise<string[]> {
      try {
        const names = (await readdir(folder).catch(noneIfMissing)) ?? [];
        const swept = await Promise.all(names.map(sweptIfDead));
        return names.filter((_, n) => !swept[n]);
      } catch (error) {
        return throwFileError(error, root);
      }
    },
  };
}

/** Undefined: it is being written, or is none of ours. */
async function ownerOf(path: string): Promise<ProcessId | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProcessId;
  } catch {
    return undefined;
  }
}
