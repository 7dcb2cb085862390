// Threat: a marker of an unfinished restore, or the folder that its undo goes by, which no restore of Cairn's wrote: checked
// out, unpacked, garbled. What it says is not done: nothing outside the root is touched, and nothing that is in it.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { type MarkerPlace, markerPlace, readMarker, undoFolder, writeMarker } from "../../src/lib/marker.ts";
import { recover } from "../../src/restore/undo.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { differences, file, makeTree, snapshotTree, type TreeSnapshot } from "../support/tree.ts";

const ID = "0123456789abcdef";
const WHOLE = { id: ID, rootCreated: false, pid: 1, host: "another" };

function makePlace(): { base: string; place: MarkerPlace; outside: string } {
  const base = temporaryFolder();
  makeTree(base, {
    "root/a": file("a"),
    "root/b/c": file("c"),
    "outside/x": file("x"),
    "outside/moved/y": file("y"),
  });
  return { base, place: markerPlace(join(base, "root"), false), outside: join(base, "outside") };
}

/** All but the time of the root itself. */
function stateOf(base: string): TreeSnapshot {
  const { root: _, ...rest } = snapshotTree(base);
  return { ...rest, mode: String(statSync(join(base, "root")).mode) };
}

/** Runs the undo, and expects everything to be as it was before `forge`. */
function expectHarmless(forge: (places: ReturnType<typeof makePlace>) => void): void {
  const places = makePlace();
  const before = stateOf(places.base);
  forge(places);
  expect(readMarker(places.place)).toBeDefined();
  expect(recover(places.place)).toBe(true);
  expect(readMarker(places.place)).toBeUndefined();
  expect(differences(stateOf(places.base), before)).toEqual([]);
}

test.each<[string, unknown]>([
  ["nothing", ""],
  ["no JSON", "{"],
  ["a list", []],
  ["null", null],
  ["no fields", {}],
  ["an id that leads out", { ...WHOLE, id: "../../outside" }],
  ["an id of no undo folder", { ...WHOLE, id: "ab" }],
  ["rootCreated that is a text", { ...WHOLE, rootCreated: "true" }],
  ["a root that was made, of no folder", { ...WHOLE, rootCreated: true }],
  ["a root that was made, of another folder", { ...WHOLE, rootCreated: true, made: "1" }],
  ["a mode that is a text", { ...WHOLE, own: { mode: "0777", mtimeSeconds: 1, mtimeNanos: 0 } }],
  ["a mode with the kind of file", { ...WHOLE, own: { mode: 0o40777, mtimeSeconds: 1, mtimeNanos: 0 } }],
  ["a time that is none", { ...WHOLE, own: { mode: 0o777, mtimeSeconds: "1", mtimeNanos: 0 } }],
  ["own that is a list", { ...WHOLE, own: [] }],
  ["a process that is none", { ...WHOLE, pid: 1.5 }],
  ["no host", { ...WHOLE, host: undefined }],
])("a marker with %s", (_what, content) => {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  expectHarmless(({ place }) => writeFileSync(place.file, text));
  // A link can't have an empty target.
  if (text !== "") expectHarmless(({ place }) => symlinkSync(text, place.file));
});

test("a marker that is a folder, a pipe, or too large", () => {
  expectHarmless(({ place }) => mkdirSync(place.file));
  expectHarmless(({ place }) => execFileSync("mkfifo", [place.file]));
  expectHarmless(({ place }) => writeFileSync(place.file, JSON.stringify(WHOLE).padEnd(100_000)));
});

test("a marker of a root that was made removes that very folder, and no copy of it", () => {
  const { base, place } = makePlace();
  writeMarker(place, { id: ID, rootCreated: true });
  const copy = join(base, "copy");
  cpSync(place.folder, copy, { recursive: true, verbatimSymlinks: true });
  expect(recover(markerPlace(copy, false))).toBe(true);
  expect(Object.keys(snapshotTree(copy))).toEqual(["", "a", "b", "b/c"]);
  // The folder is the same under another name.
  const moved = join(base, "moved-root");
  renameSync(place.folder, moved);
  expect(readMarker(markerPlace(moved, false))).toMatchObject({ rootCreated: true });
  rmSync(moved, { recursive: true });
});

/** An undo folder as a restore would have left it, with other content. */
function forgeUndo(
  { place }: ReturnType<typeof makePlace>,
  content: { created?: string[]; states?: string[] },
): string {
  writeFileSync(place.file, JSON.stringify(WHOLE));
  const folder = undoFolder(place, ID);
  mkdirSync(folder);
  for (const [name, lines] of Object.entries(content))
    writeFileSync(join(folder, `${name}.cairn-restoring`), lines.join("\0"));
  return folder;
}

test.each([
  ["a way up", "../outside/x"],
  ["a way up from a folder", "b/../../outside/x"],
  ["an absolute path", "/outside/x"],
  ["the folder above", ".."],
  ["the root", "."],
  ["an empty name", "b//../../outside/x"],
])("lists that name %s", (_what, path) => {
  expectHarmless((places) =>
    forgeUndo(places, { created: [path, places.outside], states: [`511 1 0 ${path}`, `511 1 0 ../outside`] }),
  );
});

test("lists with modes and times that are none", () => {
  expectHarmless((places) =>
    forgeUndo(places, { states: ["x 1 0 a", "493 1 y a", "9999999 1 0 a", "a", ""] }),
  );
});

test("a link where moved files should be, or the undo folder itself, leads nowhere", () => {
  expectHarmless((places) => symlinkSync(places.outside, join(forgeUndo(places, {}), "moved")));
  expectHarmless((places) => {
    writeFileSync(places.place.file, JSON.stringify(WHOLE));
    symlinkSync(places.outside, undoFolder(places.place, ID));
  });
  expectHarmless((places) => {
    const folder = forgeUndo(places, {});
    const list = join(places.base, "root/b/c");
    symlinkSync(list, join(folder, "created.cairn-restoring"));
    mkdirSync(join(folder, "states.cairn-restoring"));
  });
});
