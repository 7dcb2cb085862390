/** Builds dist/, or the folder that is given. */
import { join, resolve } from "node:path";
import { buildDist, root } from "./lib/dist.ts";

const folder = process.argv[2] ?? join(root, "dist");
if (folder.startsWith("-")) {
  console.error(`${folder} is no folder: scripts/build-dist [FOLDER]`);
  process.exit(2);
}
buildDist(resolve(folder));
