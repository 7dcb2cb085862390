// Paths and links of an artifact whose bytes are in order: an input is its entries, one a line, `d0 a`, `f0 a/b`,
// `l0 a/c>target` or `h0 a/d>a/b`. From raw bytes it takes a fuzzer too long to come to whole trees.

import { decodeSegment } from "../../../src/model/decode-segment.ts";
import { encodeEntries, encodeSegment } from "../../../src/model/encode-segment.ts";
import type { Entry } from "../../../src/model/entry.ts";
import { judgePaths } from "../judge-paths.ts";
import { bytesOf, decoded, type FuzzTarget, textOf } from "../target.ts";

const times = { mode: 0o755, mtimeSeconds: 0, mtimeNanos: 0 };

export const target: FuzzTarget = {
  seeds: () =>
    [
      "d0 \nf0 a\nd0 b\nf0 b/c\nl0 b/d>../a\nh0 b/e>a",
      "d0 \nd0 A\nf0 A/x\nf0 nul\nd1 \nf1 z",
      "f0 \nd2 \nl2 l>/etc",
      "d0 \nf0 a",
      "d0 \nd0 a\nf0 a/b",
      "d0 \nl0 a>x",
    ].map(bytesOf),
  dictionary: [
    "\nd0 ..",
    "\nf0 ..",
    "\nd0 ",
    "\nf0 ",
    "\nl0 ",
    "\nh0 ",
    "\nf1 ",
    "..",
    "../",
    "/",
    "./",
    "\0",
    "\\",
    "C:",
    "con.txt",
    ".cairn-x",
    ">",
    "é",
  ],
  run(input) {
    const entries = textOf(input)
      .split("\n")
      .flatMap((line): Entry[] => {
        const [kind, root, path, link] = [line[0], Number(line[1]), ...line.slice(3).split(">")] as const;
        if (path === undefined || !Number.isInteger(root)) return [];
        const own = { root, path, ...times };
        if (kind === "d") return [{ kind: "directory", ...own }];
        if (kind === "f") return [{ kind: "file", size: 0, extents: [], ...own }];
        if (kind === "l" && link !== undefined) return [{ kind: "symlink", target: link, ...own }];
        if (kind === "h" && link !== undefined)
          return [{ kind: "hardlink", targetRoot: root, target: link, root, path }];
        return [];
      });
    const segment = decoded(() =>
      decodeSegment(
        encodeSegment(encodeEntries(entries), () => undefined as never),
        "x",
      ),
    );
    if (segment) judgePaths(segment);
  },
};
