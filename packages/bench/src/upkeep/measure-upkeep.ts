// What looking after a store of many objects costs: invalidating half of its refs, taking that back, and the two phases of a
// prune. Every step is made once and checked to have done what it should.

import type { Circumstances } from "../circumstances.ts";
import type { UpkeepResult, UpkeepStep } from "./upkeep-result.ts";

/** A store and its index, filled with saves of which the second half was made with a toolchain of its own. */
export interface FilledStore {
  /** Name and version of what it runs on. */
  readonly server: string;
  /** @returns how many refs were changed, or would be. */
  invalidate(options: { readonly dryRun: boolean }): Promise<number>;
  revalidate(): Promise<number>;
  /** @param daysLater the prune finds everything so much older. @returns how many objects it condemned and deleted. */
  prune(options: { readonly dryRun: boolean; readonly daysLater: number }): Promise<PruneCounts>;
  /** @returns what was sent since the last call. */
  takeRequests(): UpkeepStep["requests"];
  close(): Promise<void>;
}

export interface PruneCounts {
  readonly condemned: number;
  readonly deleted: number;
  /** Left for the next prune, since the list takes only so much. */
  readonly deferred: number;
}

export interface StoreFill {
  readonly refs: number;
  readonly packsOfEach: number;
}

export interface FilledStoreSource {
  /** @param folder empty; for its data. */
  open(fill: StoreFill, folder: string, signal: AbortSignal): Promise<FilledStore>;
}

const PACKS_OF_EACH = 4;

/** @param objects of the whole store: artifacts and packs. @throws when a step does not do what it should. */
export async function measureUpkeep(
  source: FilledStoreSource,
  objects: number,
  folder: string,
  circumstances: Circumstances,
  signal: AbortSignal,
): Promise<UpkeepResult> {
  const refs = objects / (1 + PACKS_OF_EACH);
  const half = refs / 2;
  console.log(
    `  filling in ${objects.toLocaleString("en-US")} objects and ${refs.toLocaleString("en-US")} refs`,
  );
  const store = await source.open({ refs, packsOfEach: PACKS_OF_EACH }, folder, signal);
  const steps: UpkeepStep[] = [];
  const measure = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    store.takeRequests();
    const begun = performance.now();
    const found = await run();
    steps.push({ what, seconds: (performance.now() - begun) / 1000, requests: store.takeRequests() });
    return found;
  };
  const expect = (what: string, found: number, wanted: number): void => {
    if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
  };
  const many = half.toLocaleString("en-US");
  try {
    for (const dryRun of [true, false]) {
      const what = `invalidate ${many} refs by toolchain${dryRun ? " (dry run)" : ""}`;
      expect(what, await measure(what, () => store.invalidate({ dryRun })), half);
    }
    expect("revalidate", await measure(`revalidate ${many} refs`, () => store.revalidate()), half);
    await store.invalidate({ dryRun: false });
    const doomed = half * (1 + PACKS_OF_EACH);
    const dry = await measure("prune, dry run", () => store.prune({ dryRun: true, daysLater: 3 }));
    expect("a dry run condemns", dry.condemned + dry.deferred, doomed);
    const first = await measure(`prune that condemns ${dry.condemned.toLocaleString("en-US")} objects`, () =>
      store.prune({ dryRun: false, daysLater: 3 }),
    );
    expect("condemned", first.condemned, dry.condemned);
    const second = await measure(
      `prune that deletes ${first.condemned.toLocaleString("en-US")} objects`,
      () => store.prune({ dryRun: false, daysLater: 5 }),
    );
    expect("deleted", second.deleted, first.condemned);
    const { server } = store;
    return { ...circumstances, server, objects, refs, steps };
  } finally {
    await store.close();
  }
}
