// Stamps: which files count as unchanged, by real changes on a real disk.

import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { createTrust, identityOf, makeStamp, type Stamp } from "../../../src/lib/stamp.ts";
import { leaveStamps, readStamp } from "../../../src/lib/stamp-files.ts";
import { walk } from "../../../src/lib/walk.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { file, makeTree } from "../../support/tree.ts";

const listed = (folder: string) => [...walk(folder, { isExcluded: () => false, onLeftOut: () => {} })];

/** Once the disk's clock has moved on: what was written last then counts as unchanged too. */
async function stampOf(folder: string): Promise<Stamp> {
  await sleep(20);
  writeFileSync(`${folder}/newest`, "");
  const walked = listed(folder);
  const identity = identityOf(lstatSync(folder, { bigint: true }));
  const beforeMs = Math.max(...walked.map((entry) => entry.ctimeMs));
  const of = { folder, identity, domain: "trusted", contentHash: sha256(Buffer.of()) } as const;
  const folders = walked.filter((entry) => entry.kind === "directory");
  await sleep(20);
  return makeStamp({ ...of, root: { anchor: "workspace", path: "tree" }, beforeMs }, folders);
}

function unchanged(stamp: Stamp, nowMs = Date.now()): string[] {
  const isUnchanged = createTrust(stamp, nowMs);
  return listed(stamp.folder).flatMap((entry) => (isUnchanged(entry) ? [entry.path] : []));
}

const TREE = { a: file("a"), "dir/b": file("b"), "dir/sub/c": file("c"), "dir-d": file("d"), z: file("z") };
const ALL = ["a", "dir-d", "dir/b", "dir/sub/c", "z"];

async function stamped(): Promise<Stamp> {
  const folder = temporaryFolder();
  makeTree(folder, TREE);
  const stamp = await stampOf(folder);
  expect(unchanged(stamp).sort()).toEqual(ALL);
  return stamp;
}

test.each<[string, (folder: string) => void, readonly string[]]>([
  [
    "written to, with its size and times set back",
    (folder) => {
      const { atime, mtime } = lstatSync(`${folder}/a`);
      writeFileSync(`${folder}/a`, "A");
      utimesSync(`${folder}/a`, atime, mtime);
    },
    ["a"],
  ],
  ["linked to", (folder) => linkSync(`${folder}/a`, `${folder}/dir/another`), ["a"]],
  ["put into the place of another", (folder) => renameSync(`${folder}/z`, `${folder}/a`), ["a", "z"]],
  [
    "made anew",
    (folder) => {
      rmSync(`${folder}/dir/b`);
      writeFileSync(`${folder}/dir/b`, "B");
    },
    ["dir/b"],
  ],
  ["beside a new one", (folder) => writeFileSync(`${folder}/dir/new`, "new"), []],
])("a file that was %s is not as it was", async (_what, change, changed) => {
  const stamp = await stamped();
  change(stamp.folder);
  expect(unchanged(stamp).sort()).toEqual(ALL.filter((path) => !changed.includes(path)));
});

test("nor are the files of a folder that was moved here, though each of them is old", async () => {
  const other = temporaryFolder();
  makeTree(other, { "sub/c": file("C") });
  const stamp = await stamped();
  rmSync(`${stamp.folder}/dir/sub`, { recursive: true });
  renameSync(`${other}/sub`, `${stamp.folder}/dir/sub`);
  expect(unchanged(stamp).sort()).toEqual(["a", "dir-d", "dir/b", "z"]);
});

test("nothing is, when the clock was set back", async () => {
  const stamp = await stamped();
  expect(unchanged(stamp, stamp.beforeMs - 1)).toEqual([]);
});

test("a kept stamp comes back for the same folder only", async () => {
  const stamp = await stamped();
  const [temp, keptIn] = [temporaryFolder(), temporaryFolder()];
  leaveStamps([stamp], temp, keptIn);
  const identity = identityOf(lstatSync(stamp.folder, { bigint: true }));
  expect(readStamp(keptIn, stamp.folder, identity)).toEqual(stamp);
  expect(readStamp(keptIn, `${stamp.folder}/dir`, identity)).toBeUndefined();
  rmSync(stamp.folder, { recursive: true });
  mkdirSync(stamp.folder);
  expect(
    readStamp(keptIn, stamp.folder, identityOf(lstatSync(stamp.folder, { bigint: true }))),
  ).toBeUndefined();
});

test("what is no stamp is none, and a folder that can't be written keeps none", () => {
  const [folder, keptIn] = [temporaryFolder(), temporaryFolder()];
  const identity = identityOf(lstatSync(folder, { bigint: true }));
  for (const text of ["", "{", "null", "[]", '{"folder":1}', JSON.stringify({ folder, identity })]) {
    writeFileSync(`${keptIn}/${sha256(Buffer.from(folder))}.json`, text);
    expect(readStamp(keptIn, folder, identity)).toBeUndefined();
  }
  writeFileSync(`${folder}/file`, "");
  expect(() => leaveStamps([], folder, `${folder}/file/below`)).not.toThrow();
});
