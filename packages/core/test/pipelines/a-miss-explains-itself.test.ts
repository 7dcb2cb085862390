// Why a restore missed, from the front door, on every kind of store and index that people run: the same key on another
// branch, under other paths, invalidated, or nowhere.

import { describe, expect, test } from "@jest/globals";
import { PLACES } from "../support/backends.ts";
import { accessOf, createJob, MAIN, PULL } from "../support/job.ts";
import { file, makeTree } from "../support/tree.ts";

const TOPIC = { ...MAIN, ref: "refs/heads/topic" };

describe.each(Object.entries(PLACES))("on %s", (_, open) => {
  test("it says what was searched and what came closest", async () => {
    const place = await open();
    const job = createJob();
    makeTree(job.folders.workspace, { "tree/a": file("a"), "other/a": file("a") });
    const save = (key: string, given = {}) =>
      place.withCache((cache) => cache.save(job.saveRequest({ key, ...given })));
    await save("on-topic", { access: accessOf(TOPIC) });
    await save("other-paths", { paths: ["other"] });
    await save("gone");
    await place.withMaintenance((maintenance) =>
      maintenance.invalidate({ repository: MAIN.repository, key: "gone" }, { dryRun: false }),
    );
    await save("of-a-pull-request", { access: accessOf(PULL, "pr", [PULL, MAIN]) });

    const why = async (key: string): Promise<readonly string[]> => {
      const restored = await place.withCache((cache) =>
        cache.restore(createJob().restoreRequest({ key, restoreKeys: [`${key}-`] })),
      );
      if (restored.status !== "miss") throw new Error(restored.status);
      return restored.explanation;
    };
    expect(await why("on-topic")).toEqual([
      'searched refs/heads/main of octo/app for keys that are or start with "on-topic", "on-topic-"',
      `"on-topic" of refs/heads/topic exists, but this job can't read that scope`,
    ]);
    expect((await why("other-paths"))[1]).toBe(
      '"other-paths" of refs/heads/main exists, but was saved for other paths or another platform',
    );
    expect((await why("gone"))[1]).toMatch(/^"gone" of refs\/heads\/main was invalidated at 20/);
    expect((await why("of-a-pull-request"))[1]).toContain('"of-a-pull-request" of refs/pull/7/merge exists');
    expect((await why("nowhere"))[1]).toBe(
      'no other branch and no other paths hold the key "nowhere" either',
    );
  });
});
