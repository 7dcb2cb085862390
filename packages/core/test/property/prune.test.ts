// Random histories of saves, restores, invalidations and prunes, at any speed, with prunes that die anywhere, against a
// naive model: whatever lives, and whatever is being restored, is whole at every moment; and when all is quiet, what
// nobody needs is gone.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createMemoryIndex } from "../../src/indexes/memory-index.ts";
import { invalidate, revalidate } from "../../src/maintain/invalidate.ts";
import { type PruneBackend, prune } from "../../src/maintain/prune.ts";
import type { PruneOptions } from "../../src/maintenance.ts";
import { DeadlineError, RefusedError, StoreUnavailableError } from "../../src/model/errors.ts";
import { EVICTION_POLICIES } from "../../src/model/eviction.ts";
import { PRUNE_GRACE_MS, SAVE_MAX_AGE_MS } from "../../src/model/limits.ts";
import { isLive, type Ref, type Scope } from "../../src/model/ref.ts";
import { createMemoryStore } from "../../src/objects/memory-store.ts";
import type { MaintainableIndex } from "../../src/ports/key-index.ts";
import type { SwappableStore } from "../../src/ports/object-store.ts";
import type { StoreSessions } from "../../src/ports/store-sessions.ts";
import { MAIN, PULL, type TestBackend, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { createTestClock } from "../support/refs.ts";
import { beginSave, condemnedNames, needsOf, type PartsByPack, type StepSave } from "../support/step-save.ts";
import { listNames } from "../support/stores.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** No restore takes longer. */
const RESTORE_MS = 6 * HOUR_MS;
const TOPIC: Scope = { repository: "octo/app", ref: "refs/heads/topic" };
const PART_COUNT = 6;

const parts = fc.subarray(
  Array.from({ length: PART_COUNT }, (_, part) => part),
  { minLength: 1 },
);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("begin" as const),
      scope: fc.constantFrom(MAIN, MAIN, TOPIC, PULL),
      key: fc.constantFrom("a", "b", "c"),
      parts,
      overwrite: fc.boolean(),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      at: fc.nat(9),
      times: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("restore" as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("invalidate" as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revalidate" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rm" as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const), at: fc.nat(9) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("prune" as const),
      killedAt: fc.option(fc.nat(60)),
      maxSizeBytes: fc.option(fc.nat(4_000), { freq: 3 }),
      evict: fc.constantFrom(...EVICTION_POLICIES),
      dropped: fc.option(fc.constant(TOPIC), { freq: 9 }),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(
        MINUTE_MS,
        HOUR_MS,
        5 * HOUR_MS,
        13 * HOUR_MS,
        DAY_MS,
        25 * HOUR_MS,
        4 * DAY_MS,
        70 * DAY_MS,
      ),
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

interface Running {
  readonly save: StepSave;
  isStored: boolean;
  end(): Promise<void>;
}

interface Restore {
  readonly ref: Ref;
  readonly names: readonly string[];
  readonly startedAtMs: number;
  end(): Promise<void>;
}

class Killed extends Error {}

/** From the n-th call on nothing answers any more, as for a process that is dead. */
function mortal<T extends object>(inner: T, life: { calls: number }): T {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (life.calls-- > 0) return (value as (...given: unknown[]) => unknown).apply(target, args);
        return name === "list" || name === "uses" ? nothing() : Promise.reject(new Killed());
      };
    },
  });
}

// biome-ignore lint/correctness/useYield: it ends before it could
async function* nothing(): AsyncGenerator<never> {
  throw new Killed();
}

/** As those of a folder, in memory: it is the test that says who ends. */
function memorySessions(): StoreSessions {
  const names = new Set<string>();
  return {
    async begin() {
      const name = crypto.randomUUID();
      names.add(name);
      return {
        name,
        isCurrent: async () => names.has(name),
        end: async () => void names.delete(name),
      };
    },
    list: async () => [...names],
  };
}

