// What `cairn stats` asks, from the front door, on every kind of store and index that people run: the counters of steps
// that went on at once, and how much saves take up, which is what a listing of the store adds up to.

import { describe, expect, test } from "@jest/globals";
import { addCounters, type Counters, NO_COUNTERS } from "../../src/model/counters.ts";
import { contentPrefix } from "../../src/model/names.ts";
import { PLACES } from "../support/backends.ts";
import { accessOf, createJob, MAIN, PULL } from "../support/job.ts";
import { file, makeTree } from "../support/tree.ts";

/** Bytes that don't shrink. */
function noise(seed: number, length: number): string {
  let state = seed;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += String.fromCharCode(state >>> 24);
  }
  return text;
}

describe.each(Object.entries(PLACES))("on %s", (_, open) => {
  test("steps that go on at once all count, and storage is what the objects take up, each once", async () => {
    const place = await open();
    const job = createJob();
    // Two saves that share all but one file, and a third of the same tree.
    const common = { "tree/a": file(noise(1, 2_500_000)), "tree/b": file(noise(2, 2_500_000)) };
    makeTree(job.folders.workspace, common);
    await place.withCache((cache) => cache.save(job.saveRequest({ key: "deps-1" })));
    makeTree(job.folders.workspace, { ...common, "tree/c": file(noise(3, 2_100_000)) });
    await place.withCache((cache) => cache.save(job.saveRequest({ key: "deps-2" })));
    await place.withCache((cache) => cache.save(job.saveRequest({ key: "deps-3" })));

    const pull = accessOf(PULL, "pr", [PULL, MAIN]);
    await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        place.withCache((cache) =>
          cache.restore(
            createJob().restoreRequest({
              key: n % 2 === 0 ? "deps-2" : "none",
              ...(n === 5 && { access: pull }),
            }),
          ),
        ),
      ),
    );

    await place.withMaintenance(async (maintenance) => {
      const sums: Record<string, Counters> = {};
      const days = { from: "2020-01-01", to: "2200-01-01" };
      for await (const { domain, counters } of maintenance.counters({ repository: MAIN.repository, ...days }))
        sums[domain] = addCounters(sums[domain] ?? NO_COUNTERS, counters);
      expect(sums["trusted"]).toMatchObject({ saves: 3, hits: 3, misses: 2 });
      expect(sums["pr"]).toMatchObject({ saves: 0, hits: 0, misses: 1 });

      const refs = await Array.fromAsync(maintenance.list({ repository: MAIN.repository }));
      expect(refs).toHaveLength(3);
      const { objects, bytes, broken } = await maintenance.storage(refs);
      const stored = await place.withBackend(async ({ store }) =>
        (
          await Promise.all(
            (["packs", "artifacts"] as const).map((kind) =>
              Array.fromAsync(store.list(contentPrefix("trusted", kind))),
            ),
          )
        ).flat(),
      );
      expect({ objects, bytes, broken }).toEqual({
        objects: stored.length,
        bytes: stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        broken: [],
      });
      expect(bytes).toBeLessThan(refs.reduce((sum, ref) => sum + ref.storedBytes, 0));
    });
  });

  test("a save whose artifact is gone is told, and the others are measured", async () => {
    const place = await open();
    const job = createJob();
    makeTree(job.folders.workspace, { "tree/a": file("a") });
    await place.withCache((cache) => cache.save(job.saveRequest({ key: "kept" })));
    makeTree(job.folders.workspace, { "tree/a": file("b") });
    await place.withCache((cache) => cache.save(job.saveRequest({ key: "lost" })));
    const refs = await place.withMaintenance((maintenance) => Array.fromAsync(maintenance.list({})));
    const lost = refs.find(({ key }) => key === "lost")!;
    await place.withBackend(({ store }) =>
      store.delete(`${contentPrefix("trusted", "artifacts")}${lost.contentHash}`),
    );
    const report = await place.withMaintenance((maintenance) => maintenance.storage(refs));
    expect(report.objects).toBe(1);
    expect(report.broken).toEqual([lost]);
  });
});
