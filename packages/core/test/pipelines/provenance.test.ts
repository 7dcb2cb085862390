// Every save leaves a record of what made it, and the records lead from an artifact to what its job had restored: on the
// stores and indexes that people run.

import { describe, expect, test } from "@jest/globals";
import type { SaveRequest, SaveResult } from "../../src/cache.ts";
import { why } from "../../src/maintain/provenance.ts";
import { prune } from "../../src/maintain/prune.ts";
import { StoreUnavailableError } from "../../src/model/errors.ts";
import { metadataPrefix } from "../../src/model/names.ts";
import {
  encodeProvenance,
  makeProvenance,
  type Provenance,
  type RunFacts,
} from "../../src/model/provenance.ts";
import type { Ref } from "../../src/model/ref.ts";
import { PLACES, type Place } from "../support/backends.ts";
import { accessOf, createJob, MAIN, PULL, type TestJob, testBackend } from "../support/job.ts";
import { all } from "../support/refs.ts";
import { listNames, withHook } from "../support/stores.ts";
import { file, makeTree } from "../support/tree.ts";

const DAY_MS = 86_400_000;
const run = (runId: string, more: Partial<RunFacts> = {}): RunFacts => ({
  ...{ system: "github", runId, attempt: "1", commitSha: `commit of ${runId}`, branch: "main" },
  ...more,
});

function jobWith(content: string, temp?: string): TestJob {
  const job = createJob(temp === undefined ? {} : { temp });
  makeTree(job.folders.workspace, { "tree/a": file(content) });
  return job;
}

async function save(place: Place, job: TestJob, request: Partial<SaveRequest>): Promise<Ref> {
  const saved: SaveResult = await place.withCache((cache) => cache.save(job.saveRequest(request)));
  if (saved.status !== "saved") throw new Error(saved.status);
  return saved.ref;
}

describe.each(Object.entries(PLACES))("%s", (_name, make) => {
  test("a record for each run that made it, and a way back through what was restored", async () => {
    const place = await make();
    const base = await save(place, jobWith("base"), {
      key: "deps",
      toolchain: "node-20.1.0",
      run: run("1"),
    });
    // One job: restores deps, builds, saves the build.
    const job = jobWith("built");
    await place.withCache((cache) =>
      cache.restore(createJob({ temp: job.folders.temp }).restoreRequest({ key: "deps" })),
    );
    const built = await save(place, job, { key: "build", run: run("2", { buildSeconds: 30 }) });
    // Another run makes the same content under another key.
    const again = await save(place, jobWith("built"), { key: "build-again", run: run("3") });
    expect(again.contentHash).toBe(built.contentHash);
    const top = jobWith("top");
    await place.withCache((cache) =>
      cache.restore(createJob({ temp: top.folders.temp }).restoreRequest({ key: "build" })),
    );
    const last = await save(place, top, { key: "top", run: run("4") });

    await place.withMaintenance(async (maintenance) => {
      const records = await maintenance.provenance(built);
      expect(records.map(({ workflowRunId, cacheKey }) => [workflowRunId, cacheKey])).toEqual([
        ["3", "build-again"],
        ["2", "build"],
      ]);
      expect(records[1]).toMatchObject({
        contentHash: `sha256:${built.contentHash}`,
        repository: MAIN.repository,
        commitSha: "commit of 2",
        branch: "main",
        buildDuration: 30,
        dependencies: [`sha256:${base.contentHash}`],
      });
      const nodes = await maintenance.why(last, { depth: 9 });
      expect(nodes.map(({ contentHash, depth }) => [contentHash, depth])).toEqual([
        [last.contentHash, 0],
        [built.contentHash, 1],
        [base.contentHash, 2],
      ]);
      expect(nodes[2]!.records[0]).toMatchObject({ cacheKey: "deps", toolchain: { node: "20.1.0" } });
      expect(await maintenance.why(last, { depth: 1 })).toHaveLength(2);
      expect(await maintenance.findContent(built.contentHash.slice(0, 12))).toEqual({
        domain: "trusted",
        contentHash: built.contentHash,
      });
      expect(await maintenance.findContent("ffffffffffff")).toBeUndefined();
    });
  });
});

const folder = PLACES["a folder and SQLite"]!;

