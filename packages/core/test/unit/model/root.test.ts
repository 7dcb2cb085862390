// Path lines and where they are anchored, so that a cache travels between machines; versions; exclude lines.

import { describe, expect, test } from "@jest/globals";
import {
  anchorLines,
  anchorPath,
  excluder,
  type Folders,
  isAskedFor,
  resolveRoot,
  versionOf,
} from "../../../src/model/root.ts";

const folders: Folders = { workspace: "/home/me/work/app", home: "/home/me", temp: "/tmp" };
const elsewhere: Folders = { workspace: "/builds/7/app", home: "/root", temp: "/tmp" };
const linux = { windows: false, crossOs: false };

describe("anchors", () => {
  test.each([
    ["node_modules", "workspace", "node_modules"],
    ["./node_modules/", "workspace", "node_modules"],
    ["a//b/../c", "workspace", "a/c"],
    [".", "workspace", "."],
    ["", "workspace", "."],
    ["../sibling", "workspace", "../sibling"],
    ["~/.npm", "home", ".npm"],
    ["~", "home", "."],
    ["~/", "home", "."],
    ["~//x", "home", "x"],
    ["~user/x", "workspace", "~user/x"],
    ["/home/me/work/app/dist", "workspace", "dist"],
    ["/home/me/work/app", "workspace", "."],
    ["/home/me/work/app2", "home", "work/app2"],
    ["/home/me/.cargo/", "home", ".cargo"],
    ["/home/melanie", "absolute", "/home/melanie"],
    ["/opt/tools/../cache", "absolute", "/opt/cache"],
    ["/", "absolute", "/"],
    ["a\\b", "workspace", "a/b"],
    ["C:\\cache\\x", "absolute", "C:/cache/x"],
  ])("%s is anchored at the %s as %s", (line, anchor, path) => {
    expect(anchorPath(line, folders)).toEqual({ anchor, path });
  });

  test("Windows folders with backslashes", () => {
    const windows = { workspace: "D:\\a\\app\\app", home: "C:\\Users\\me", temp: "D:\\t" };
    expect(anchorPath("D:\\a\\app\\app\\dist", windows)).toEqual({ anchor: "workspace", path: "dist" });
    expect(anchorPath("~\\AppData\\npm", windows)).toEqual({ anchor: "home", path: "AppData/npm" });
    expect(resolveRoot({ anchor: "home", path: "AppData" }, windows)).toBe("C:/Users/me/AppData");
  });

  test("in a container, a path of the host below the same two folders is the workspace", () => {
    const container = { workspace: "/__w/app/app", home: "/github/home", temp: "/__w/_temp" };
    expect(anchorPath("/home/runner/work/app/app/dist", container)).toEqual({
      anchor: "workspace",
      path: "dist",
    });
    expect(anchorPath("/home/runner/work/app/app", container)).toEqual({ anchor: "workspace", path: "." });
    expect(anchorPath("/home/runner/work/app/application/x", container).anchor).toBe("absolute");
    expect(anchorPath("/home/runner/work/app/app/dist", elsewhere).anchor).toBe("absolute");
  });

  test("a home or workspace that is unknown or / anchors nothing", () => {
    expect(anchorPath("/etc/x", { ...folders, home: "" }).anchor).toBe("absolute");
    expect(anchorPath("/etc/x", { ...folders, workspace: "/" }).anchor).toBe("absolute");
  });

  test("the same line leads to the same place of another machine", () => {
    const there = (line: string) => resolveRoot(anchorPath(line, folders), elsewhere);
    expect(there("/home/me/work/app/dist")).toBe("/builds/7/app/dist");
    expect(there("~/.m2")).toBe("/root/.m2");
    expect(there("../sibling")).toBe("/builds/7/sibling");
    expect(there("/opt/x")).toBe("/opt/x");
    expect(there(".")).toBe("/builds/7/app");
  });
});

describe("lines", () => {
  test("empty ones are dropped, ! excludes, * ? and [ make a glob", () => {
    const lines = anchorLines(["  a ", "", "   ", "! b", "!c/*.log", "**/d", "e?", "!", "[f]"], folders);
    expect(lines.map(({ path, exclude, isGlob }) => [path, exclude, isGlob])).toEqual([
      ["a", false, false],
      ["b", true, false],
      ["c/*.log", true, true],
      ["**/d", false, true],
      ["e?", false, true],
      ["[f]", false, true],
    ]);
  });
});

