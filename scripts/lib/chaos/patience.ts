// Saves, restores, invalidations, revalidations and prunes beside each other for minutes, each in processes of their own, in
// a world in which two hours pass in each second: every hit is whole while it lasts, and every save that lives afterwards.

import { join } from "node:path";
import { jsonOf } from "../../../packages/core/test/support/scripts.ts";
import type { Servers } from "./servers.ts";
import { file, makeTree } from "./trees.ts";
import { createWorld, inspectStore, openHere, requestIn, type WorldOptions } from "./world.ts";

export interface Patience {
  readonly name: string;
  readonly store: NonNullable<WorldOptions["kind"]>;
}

export const PATIENCE: readonly Patience[] = [
  { name: "S3 and DynamoDB", store: "s3" },
  { name: "a directory and SQLite", store: "directory" },
];

export interface PatienceResult {
  readonly minutes: number;
  readonly processes: number;
  readonly outcome: string;
  readonly problems: readonly string[];
}

type Seen = Readonly<
  Record<"hits" | "misses" | "saves" | "late" | "invalidated" | "revalidated" | "prunes" | "deleted", number>
> & {
  readonly wrong: readonly string[];
};

const SCRIPT = new URL("../../../packages/core/test/support/busy-place.ts", import.meta.url);
const WORK = ["jobs", "jobs", "invalidate", "prune"];
/** What has to have taken place, or nothing was shown. */
const FIELDS = ["saves", "hits", "invalidated", "revalidated", "prunes", "deleted"] as const;

export async function meetPatience(
  { store: kind }: Patience,
  { servers, within, minutes }: { servers: Servers; within: string; minutes: number },
): Promise<PatienceResult> {
  const world = await createWorld(servers, within, { kind });
  try {
    // A prune that comes in the middle of the very first save finds an index without its store, and refuses.
    const first = join(world.folder, "first");
    makeTree(join(first, "workspace"), { "tree/first": file("first") });
    const cache = await openHere(world);
    await cache.save(requestIn(first, "first"));
    await cache.close();

    const beganMs = Date.now();
    const { store, index } = world.places();
    const seen = await Promise.all(
      WORK.map((work, n) => {
        const flag = join(world.folder, "deleted");
        return jsonOf<Seen>(SCRIPT, [store, index, work, `${n}`, `${beganMs}`, flag, `${minutes * 60}`]);
      }),
    );
    const total = (field: (typeof FIELDS)[number]): number =>
      seen.reduce((sum, each) => sum + each[field], 0);
    // Days have passed there.
    const { problems } = await inspectStore(world, Number.POSITIVE_INFINITY);
    return {
      minutes: (Date.now() - beganMs) / 60_000,
      processes: WORK.length,
      outcome:
        `${total("saves")} saves, ${total("hits")} hits, ${total("invalidated")} invalidated, ${total("revalidated")} taken back, ` +
        `${total("prunes")} prunes, ${total("deleted")} objects deleted`,
      problems: [
        ...seen.flatMap(({ wrong }) => wrong).slice(0, 20),
        ...problems,
        ...FIELDS.filter((field) => total(field) === 0).map((field) => `${field}: none`),
      ],
    };
  } finally {
    world.close();
  }
}
