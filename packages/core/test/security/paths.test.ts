// Threat: an artifact whose paths lead out of its root, or to what is not the artifact's to write.

import { expect, test } from "@jest/globals";
import { CorruptError, UnsafePathError } from "../../src/model/errors.ts";
import { createPathCheck } from "../../src/model/safe-path.ts";
import { expectHarmless, expectRefused, folder, link, otherName, plainFile } from "../support/hostile.ts";
import { segmentOf } from "../support/segment.ts";
import { snapshotTree } from "../support/tree.ts";

test("an honest artifact of the same make is restored, so that what is refused is refused for its paths", async () => {
  const job = await expectHarmless({ entries: [folder(""), plainFile("a"), folder("b"), plainFile("b/c")] });
  expect(Object.keys(snapshotTree(job.path("tree")))).toEqual(["", "a", "b", "b/c", "old"]);
});

test.each([
  ["an absolute path", "/outside/passwd"],
  ["a way up", "../src/main.ts"],
  ["a way up from a folder", "b/../../src/main.ts"],
  ["a way up to the home folder", "../../home/.ssh/authorized_keys"],
  ["just ..", ".."],
  ["just .", "."],
  ["an empty name", "b//c"],
  ["NUL", "a\0b"],
  ["Cairn's own marker", ".cairn-restoring"],
  ["Cairn's own undo folder", ".cairn-undo-1"],
  ["a marker for a restore of the folder it is in", "b/.cairn-restoring"],
  ["a marker for a restore of a file beside it", "b/.cairn-restoring-c"],
  ["an undo folder for a restore of the folder it is in", "b/.cairn-undo-0123456789abcdef"],
])("%s", async (_what, path) => {
  await expectRefused(
    { entries: [folder(""), plainFile("a"), folder("b"), plainFile(path)] },
    UnsafePathError,
  );
  await expectRefused({ entries: [folder(""), plainFile("a"), folder("b"), folder(path)] }, UnsafePathError);
  await expectRefused(
    { entries: [folder(""), plainFile("a"), folder("b"), link(path, "x")] },
    UnsafePathError,
  );
  await expectRefused(
    { entries: [folder(""), plainFile("a"), folder("b"), otherName(path, "a")] },
    UnsafePathError,
  );
});

test.each([
  ["twice the same path", [plainFile("a"), plainFile("a")]],
  ["a file where a folder was", [folder("a"), plainFile("a")]],
  [
    "a link where a folder was, then below it",
    [folder("a"), link("a", "../../outside"), plainFile("a/passwd")],
  ],
  ["below a file", [plainFile("a"), plainFile("a/b")]],
  ["a parent that is not there", [plainFile("a/b")]],
  ["a parent that comes later", [plainFile("a/b"), folder("a")]],
])("%s", async (_what, entries) => {
  await expectRefused({ entries: [folder(""), ...entries] }, UnsafePathError);
});

test("an entry of a root that is not there", async () => {
  await expectRefused({ entries: [folder(""), plainFile("x", { root: 5 })] }, UnsafePathError);
  await expectRefused({ entries: [plainFile("x")] }, UnsafePathError);
});

test("a path longer than any", async () => {
  const names = Array.from({ length: 40 }, () => "d".repeat(200));
  const entries = names.map((_, i) => folder(names.slice(0, i + 1).join("/")));
  await expectRefused({ entries: [folder(""), ...entries] }, CorruptError);
});

test("bytes that are no UTF-8 can't make two names of one", async () => {
  // Both decode to the same text.
  const garble = (segment: Buffer): Buffer => {
    const at = segment.indexOf("axb");
    segment[at + 1] = 0xff;
    const other = segment.indexOf("yb", at + 3);
    segment[other] = 0xfe;
    return segment;
  };
  await expectRefused({ entries: [folder(""), plainFile("axb"), plainFile("ayb")], garble }, UnsafePathError);
});

test("names that Windows takes for devices, drives and streams", () => {
  for (const name of ["NUL", "con.txt", "C:", "a:stream", "..\\..\\x", "\\\\server\\share", "x. ", "LPT1"]) {
    const check = createPathCheck({ rootCount: 1, windows: true, foldsCase: true });
    check(segmentOf([folder("")]));
    expect(() => check(segmentOf([plainFile(name, { size: 0 })]))).toThrow(UnsafePathError);
  }
});

test("names of Cairn's own in other letters, on a disk that takes them for the same", () => {
  for (const path of [".Cairn-restoring", "b/.cairn-RESTORING", "b/.CAIRN-undo-0123456789ABCDEF"]) {
    const entries = [folder(""), folder("b"), plainFile(path, { size: 0 })].sort((x, y) =>
      x.path < y.path ? -1 : 1,
    );
    const judge = (foldsCase: boolean) =>
      createPathCheck({ rootCount: 1, windows: false, foldsCase })(segmentOf(entries));
    expect(() => judge(true)).toThrow(UnsafePathError);
    expect(() => judge(false)).not.toThrow();
  }
});
