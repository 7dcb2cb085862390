// Commands against a naive model: whatever is committed, touched, invalidated and removed in whatever order, a look-up
// finds what a list of Refs and three lines of search find. The seed is printed by fast-check when it fails.

import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createBucketIndex } from "../../../src/indexes/bucket-index.ts";
import { createDynamoIndex } from "../../../src/indexes/dynamo-index.ts";
import { createMemoryIndex } from "../../../src/indexes/memory-index.ts";
import { createSqliteIndex } from "../../../src/indexes/sqlite-index.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { isLive, type Ref } from "../../../src/model/ref.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import type { MaintainableIndex } from "../../../src/ports/key-index.ts";
import { createTestClock, DAY_MS, makeRef, scopeOf } from "../../support/refs.ts";
import { service } from "../../support/services.ts";
import { makeTable } from "../../support/table.ts";

// Few letters and short keys, so that prefixes and equal keys come often.
const key = fc.stringMatching(/^[ab%_é-]{1,4}$/);
const scope = fc.constantFrom(
  scopeOf("refs/heads/main"),
  scopeOf("refs/heads/a:b"),
  scopeOf("b:refs/heads/main", "acme/api:x"),
);
const version = fc.constantFrom("v1", "v2");
const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      key,
      scope,
      version,
      days: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replace" as const), at: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("touch" as const),
      at: fc.nat(),
      days: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("invalidate" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), days: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("lookup" as const),
      key,
      scope,
      version,
      match: fc.constantFrom("exact" as const, "prefix" as const),
    }),
  },
);

function sameId(
  a: Pick<Ref, "scope" | "version" | "key">,
  b: Pick<Ref, "scope" | "version" | "key">,
): boolean {
  return (
    a.scope.repository === b.scope.repository &&
    a.scope.ref === b.scope.ref &&
    a.version === b.version &&
    a.key === b.key
  );
}

async function runCommands(
  open: (clock: Clock) => MaintainableIndex,
  commands: readonly (typeof command extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  const clock = createTestClock();
  const index = open(clock);
  let model: Ref[] = [];
  const pick = (at: number): Ref | undefined => model[at % Math.max(1, model.length)];
  const swap = (old: Ref, now: Ref | undefined): void => {
    model = model.flatMap((ref) => (ref === old ? (now ? [now] : []) : [ref]));
  };
  try {
    for (const step of commands) {
      // No two Refs of one moment: which of them is the newest is nobody's promise.
      clock.advance(1);
      const now = clock.now();
      switch (step.kind) {
        case "commit": {
          const ref = makeRef({
            key: step.key,
            scope: step.scope,
            version: step.version,
            createdAtMs: now,
            expiresAtMs: now + step.days * DAY_MS,
          });
          const existing = model.find((other) => sameId(other, ref));
          const isTaken = existing !== undefined && isLive(existing, now);
          expect((await index.commit(ref)).status).toBe(isTaken ? "conflict" : "committed");
          if (!isTaken) model = [...model.filter((other) => other !== existing), ref];
          break;
        }
        case "replace": {
          const old = pick(step.at);
          if (!old) break;
          const ref = makeRef({ key: old.key, scope: old.scope, version: old.version, createdAtMs: now });
          expect(await index.commit(ref, { replaces: old })).toEqual({ status: "committed" });
          swap(old, ref);
          break;
        }
        case "touch": {
          const ref = pick(step.at);
          if (!ref) break;
          const expiresAtMs = Math.min(now + step.days * DAY_MS, ref.notAfterMs);
          await index.touch(ref, { atMs: now, expiresAtMs });
          if (isLive(ref, now)) {
            swap(ref, {
              ...ref,
              accessCount: ref.accessCount + 1,
              lastAccessedAtMs: now,
              expiresAtMs: Math.max(ref.expiresAtMs, expiresAtMs),
            });
          }
          break;
        }
        case "invalidate": {
          const ref = pick(step.at);
          if (!ref) break;
          expect(await index.invalidate(ref, { atMs: now })).toBe(true);
          swap(ref, { ...ref, invalidatedAtMs: ref.invalidatedAtMs ?? now });
          break;
        }
        case "remove": {
          const ref = pick(step.at);
          if (!ref) break;
          expect(await index.remove(ref)).toBe(true);
          swap(ref, undefined);
          break;
        }
        case "wait":
          clock.advance(step.days * DAY_MS);
          break;
        case "lookup": {
          const found = await index.lookup(step);
          const matches = model
            .filter((ref) => sameId({ ...ref, key: step.key }, { ...step }) && isLive(ref, now))
            .filter((ref) => (step.match === "exact" ? ref.key === step.key : ref.key.startsWith(step.key)))
            .sort((a, b) => b.createdAtMs - a.createdAtMs);
          expect(found).toEqual(matches[0]);
        }
      }
    }
  } finally {
    await index.close();
  }
}

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe("look-ups find what a list of Refs and three lines of search find", () => {
  const drivers: Record<string, { runs: number; fresh: () => Promise<(clock: Clock) => MaintainableIndex> }> =
    {
      memory: { runs: 300, fresh: async () => (clock) => createMemoryIndex({ clock }) },
      SQLite: {
        runs: 60,
        fresh: async () => {
          const folder = await mkdtemp(join(tmpdir(), "cairn-property-"));
          folders.push(folder);
          return (clock) => createSqliteIndex({ file: join(folder, "index.db"), clock });
        },
      },
      bucket: {
        runs: 100,
        fresh: async () => (clock) => createBucketIndex({ store: createMemoryStore(), clock }),
      },
      DynamoDB: {
        runs: 10,
        fresh: async () => {
          const place = {
            table: `property-${randomUUID()}`,
            region: "us-east-1",
            endpoint: service("dynamodb"),
          };
          await makeTable(place);
          return (clock) => createDynamoIndex({ ...place, clock });
        },
      },
    };
  test.each(Object.entries(drivers))("%s", async (_name, { runs, fresh }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) =>
        runCommands(await fresh(), commands),
      ),
      { numRuns: runs },
    );
  });
});
