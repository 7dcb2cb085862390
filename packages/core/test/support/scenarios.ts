// Restores onto what is there: a tree that was saved, and what stands in its place. Every way in which the two can
// differ occurs in one of them.

import { directory, file, hardlink, symlink, type TreeSpec } from "./tree.ts";

export interface Scenario {
  readonly name: string;
  readonly paths: readonly string[];
  /** Below the workspace. */
  readonly saved: TreeSpec;
  readonly there: TreeSpec;
  readonly clean: boolean;
}

const saved: TreeSpec = {
  tree: directory({ mode: 0o755, mtime: 1_600_000_000.25 }),
  "tree/same": file("same"),
  "tree/changed": file("the right bytes"),
  "tree/mode": file("mode", { mode: 0o600 }),
  "tree/missing": file("missing"),
  "tree/empty": file(""),
  "tree/folder/inner/a": file("a"),
  "tree/folder/inner/b": hardlink("tree/folder/inner/a"),
  "tree/folder/c": hardlink("tree/folder/inner/a"),
  "tree/folder/link": symlink("inner"),
  "tree/was-link/x": file("x in a folder"),
  "tree/was-file/y": file("y in a folder"),
  "tree/was-folder": file("a file"),
  "tree/was-empty-folder": file("another file"),
  "tree/was-folder-now-link": symlink("same"),
  "tree/readonly": directory({ mode: 0o555, mtime: 1_500_000_000 }),
  "tree/readonly/inside": file("inside", { mode: 0o444 }),
  "tree/new/deep/er": file("new"),
};

const there: TreeSpec = {
  tree: directory({ mode: 0o700, mtime: 1_650_000_000.125 }),
  "tree/same": file("same"),
  "tree/changed": file("wrong"),
  "tree/mode": file("mode"),
  "tree/empty": file("not empty"),
  "tree/folder/inner/a": file("a"),
  "tree/folder/inner/b": hardlink("tree/folder/inner/a"),
  "tree/folder/c": file("c of its own"),
  "tree/folder/link": symlink("elsewhere"),
  "tree/was-link": symlink("../outside"),
  "tree/was-file": file("a file"),
  "tree/was-folder": directory({ mode: 0o555 }),
  "tree/was-folder/of/things": file("things"),
  "tree/was-folder/of": directory({ mode: 0o500 }),
  "tree/was-empty-folder": directory({ mode: 0o750 }),
  "tree/was-folder-now-link/z": file("z"),
  "tree/readonly": directory({ mode: 0o555 }),
  "tree/readonly/inside": file("something else", { mode: 0o400 }),
  "tree/readonly/extra": file("extra"),
  "tree/extra": directory({ mode: 0o555 }),
  "tree/extra/deep": file("extra"),
  "outside/x": file("must never be touched"),
};

export const SCENARIOS: readonly Scenario[] = [
  { name: "onto nothing", paths: ["tree"], saved, there: {}, clean: false },
  {
    name: "onto nothing, deep below it",
    paths: ["a/b/tree"],
    clean: false,
    saved: below("a/b", saved),
    there: {},
  },
  { name: "onto a copy that differs in every way", paths: ["tree"], saved, there, clean: false },
  { name: "onto such a copy, cleaned", paths: ["tree"], saved, there, clean: true },
  { name: "onto the same tree", paths: ["tree"], saved, there: saved, clean: true },
  {
    name: "several roots, among them files",
    paths: ["tree", "single", "other/file", "other/second"],
    clean: false,
    saved: { ...saved, single: file("single"), "other/file": file("1"), "other/second": hardlink("single") },
    there: { ...there, single: file("not this"), "other/second": symlink("file") },
  },
  {
    name: "two files in a folder that does not exist",
    paths: ["other/file", "other/second"],
    clean: false,
    saved: { "other/file": file("1"), "other/second": file("2") },
    there: {},
  },
];

function below(folder: string, spec: TreeSpec): TreeSpec {
  return Object.fromEntries(
    Object.entries(spec).map(([path, node]) => [
      `${folder}/${path}`,
      node.kind === "hardlink" ? hardlink(`${folder}/${node.target}`) : node,
    ]),
  );
}