class World {
  readonly clock = createTestClock();
  readonly partsByPack: PartsByPack = new Map();
  readonly backend: TestBackend;
  readonly sessions: StoreSessions | undefined;
  saves: Running[] = [];
  restores: Restore[] = [];

  constructor(isEmbedded: boolean) {
    const { clock } = this;
    this.backend = {
      ...testBackend(),
      clock,
      store: createMemoryStore("world", clock.now),
      index: createMemoryIndex({ clock }),
    };
    this.sessions = isEmbedded ? memorySessions() : undefined;
  }

  refs(): Promise<Ref[]> {
    return Array.fromAsync(this.backend.index.list({}));
  }

  async pick(at: number): Promise<Ref | undefined> {
    const refs = await this.refs();
    return refs[at % Math.max(1, refs.length)];
  }

  async prune(options: Partial<PruneOptions>, killedAt: number | null): Promise<void> {
    const life = { calls: killedAt ?? Number.POSITIVE_INFINITY };
    const backend: PruneBackend = {
      store: mortal<SwappableStore>(this.backend.store, life),
      index: mortal<MaintainableIndex>(this.backend.index, life),
      clock: this.clock,
      refTtlMs: this.backend.refTtlMs,
      sessions: this.sessions,
    };
    try {
      await prune(backend, { dryRun: false, confirmedBytes: Number.POSITIVE_INFINITY, ...options });
    } catch (error) {
      // Another one holds the lease: a prune that was killed less than five minutes ago.
      const isExpected = error instanceof Killed || error instanceof StoreUnavailableError;
      if (!isExpected) throw error;
    }
  }

  async run(step: Command): Promise<void> {
    const { backend, clock } = this;
    switch (step.kind) {
      case "begin": {
        const session = await this.sessions?.begin();
        const bases = [...(await this.refs()), ...this.restores.map(({ ref }) => ref)];
        const isPull = step.scope === PULL;
        const save = await beginSave(backend, {
          ...{ scope: step.scope, key: step.key, parts: step.parts, overwrite: step.overwrite, bases },
          domain: isPull ? "pr" : "trusted",
          partsByPack: this.partsByPack,
        });
        this.saves.push({ save, isStored: false, end: async () => session?.end() });
        break;
      }
      case "step": {
        const running = this.saves[step.at % Math.max(1, this.saves.length)];
        if (!running) break;
        for (let n = 0; n < step.times && !running.isStored; n++)
          running.isStored = await running.save.step();
        if (!running.isStored) break;
        const { scope, key } = running.save;
        const isCommitted = await running.save.commit().catch((error: unknown) => {
          expect(error).toBeInstanceOf(DeadlineError);
          expect(clock.now() - running.save.startedAtMs).toBeGreaterThan(SAVE_MAX_AGE_MS);
          return false;
        });
        // Who reads what was replaced is on his own.
        if (isCommitted) await this.endRestores(({ ref }) => ref.scope.ref === scope.ref && ref.key === key);
        await running.end();
        this.saves = this.saves.filter((other) => other !== running);
        break;
      }
      case "restore": {
        const seen = await this.pick(step.at);
        const session = await this.sessions?.begin();
        const ref = seen && (await backend.index.lookup({ ...seen, match: "exact" }));
        if (!ref) {
          await session?.end();
          break;
        }
        await backend.index.touch(ref, {
          atMs: clock.now(),
          expiresAtMs: Math.min(clock.now() + backend.refTtlMs, ref.notAfterMs),
        });
        const names = await needsOf(backend, ref);
        this.restores.push({ ref, names, startedAtMs: clock.now(), end: async () => session?.end() });
        break;
      }
      case "invalidate": {
        const ref = await this.pick(step.at);
        if (ref) await invalidate(backend, { key: ref.key, ref: ref.scope.ref }, { dryRun: false });
        break;
      }
      case "revalidate":
        await revalidate(backend, {}, { dryRun: false });
        break;
      case "rm": {
        const ref = await this.pick(step.at);
        if (!ref) break;
        await backend.index.remove(ref);
        await this.endRestores((restore) => restore.ref.contentHash === ref.contentHash);
        break;
      }
      case "die": {
        const running = this.saves[step.at % Math.max(1, this.saves.length)];
        await running?.end();
        this.saves = this.saves.filter((other) => other !== running);
        break;
      }
      case "prune": {
        const { maxSizeBytes, evict, dropped, killedAt } = step;
        const options = {
          evict,
          ...(maxSizeBytes !== null && { maxSizeBytes }),
          ...(dropped && { isDropped: (scope: Scope) => scope.ref === dropped.ref }),
        };
        await this.prune(options, killedAt);
        break;
      }
      case "wait":
        clock.advance(step.ms);
        await this.endRestores(({ startedAtMs }) => clock.now() - startedAtMs > RESTORE_MS);
    }
  }

