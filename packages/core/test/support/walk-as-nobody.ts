// A script that a test starts as an ordinary user: walks a tree in which not everything may be read.

import { chmodSync } from "node:fs";
import { walk } from "../../src/lib/walk.ts";
import { temporaryFolder } from "./temporary.ts";
import { file, makeTree } from "./tree.ts";

const root = temporaryFolder();
makeTree(root, {
  "closed/x": file("x"),
  "listed-only/y": file("y"),
  "open/x": file("x"),
  file: file("secret", { mode: 0 }),
});
chmodSync(`${root}/closed`, 0);
chmodSync(`${root}/listed-only`, 0o400);
const leftOut: Record<string, string> = {};
const paths: string[] = [];
const options = {
  isExcluded: () => false,
  onLeftOut: (path: string, why: string) => {
    leftOut[path.slice(root.length + 1)] = why;
  },
};
for (const { path } of walk(root, options)) paths.push(path);
console.log(JSON.stringify({ paths, leftOut }));
