// Saves, restores, invalidations, revalidations and prunes at once, each in processes of their own, on real servers, for
// half a minute and more, in which some days pass: every hit is whole, and afterwards every save that lives. scripts/chaos does
// the same for ten minutes.

import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { PLACES } from "../support/backends.ts";
import { createJob } from "../support/job.ts";
import { all } from "../support/refs.ts";
import { jsonOf } from "../support/scripts.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { file, makeTree } from "../support/tree.ts";

const WORK = ["jobs", "jobs", "invalidate", "prune"];
const LASTS_SECONDS = 30;
const script = new URL("../support/busy-place.ts", import.meta.url);

test("days on versitygw and DynamoDB", async () => {
  const place = await PLACES["versitygw and DynamoDB"]!();
  const { store, index } = place.settings;
  // A prune that comes in the middle of the very first save finds an index without its store, and refuses.
  const first = createJob();
  makeTree(first.folders.workspace, { "tree/first": file("first") });
  await place.withCache((cache) => cache.save(first.saveRequest({ key: "first" })));
  const beganMs = Date.now();
  const flag = join(temporaryFolder(), "deleted");
  const args = (work: string, n: number) => [
    store,
    index,
    work,
    String(n),
    String(beganMs),
    flag,
    String(LASTS_SECONDS),
  ];
  type Seen = Record<"hits" | "saves" | "invalidated" | "deleted", number> & { readonly wrong: string[] };
  const seen = await Promise.all(WORK.map((work, n) => jsonOf<Seen>(script, args(work, n))));
  expect(seen.flatMap(({ wrong }) => wrong)).toEqual([]);
  // All of it took place.
  for (const field of ["hits", "saves", "invalidated", "deleted"] as const)
    expect({ never: seen.every((each) => each[field] === 0) ? field : "", seen }).toMatchObject({
      never: "",
    });
  await place.withMaintenance(async (maintenance) => {
    for (const ref of await all(maintenance.list({})))
      if (ref.invalidatedAtMs === undefined)
        expect([ref.key, (await maintenance.verify(ref)).problems]).toEqual([ref.key, []]);
  });
}, 600_000);
