// A file that changes while it is read is never stored: it is left out, and the save says so.

import { randomBytes } from "node:crypto";
import { appendFileSync, lstatSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { DEFAULT_COMPRESSION } from "../../src/lib/codec.ts";
import type { Entry } from "../../src/model/entry.ts";
import { readTree } from "../../src/save/read-tree.ts";
import { createInlinePool, type WorkerPool } from "../../src/workers/pool.ts";
import { createSaveTasks, LISTED_NUMBERS, NOT_STORED, READ_NUMBERS } from "../../src/workers/save-tasks.ts";
import { createJob, testBackend } from "../support/job.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { file, makeTree } from "../support/tree.ts";

const settings = { compression: DEFAULT_COMPRESSION, known: new Set<never>() };
const NO_COPIES = { indices: new Uint32Array(), originals: { paths: "", numbers: new Float64Array() } };

/** Runs `meanwhile` once, while the given task is under way. */
function poolThatMeets(name: string, nth: number, meanwhile: () => void): WorkerPool {
  const inner = createInlinePool(settings);
  let seen = 0;
  return {
    ...inner,
    size: 2,
    run: (async (task: never, input: never) => {
      if (task !== name || seen++ !== nth) return inner.run(task, input);
      await sleep(50);
      meanwhile();
      return inner.run(task, input);
    }) as WorkerPool["run"],
  };
}

async function readFolder(root: string, pool: WorkerPool): Promise<{ entries: Entry[]; leftOut: string[] }> {
  const entries: Entry[] = [];
  const leftOut: string[] = [];
  const groups = readTree({
    roots: [{ anchor: "absolute", path: root, absolute: root, written: root }],
    known: [],
    sealed: [],
    onWalked: () => {},
    isExcluded: () => false,
    onLeftOut: (path, why) => leftOut.push(`${path.slice(root.length + 1)}: ${why}`),
    pool,
    signal: undefined,
  });
  for await (const group of groups) entries.push(...group.entries);
  return { entries, leftOut };
}

/** Few enough parts that all of them are under way at once. */
const BIG = 5_000_000;

for (const part of [0, 1, 2]) {
  test(`a big file that is overwritten while its part ${part} is read`, async () => {
    const root = temporaryFolder();
    makeTree(root, { big: file(randomBytes(BIG)), other: file("other") });
    const pool = poolThatMeets("chunkFile", part, () => writeFileSync(`${root}/big`, randomBytes(BIG)));
    const { entries, leftOut } = await readFolder(root, pool);
    expect(leftOut).toEqual(["big: it changed while it was read"]);
    expect(entries.map((entry) => entry.path)).toEqual(["", "other"]);
  });
}

test("a big file that is cut off while it is read", async () => {
  const root = temporaryFolder();
  makeTree(root, { big: file(randomBytes(BIG)), link: { kind: "hardlink", target: "big" } });
  const pool = poolThatMeets("chunkFile", 1, () => truncateSync(`${root}/big`, 10));
  const { entries, leftOut } = await readFolder(root, pool);
  expect(leftOut).toEqual([
    "big: it became shorter while it was read",
    "link: it is another name of a file that was left out",
  ]);
  expect(entries.map((entry) => entry.path)).toEqual([""]);
});

test("a big file that becomes small before it is opened is stored as it is then", async () => {
  const root = temporaryFolder();
  makeTree(root, { big: file(randomBytes(BIG)) });
  const pool = poolThatMeets("stateOf", 0, () => writeFileSync(`${root}/big`, "short"));
  const { entries, leftOut } = await readFolder(root, pool);
  expect(leftOut).toEqual([]);
  expect(entries).toMatchObject([{ path: "" }, { path: "big", size: 5, extents: [{ length: 5 }] }]);
});

test("small files that grew since they were listed never make a chunk that is too large", async () => {
  const root = temporaryFolder();
  const names = Array.from({ length: 5 }, (_, i) => `${root}/${i}`);
  for (const name of names) writeFileSync(name, randomBytes(1_500_000));
  const tasks = createSaveTasks({ ...settings, compression: { codec: "none", level: 0 } });
  const { numbers, problems } = tasks.readBatch({
    batch: 1,
    files: { paths: names.join("\0"), numbers: new Float64Array(names.length * LISTED_NUMBERS) },
  });
  const sizes = names.map((_, i) => problems.get(i) ?? numbers[i * READ_NUMBERS]);
  expect(sizes).toEqual([
    1_500_000,
    1_500_000,
    "it changed while it was read",
    "it changed while it was read",
    "it changed while it was read",
  ]);
  const { chunk, offsets } = tasks.sealBatch({ batch: 1, copies: NO_COPIES, held: new Uint32Array() });
  const both = Buffer.concat([readFileSync(names[0]!), readFileSync(names[1]!)]);
  expect(Buffer.compare(chunk!.stored!.bytes, both)).toBe(0);
  expect([...offsets]).toEqual([0, 1_500_000, NOT_STORED, NOT_STORED, NOT_STORED]);
});

test("a file that only seems to be a copy of another is stored", () => {
  const root = temporaryFolder();
  makeTree(root, {
    one: file("original"),
    same: file("original"),
    other: file("ORIGINAL"),
    late: file("original"),
  });
  const names = ["one", "same", "other", "late"].map((name) => `${root}/${name}`);
  const listed = (paths: readonly string[]) => ({
    paths: paths.join("\0"),
    numbers: Float64Array.from(paths.flatMap((path) => [8, lstatSync(path).ctimeMs])),
  });
  const tasks = createSaveTasks({ ...settings, compression: { codec: "none", level: 0 } });
  tasks.readBatch({ batch: 1, files: listed(names) });
  const { paths, numbers } = listed([names[0]!, names[0]!, names[0]!]);
  // Since it was listed, the original has changed: what was stored of it is no longer there to be compared with.
  numbers[2 * LISTED_NUMBERS + 1]! -= 1;
  const copies = { indices: Uint32Array.of(1, 2, 3), originals: { paths, numbers } };
  const { chunk, offsets } = tasks.sealBatch({ batch: 1, copies, held: new Uint32Array() });
  expect([...offsets]).toEqual([0, NOT_STORED, 8, 16]);
  expect(Buffer.from(chunk!.stored!.bytes).toString()).toBe("originalORIGINALoriginal");
});

test("a log that never stands still is left out of a real save, whose notice names it", async () => {
  const job = createJob();
  makeTree(job.path("tree"), { kept: file("kept"), "busy.log": file(randomBytes(3_000_000)) });
  const writer = setInterval(() => appendFileSync(job.path("tree/busy.log"), "line\n"), 1);
  try {
    const saved = await job.save(testBackend());
    expect(saved).toMatchObject({
      status: "saved",
      notices: [`left out, since it changed while it was read: ${JSON.stringify(job.path("tree/busy.log"))}`],
      ref: { entryCount: 2 },
    });
  } finally {
    clearInterval(writer);
  }
});