test("outside CI a day is one job: what it restored for another repository or branch is no part of this save", async () => {
  const place = await folder();
  const other = { repository: "octo/other", ref: MAIN.ref };
  const [here, there] = [jobWith("here"), jobWith("there")];
  await save(place, jobWith("base"), { key: "deps", run: run("1") });
  await save(place, there, { key: "deps", access: accessOf(other), run: run("2") });
  const { temp } = here.folders;
  for (const access of [accessOf(), accessOf(other)]) {
    const restoring = createJob({ temp });
    const request = restoring.restoreRequest({ key: "deps", access });
    expect((await place.withCache((cache) => cache.restore(request))).status).toBe("hit");
  }
  const saved = await save(place, here, { key: "built", run: run("3") });
  const [base] = await place.withMaintenance((maintenance) =>
    all(maintenance.list({ repository: MAIN.repository, keyPrefix: "deps" })),
  );
  expect((await record(place, saved)).dependencies).toEqual([`sha256:${base!.contentHash}`]);
});

test("what a pull request restored from main leads there, and its own records stand for nothing of main's", async () => {
  const place = await folder();
  const base = await save(place, jobWith("base"), { key: "deps", run: run("1") });
  const job = jobWith("of a pull request");
  const access = accessOf(PULL, "pr", [PULL, MAIN]);
  await place.withCache((cache) =>
    cache.restore(createJob({ temp: job.folders.temp }).restoreRequest({ key: "deps", access })),
  );
  const theirs = await save(place, job, { key: "theirs", access, run: run("7", { branch: "fix" }) });
  // Whoever may write the domain of pull requests can put a record of any artifact there.
  await place.withBackend(async ({ store }) => {
    const forged = { ...(await record(place, base)), domain: "pr", commitSha: "forged", dependencies: [] };
    await store.swap(
      `${metadataPrefix("pr", base.contentHash)}1-1.json`,
      Buffer.from(JSON.stringify(forged)),
      null,
    );
  });
  await place.withMaintenance(async (maintenance) => {
    const [own, main] = await maintenance.why(theirs, { depth: 5 });
    expect(own).toMatchObject({ domain: "pr", dependencies: [base.contentHash] });
    expect(main).toMatchObject({ domain: "trusted", records: [{ commitSha: "commit of 1" }] });
    expect(await maintenance.findContent(base.contentHash)).toMatchObject({ domain: "trusted" });
  });
});

async function record(place: Place, ref: Ref): Promise<Provenance> {
  const [newest] = await place.withMaintenance((maintenance) => maintenance.provenance(ref));
  return newest!;
}

test("it goes when its artifact is pruned, and what it is named by is then told as gone", async () => {
  const place = await folder();
  const base = await save(place, jobWith("base"), { key: "deps", run: run("1") });
  const job = jobWith("built");
  await place.withCache((cache) =>
    cache.restore(createJob({ temp: job.folders.temp }).restoreRequest({ key: "deps" })),
  );
  const built = await save(place, job, { key: "build", run: run("2") });
  await place.withMaintenance((maintenance) => maintenance.remove(base));
  for (const days of [2, 4]) {
    place.setAheadMs(days * DAY_MS);
    await place.withBackend((backend) =>
      prune({ ...backend, sessions: undefined }, { dryRun: false, confirmedBytes: 1e9 }),
    );
  }
  await place.withMaintenance(async (maintenance) => {
    expect(await maintenance.provenance(base)).toEqual([]);
    expect(await maintenance.provenance(built)).toHaveLength(1);
    const [, gone] = await maintenance.why(built, { depth: 5 });
    expect(gone).toEqual({
      domain: "trusted",
      contentHash: base.contentHash,
      depth: 1,
      records: [],
      isStored: false,
      dependencies: [],
    });
  });
});

test("artifacts that were made with each other end", async () => {
  const backend = testBackend();
  const [a, b] = ["a", "b"].map((content) => jobWith(content));
  const refs: Ref[] = [];
  for (const [n, job] of [a!, b!].entries()) {
    const saved = await job.save(backend, { key: `key-${n}` });
    if (saved.status === "saved") refs.push(saved.ref);
  }

  for (const [n, ref] of refs.entries()) {
    const other = refs[1 - n]!;
    const bytes = encodeProvenance(makeProvenance(ref, run("1"), [other.contentHash]));
    await backend.store.swap(`${metadataPrefix("trusted", ref.contentHash)}1-1.json`, bytes, null);
  }
  expect(await why(backend.store, refs[0]!, { depth: 50 })).toHaveLength(2);
});

test("a record that can't be written fails no save; a save that tells nothing of its run writes none", async () => {
  const backend = testBackend();
  const store = withHook(backend.store, (method, name) => {
    if (method === "put" && name.includes("/metadata/")) throw new StoreUnavailableError("away");
  });
  const saved = await jobWith("x").save({ ...backend, store }, { run: run("1") });
  expect(saved.status).toBe("saved");
  await jobWith("y").save(backend, { key: "other" });
  expect((await listNames(backend.store, "v1/")).filter((name) => name.includes("/metadata/"))).toEqual([]);
});
