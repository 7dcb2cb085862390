// Lifetimes: packs in the second half of their life are not used again, and a Ref is a miss before the first of its
// objects may be deleted. Played on a clock that the test sets.

import { expect, test } from "@jest/globals";
import { readArtifact } from "../../src/lib/read-artifact.ts";
import { DeadlineError } from "../../src/model/errors.ts";
import { LIFETIME_MS, REF_TTL_MS, SAVE_MAX_AGE_MS } from "../../src/model/limits.ts";
import type { Domain } from "../../src/model/ref.ts";
import { noise } from "../support/arbitraries.ts";
import { accessOf, createJob, MAIN, PULL, refOf, type TestBackend, testBackend } from "../support/job.ts";
import { withHook } from "../support/stores.ts";
import { file, makeTree } from "../support/tree.ts";

const DAY_MS = 86_400_000;
const START = 20_000 * DAY_MS + 5 * 3_600_000;
const TREE = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`tree/f${i}`, file(noise(i, 450_000))]));

const accesses = { trusted: accessOf(MAIN), pr: accessOf(PULL, "pr", [PULL]) };

/** A store with one save at START, and the clock. */
async function begun(domain: Domain) {
  const clock = { ms: START };
  // Long enough that what a Ref rests on decides when it ends.
  const backend = testBackend({ now: () => clock.ms, refTtlMs: 1_000 * DAY_MS });
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  await job.save(backend, { access: accesses[domain], key: "deps-1" });
  return { clock, backend };
}

async function saveChanged(backend: TestBackend, domain: Domain) {
  const job = createJob();
  makeTree(job.folders.workspace, { ...TREE, "tree/new": file("new") });
  const saved = await job.save(backend, { access: accesses[domain], key: "deps-2" });
  if (saved.status !== "saved") throw new Error(saved.status);
  return saved;
}

test.each<Domain>(["trusted", "pr"])(
  "packs in the first half of their life are used again (%s)",
  async (domain) => {
    const { clock, backend } = await begun(domain);
    const half = Math.floor(LIFETIME_MS[domain] / 2 / DAY_MS);
    clock.ms = START + (half - 1) * DAY_MS;
    const saved = await saveChanged(backend, domain);
    expect(saved.reusedBytes).toBeGreaterThan(1_000_000);
    // The oldest pack decides, counted from the morning of its day.
    expect(saved.ref.notAfterMs).toBe(20_000 * DAY_MS + LIFETIME_MS[domain]);
    expect(saved.ref.expiresAtMs).toBe(saved.ref.notAfterMs);
  },
);

test.each<Domain>(["trusted", "pr"])(
  "packs in the second half of their life are not (%s)",
  async (domain) => {
    const { clock, backend } = await begun(domain);
    clock.ms = START + Math.ceil(LIFETIME_MS[domain] / 2);
    const saved = await saveChanged(backend, domain);
    expect(saved.reusedBytes).toBe(0);
    expect(saved.ref.notAfterMs).toBe(Math.floor(clock.ms / DAY_MS) * DAY_MS + LIFETIME_MS[domain]);
    const { header } = await readArtifact({
      store: backend.store,
      domain,
      contentHash: saved.ref.contentHash,
    });
    for (const pack of header.packs) expect(pack.bornDay).toBe(Math.floor(clock.ms / DAY_MS));
  },
);

test("what a pull request takes from the trusted domain lives as long as there", async () => {
  const { clock, backend } = await begun("trusted");
  clock.ms = START + 60 * DAY_MS;
  const job = createJob();
  makeTree(job.folders.workspace, { ...TREE, "tree/new": file("new") });
  const access = accessOf(PULL, "pr", [PULL, MAIN]);
  const saved = await job.save(backend, { access, key: "deps-2" });
  if (saved.status !== "saved") throw new Error(saved.status);
  expect(saved.reusedBytes).toBeGreaterThan(1_000_000);
  // Its own new objects are the first to go.
  expect(saved.ref.notAfterMs).toBe((20_060 + 30) * DAY_MS);
});

test("a Ref that nobody uses is a miss after its time to live", async () => {
  const clock = { ms: START };
  const backend = testBackend({ now: () => clock.ms });
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  await job.save(backend);
  expect((await refOf(backend)).expiresAtMs).toBe(START + REF_TTL_MS);
  clock.ms = START + REF_TTL_MS - 1;
  expect(await createJob().restore(backend)).toMatchObject({ status: "hit" });
  // That was a use, which counts.
  clock.ms = START + 2 * REF_TTL_MS - 2;
  expect(await createJob().restore(backend)).toMatchObject({ status: "hit" });
  clock.ms += REF_TTL_MS;
  expect(await createJob().restore(backend)).toMatchObject({ status: "miss" });
});

test("a Ref is a miss from notAfter on, however often it was used", async () => {
  const { clock, backend } = await begun("pr");
  const access = accesses.pr;
  const { notAfterMs } = await refOf(backend, "deps-1");
  clock.ms = notAfterMs - 1;
  expect(await createJob().restore(backend, { access, key: "deps-1" })).toMatchObject({ status: "hit" });
  expect((await refOf(backend, "deps-1")).expiresAtMs).toBeLessThanOrEqual(notAfterMs);
  clock.ms = notAfterMs;
  expect(await createJob().restore(backend, { access, key: "deps-1" })).toMatchObject({ status: "miss" });
});

test("a save that took longer than prune waits commits nothing", async () => {
  const backend = testBackend();
  // The clock that no setting of the machine's time moves.
  const { now } = performance;
  const store = withHook(backend.store, (method, name) => {
    if (method === "put" && name.includes("/artifacts/"))
      performance.now = () => now.call(performance) + SAVE_MAX_AGE_MS;
  });
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  try {
    await expect(job.save({ ...backend, store })).rejects.toBeInstanceOf(DeadlineError);
  } finally {
    performance.now = now;
  }
  await expect(refOf(backend)).rejects.toThrow("no Ref");
});