describe("versions", () => {
  const version = (lines: string[], platform = linux, where = folders) =>
    versionOf(anchorLines(lines, where), platform);

  test("do not depend on machine, spelling or order", () => {
    const one = version(["node_modules", "~/.npm", "!node_modules/.cache"]);
    expect(version(["~/.npm/", "./node_modules", "!./node_modules/.cache"])).toBe(one);
    expect(
      version(["/builds/7/app/node_modules", "/root/.npm", "!node_modules/.cache"], linux, elsewhere),
    ).toBe(one);
    expect(version(["node_modules", "node_modules", "~/.npm", "!node_modules/.cache"])).toBe(one);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
  });

  test("differ by every line, by what is excluded, and by Windows unless told otherwise", () => {
    const versions = [
      version(["a"]),
      version(["b"]),
      version(["a", "b"]),
      version(["a", "!b"]),
      version(["~/a"]),
      version(["/a"]),
      version(["a"], { windows: true, crossOs: false }),
    ];
    expect(new Set(versions).size).toBe(versions.length);
    expect(version(["a"], { windows: true, crossOs: true })).toBe(
      version(["a"], { windows: false, crossOs: true }),
    );
    expect(version(["a"], { windows: false, crossOs: true })).toBe(version(["a"]));
  });

  test("two lines are not one with a comma", () => {
    expect(version(["a", "b"])).not.toBe(version(["a,workspace:b"]));
  });
});

describe("excludes", () => {
  const isExcluded = (lines: string[], path: string, where = folders) =>
    excluder(anchorLines(lines, where), where)(path);

  test.each([
    ["!dist/tmp", "/home/me/work/app/dist/tmp", true],
    ["!dist/tmp/", "/home/me/work/app/dist/tmp", true],
    ["!dist/tmp", "/home/me/work/app/dist/tmp2", false],
    ["!**/*.log", "/home/me/work/app/a/b/.hidden/x.log", true],
    ["!**/*.log", "/home/me/work/app/x.log", true],
    ["!*.log", "/home/me/work/app/a/x.log", false],
    ["!~/.npm/_logs", "/home/me/.npm/_logs", true],
    ["!/opt/x?", "/opt/xy", true],
    ["!a{b,c}", "/home/me/work/app/ab", false],
    ["dist", "/home/me/work/app/dist", false],
  ])("%s for %s: %s", (line, path, expected) => {
    expect(isExcluded(["dist", line], path)).toBe(expected);
  });

  test("a workspace whose name looks like a pattern is taken as it is", () => {
    const odd = { ...folders, workspace: "/w/app [1]" };
    expect(isExcluded(["!**/*.log"], "/w/app [1]/a/x.log", odd)).toBe(true);
    expect(isExcluded(["!**/*.log"], "/w/app 1/a/x.log", odd)).toBe(false);
  });
});

describe("whether a root is asked for", () => {
  const asked = (lines: string[], line: string) =>
    isAskedFor(anchorPath(line, folders), anchorLines(lines, folders));

  test("by its line or a pattern, at the same anchor", () => {
    expect(asked(["a/b"], "a/b")).toBe(true);
    expect(asked(["packages/*/dist"], "packages/x/dist")).toBe(true);
    expect(asked(["**/dist"], "packages/x/dist")).toBe(true);
    expect(asked(["a/b"], "a")).toBe(false);
    expect(asked(["a/b"], "a/b/c")).toBe(false);
    expect(asked(["a", "!b"], "b")).toBe(false);
    expect(asked(["a"], "~/a")).toBe(false);
    expect(asked(["packages/*/dist"], "packages/x/y/dist")).toBe(false);
  });

  test("a pattern never asks for a path with .. in it", () => {
    const lines = anchorLines(["packages/*/dist", "**/x", "~/??/y", "/opt/*/*"], folders);
    for (const root of [
      { anchor: "workspace", path: "packages/../dist" },
      { anchor: "workspace", path: "../x" },
      { anchor: "workspace", path: "a/../../x" },
      { anchor: "home", path: "../y" },
      { anchor: "absolute", path: "/opt/../etc" },
    ] as const)
      expect([root, isAskedFor(root, lines)]).toEqual([root, false]);
  });
});
