// Which store and index belong together: what the first save makes of a new pair, and what a crash or a race leaves.

import { expect, test } from "@jest/globals";
import { checkSamePair, joinPair } from "../../../src/lib/store-identity.ts";
import { IdentityError } from "../../../src/model/errors.ts";
import { PRUNING_INDEX_NAME, STORE_IDENTITY_NAME } from "../../../src/model/names.ts";
import { withFaults } from "../../../src/testing/with-faults.ts";
import { testBackend } from "../../support/job.ts";

const idIn = (bytes: Uint8Array): string => (JSON.parse(Buffer.from(bytes).toString()) as { id: string }).id;

test("the first save gives both one identity, and later ones change nothing", async () => {
  const pair = testBackend();
  await checkSamePair(pair);
  await joinPair(pair, {});
  const bytes = await pair.store.get(STORE_IDENTITY_NAME);
  expect(idIn(bytes)).toBe(await pair.index.identity());
  await joinPair(pair, {});
  expect(await pair.store.get(STORE_IDENTITY_NAME)).toEqual(bytes);
  await checkSamePair(pair);
});

test("of many first saves at once all come to the same", async () => {
  const pair = testBackend();
  await Promise.all(Array.from({ length: 10 }, () => joinPair(pair, {})));
  await checkSamePair(pair);
});

test("a first save that dies half way leaves no index that came later", async () => {
  const pair = testBackend();
  const store = withFaults(pair.store, ({ method }) =>
    method === "put" ? { kind: "throw", error: new Error("killed") } : undefined,
  );
  await expect(joinPair({ ...pair, store }, {})).rejects.toThrow("killed");
  expect(await pair.store.head(STORE_IDENTITY_NAME)).toBeUndefined();
  await joinPair(pair, {});
  await checkSamePair(pair);
});

test("an index that comes later joins and does not prune, unless it is the store's own or takes over", async () => {
  const first = testBackend();
  const later = { ...testBackend(), store: first.store };
  await joinPair(first, {});
  await expect(checkSamePair(later)).rejects.toThrow("was never used with");
  await joinPair(later, {});
  await joinPair(later, {});
  await expect(checkSamePair(later)).rejects.toThrow(/--take-over|has another index/);
  await checkSamePair(later, { isSole: true });
  await checkSamePair(later, { takesOver: true, dryRun: true });
  expect(await first.store.head(PRUNING_INDEX_NAME)).toBeUndefined();
  await checkSamePair(later, { takesOver: true });
  await checkSamePair(later);
  await expect(checkSamePair(first)).rejects.toBeInstanceOf(IdentityError);
  // A third one, and back.
  await checkSamePair(first, { takesOver: true });
  await expect(checkSamePair(later)).rejects.toBeInstanceOf(IdentityError);
});

test("the index of another store takes over nothing", async () => {
  const [one, two] = [testBackend(), testBackend()];
  for (const pair of [one, two]) await joinPair(pair, {});
  const mixed = { store: one.store, index: two.index };
  await expect(joinPair(mixed, {})).rejects.toBeInstanceOf(IdentityError);
  for (const options of [{}, { takesOver: true }, { isSole: true }])
    await expect(checkSamePair(mixed, options)).rejects.toThrow("belongs to another store");
  // Nor one whose identity only begins alike.
  const alike = { ...testBackend(), store: one.store };
  await alike.index.claimIdentity(`${await one.index.identity()}0`);
  await expect(checkSamePair(alike, { takesOver: true })).rejects.toBeInstanceOf(IdentityError);
});
