// A restore that is killed, onto nothing or over another tree. A tree that it left half done is refused by a save, and the
// undo gives the old one back to the last bit; without a marker it is the old tree or the new one; the next restore hits.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UnfinishedRestoreError } from "@cairn/core";
import { markerPlace, readMarker } from "../../../packages/core/src/lib/marker.ts";
import { recover } from "../../../packages/core/src/restore/undo.ts";
import { type CommandOptions, cairn } from "./commands.ts";
import { killCommand } from "./kill-command.ts";
import type { KillParts, KillPlace } from "./kills.ts";
import { contentOf, differences, makeTree, SAVED, snapshot, THERE, type TreeSnapshot } from "./trees.ts";
import { requestIn } from "./world.ts";

export function restorePlace({
  world,
  cache,
  env,
  near,
  isOver,
}: KillParts & { readonly isOver: boolean }): KillPlace {
  const [from, base] = [join(world.folder, "from"), join(world.folder, "job")];
  const workspace = join(base, "workspace");
  const tree = join(workspace, "tree");
  const options: CommandOptions = { base, env: { ...env, GITHUB_WORKSPACE: workspace } };
  const request = requestIn(base, "deps");
  let complete: TreeSnapshot = {};
  const reset = (): void => {
    rmSync(tree, { recursive: true, force: true });
    if (isOver) makeTree(workspace, THERE);
  };
  const restore = () => cache.restore({ ...request, restoreKeys: [] });
  const isLike = (found: TreeSnapshot, wanted: TreeSnapshot): boolean =>
    differences(contentOf(found), contentOf(wanted)).length === 0;
  return {
    async measure() {
      makeTree(join(from, "workspace"), SAVED);
      complete = snapshot(join(from, "workspace"));
      await cache.save(requestIn(from, "deps"));
      reset();
      return (await cairn(["restore", "--key", "deps", "tree"], options)).workMs;
    },
    async kill(kill) {
      const { at, tally, say, random } = kill;
      reset();
      if (random() < 0.5) rmSync(near, { recursive: true, force: true });
      const before = snapshot(workspace);
      await killCommand(["restore", "--key", "deps", "tree"], options, kill);
      const place = markerPlace(tree, false);
      if (existsSync(tree) && readMarker(place) !== undefined) {
        tally.unfinished++;
        const saved: unknown = await cache
          .save(requestIn(base, `half-${at}`))
          .catch((error: unknown) => error);
        if (!(saved instanceof UnfinishedRestoreError))
          say(`a save took the half of a tree: ${JSON.stringify(saved)}`);
        // Every other time the next restore has to do it.
        if (at % 2 === 0) {
          recover(place);
          const wrong = differences(snapshot(workspace), before);
          if (wrong.length > 0)
            say(`the undo does not give the old tree back: ${wrong.slice(0, 3).join("; ")}`);
        }
      } else if (!isLike(snapshot(workspace), before) && !isLike(snapshot(workspace), complete)) {
        say("it is neither the old tree nor the new one, and carries no marker");
      }
      const again = await restore().catch((error: unknown) => error as Error);
      const wrong = differences(contentOf(snapshot(workspace)), contentOf(complete));
      if (!("status" in again) || again.status !== "hit") say(`the next restore fails: ${String(again)}`);
      else if (wrong.length > 0) say(`the next restore: ${wrong.slice(0, 3).join("; ")}`);
    },
  };
}
