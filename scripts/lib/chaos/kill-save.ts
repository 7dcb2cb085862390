// A save that is killed. Afterwards the next save of its key succeeds, also past the dead process's lease; or its Ref is
// there, and then it is whole. A commit that was on its way when the process died may still arrive: what was a miss a
// moment ago can exist by now, and is judged by its content.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { type CommandOptions, cairn } from "./commands.ts";
import { killCommand } from "./kill-command.ts";
import type { KillParts, KillPlace } from "./kills.ts";
import { contentOf, differences, file, makeTree, noise, SAVED, snapshot } from "./trees.ts";
import { requestIn } from "./world.ts";

export function savePlace({ world, cache, env }: KillParts): KillPlace {
  const base = join(world.folder, "job");
  const options: CommandOptions = { base, env: { ...env, GITHUB_WORKSPACE: join(base, "workspace") } };
  const change = (at: number): void =>
    // So that each save has something to send, and each key has content of its own.
    makeTree(join(base, "workspace"), { "tree/new": file(noise(at & 0xff, 1_500_000 + at)) });
  return {
    async measure() {
      makeTree(join(base, "workspace"), SAVED);
      await cairn(["save", "--key", "first", "tree"], options);
      change(0);
      return (await cairn(["save", "--key", "measured", "tree"], options)).workMs;
    },
    async kill(kill) {
      const { at, tally, say } = kill;
      change(at + 1);
      const key = `key-${at}`;
      const wasKilled = await killCommand(["save", "--key", key, "tree"], options, kill);
      const before = await cache.lookup({ ...requestIn(base, key), restoreKeys: [] });
      const { status } = await cache.save(requestIn(base, key));
      if (status === "saved" && before.status === "miss") return;
      if (status !== "exists") return say(`the next save is ${status}, and the key was a ${before.status}`);
      if (wasKilled) tally.committed++;
      for (const wrong of await wrongIn({ world, cache }, base, key)) say(wrong);
    },
  };
}

/** What a key whose save was killed holds, compared with the tree that was saved. */
export async function wrongIn(
  { world, cache }: Pick<KillParts, "world" | "cache">,
  base: string,
  key: string,
): Promise<string[]> {
  const to = join(world.folder, "to");
  try {
    const { status } = await cache.restore({ ...requestIn(to, key), restoreKeys: [] });
    if (status !== "hit") return [`${key} exists, and its restore is a ${status}`];
    const [found, wanted] = [to, base].map((each) => contentOf(snapshot(join(each, "workspace"))));
    return differences(found!, wanted!)
      .slice(0, 3)
      .map((each) => `${key} exists, and is not what was saved: ${each}`);
  } catch (error) {
    return [`${key} exists, and can't be restored: ${String(error)}`];
  } finally {
    rmSync(to, { recursive: true, force: true });
  }
}
