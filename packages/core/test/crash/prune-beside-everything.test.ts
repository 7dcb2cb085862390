// Saves, restores, invalidations, revalidations and prunes at once, each in processes of their own, on real servers, for a
// third of a minute in which a week passes: every hit is whole, and afterwards every save that lives.

import { expect, test } from "@jest/globals";
import { PLACES } from "../support/backends.ts";
import { all } from "../support/refs.ts";
import { jsonOf } from "../support/scripts.ts";

const SECONDS = 20;
const WORK = ["jobs", "jobs", "jobs", "invalidate", "prune"];
const script = new URL("../support/busy-place.ts", import.meta.url);

test("a week on versitygw and DynamoDB", async () => {
  const place = await PLACES["versitygw and DynamoDB"]!();
  const { store, index } = place.settings;
  const beganMs = Date.now();
  const args = (work: string, n: number) => [store, index, work, String(n), String(beganMs), String(SECONDS)];
  type Seen = Record<"hits" | "saves" | "invalidated" | "deleted", number> & { readonly wrong: string[] };
  const seen = await Promise.all(WORK.map((work, n) => jsonOf<Seen>(script, args(work, n))));
  expect(seen.flatMap(({ wrong }) => wrong)).toEqual([]);
  const sum = (field: Exclude<keyof Seen, "wrong">) => seen.reduce((total, each) => total + each[field], 0);
  // All of it took place.
  for (const field of ["hits", "saves", "invalidated", "deleted"] as const)
    expect([field, sum(field)]).not.toEqual([field, 0]);
  await place.withMaintenance(async (maintenance) => {
    for (const ref of await all(maintenance.list({})))
      if (ref.invalidatedAtMs === undefined)
        expect([ref.key, (await maintenance.verify(ref)).problems]).toEqual([ref.key, []]);
  });
}, 180_000);