  async endRestores(isOver: (restore: Restore) => boolean): Promise<void> {
    for (const restore of this.restores.filter(isOver)) await restore.end();
    this.restores = this.restores.filter((restore) => !isOver(restore));
  }

  /** What lives, what can be made live again, and what is being restored. */
  async expectWhole(): Promise<void> {
    const nowMs = this.clock.now();
    const there = new Set(await listNames(this.backend.store, "v1/"));
    for (const ref of await this.refs()) {
      const { invalidatedAtMs = nowMs, ...row } = ref;
      if (!isLive(row, nowMs) || nowMs - invalidatedAtMs >= PRUNE_GRACE_MS) continue;
      for (const name of await needsOf(this.backend, ref)) expect(there).toContain(name);
    }
    for (const { names } of this.restores) for (const name of names) expect(there).toContain(name);
  }

  /** Nobody is at work any more: after a few prunes there is what the Refs need, and nothing else. */
  async expectClean(): Promise<void> {
    for (const { end } of [...this.saves, ...this.restores]) await end();
    this.saves = [];
    this.restores = [];
    const needed = new Set<string>();
    const nowMs = this.clock.now();
    for (const ref of await this.refs())
      if (isLive(ref, nowMs)) for (const name of await needsOf(this.backend, ref)) needed.add(name);
    await this.pruneFourTimes();
    await this.expectWhole();
    const rest = await this.content();
    expect(rest.filter((name) => !needed.has(name))).toEqual([]);
    // Some may have expired meanwhile; when all have, nothing is left but the identity.
    this.clock.advance(100 * DAY_MS);
    await this.pruneFourTimes();
    expect(await this.content()).toEqual([]);
    expect(await this.refs()).toEqual([]);
    expect(await condemnedNames(this.backend)).toEqual([]);
  }

  async pruneFourTimes(): Promise<void> {
    for (let n = 0; n < 4; n++) {
      this.clock.advance(2 * DAY_MS);
      await this.prune({}, null);
    }
  }

  async content(): Promise<string[]> {
    const names = await listNames(this.backend.store, "v1/");
    return names.filter((name) => /\/(packs|artifacts|metadata)\//.test(name));
  }
}

describe("no history breaks what lives, and what nobody needs is eventually gone", () => {
  test.each([
    ["in a bucket", false],
    ["on one machine", true],
  ])("%s", async (_name, isEmbedded) => {
    await checkAsync(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
        const world = new World(isEmbedded);
        for (const step of commands) {
          await world.run(step);
          await world.expectWhole();
        }
        await world.expectClean();
      }),
      400,
    );
  });
});

test("without a confirmation a prune refuses to take everything", async () => {
  const world = new World(false);
  await world.run({ kind: "begin", scope: MAIN, key: "a", parts: [1, 2], overwrite: false });
  await world.run({ kind: "step", at: 0, times: 9 });
  await world.run({ kind: "rm", at: 0 });
  await world.run({ kind: "wait", ms: 4 * DAY_MS });
  await expect(world.prune({ confirmedBytes: 0 }, null)).rejects.toBeInstanceOf(RefusedError);
  expect(await condemnedNames(world.backend)).toEqual([]);
});
