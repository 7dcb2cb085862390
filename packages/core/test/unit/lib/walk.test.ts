// The walk: order, what is left out and why, and names as odd as a file system takes them.

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { type WalkedEntry, walk } from "../../../src/lib/walk.ts";
import { jsonOf } from "../../support/scripts.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { directory, file, hardlink, makeTree, symlink } from "../../support/tree.ts";

function walked(root: string, isExcluded: (path: string) => boolean = () => false) {
  const leftOut: Record<string, string> = {};
  const entries = [
    ...walk(root, {
      isExcluded,
      onLeftOut: (path, why) => {
        leftOut[path.slice(root.length + 1)] = why;
      },
    }),
  ];
  return { entries, leftOut, paths: entries.map((entry) => entry.path) };
}

const byPath = (entries: readonly WalkedEntry[], path: string) =>
  entries.find((entry) => entry.path === path)!;

test("parents come before children, names in one order everywhere", () => {
  const root = temporaryFolder();
  makeTree(root, {
    "b/z": file(""),
    "b/a": file(""),
    a: file(""),
    "b.txt": file(""),
    B: file(""),
    é: file(""),
  });
  expect(walked(root).paths).toEqual(["", "B", "a", "b", "b/a", "b/z", "b.txt", "é"]);
});

test("says what each path is, to the microsecond", () => {
  const root = temporaryFolder();
  makeTree(root, {
    "": directory({ mode: 0o711 }),
    file: file("12345", { mode: 0o4755, mtime: 1_234_567_890.123456 }),
    old: file("", { mtime: -86_400.25 }),
    one: file("same"),
    two: hardlink("one"),
    link: symlink("a b/\n/c"),
  });
  const { entries } = walked(root);
  expect(byPath(entries, "")).toMatchObject({ kind: "directory", mode: 0o711 });
  expect(byPath(entries, "file")).toMatchObject({
    kind: "file",
    mode: 0o4755,
    size: 5,
    links: 1,
    inode: undefined,
    mtimeSeconds: 1_234_567_890,
    mtimeNanos: 123_456_000,
  });
  expect(byPath(entries, "old")).toMatchObject({ mtimeSeconds: -86_401, mtimeNanos: 750_000_000 });
  expect(byPath(entries, "link")).toMatchObject({ kind: "symlink", target: "a b/\n/c" });
  expect(byPath(entries, "one")).toMatchObject({ links: 2 });
  expect(byPath(entries, "one").inode).toBe(byPath(entries, "two").inode);
});

test("never follows a link below the root, and takes a file as a root", () => {
  const root = temporaryFolder();
  makeTree(root, {
    "real/inner": file("x"),
    loop: symlink("."),
    away: symlink("/etc"),
    gone: symlink("nowhere"),
  });
  expect(walked(root).paths).toEqual(["", "away", "gone", "loop", "real", "real/inner"]);
  expect(walked(`${root}/real/inner`).entries).toMatchObject([{ path: "", kind: "file", size: 1 }]);
});

test("names with newlines, quotes, spaces, backslashes and beyond the basic plane", () => {
  const root = temporaryFolder();
  const names = ["new\nline", " ", "'\"`$", "back\\slash", "🦉", "é", "e\u0301", "\u0001", "-rf", "\uFFFD"];
  for (const name of names) writeFileSync(`${root}/${name}`, name);
  expect(walked(root).paths.slice(1)).toEqual([...names].sort());
  expect(walked(root).leftOut).toEqual({});
});

test("leaves out names and link targets that are not UTF-8, and nothing else", () => {
  const root = temporaryFolder();
  makeTree(root, { good: file(""), "\uFFFD": file("") });
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.of(0xff)]), "");
  mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xc3, 0x28)]));
  symlinkSync(Buffer.of(0x80), `${root}/link`);
  const { paths, leftOut } = walked(root);
  expect(paths).toEqual(["", "good", "\uFFFD"]);
  expect(Object.values(leftOut).sort()).toEqual([
    "its name is not UTF-8",
    "its name is not UTF-8",
    "its target is not UTF-8",
  ]);
});

test("leaves out sockets, FIFOs and devices", async () => {
  const root = temporaryFolder();
  makeTree(root, { good: file("") });
  execFileSync("mkfifo", [`${root}/fifo`]);
  execFileSync("mknod", [`${root}/null`, "c", "1", "3"]);
  const server = createServer().listen(`${root}/socket`);
  await new Promise((resolve) => server.once("listening", resolve));
  const { paths, leftOut } = walked(root);
  await new Promise((resolve) => server.close(resolve));
  expect(paths).toEqual(["", "good"]);
  expect(leftOut).toEqual({ fifo: "it is a FIFO", null: "it is a device", socket: "it is a socket" });
});

test("leaves out what is excluded with all below it, and Cairn's own names at the top", () => {
  const root = temporaryFolder();
  makeTree(root, {
    "out/deep/er": file(""),
    "in/out": file(""),
    ".cairn-restoring": file(""),
    ".cairn-undo-1/moved/x": file(""),
    "in/.cairn-x": file(""),
  });
  const { paths, leftOut } = walked(root, (path) => path === `${root}/out`);
  expect(paths).toEqual(["", "in", "in/.cairn-x", "in/out"]);
  expect(leftOut).toEqual({});
});

test("leaves out paths that are longer than the format takes", () => {
  const root = temporaryFolder();
  let path = "";
  // One step at a time, since no call takes so long a path.
  const names = Array.from({ length: 20 }, () => "d".repeat(250));
  execFileSync("bash", [
    "-c",
    `cd ${root}; for name in ${names.join(" ")}; do mkdir $name; cd $name; done; touch f`,
  ]);
  const { paths, leftOut } = walked(root);
  for (let depth = 0; depth < 15; depth++) path += `${depth > 0 ? "/" : ""}${"d".repeat(250)}`;
  expect(paths.at(-1)).toBe(path);
  expect(Object.values(leftOut)).toEqual(["its path is too long"]);
});

test("an ordinary user's unreadable folders are left out, unreadable files are listed", async () => {
  const script = new URL("../../support/walk-as-nobody.ts", import.meta.url);
  const { paths, leftOut } = await jsonOf<{ paths: string[]; leftOut: Record<string, string> }>(script, [], {
    asNobody: true,
  });
  expect(paths).toEqual(["", "closed", "file", "listed-only", "open", "open/x"]);
  expect(leftOut).toEqual({
    closed: "it may not be read",
    "listed-only/y": "it may not be read",
  });
});
