/** Builds dist/, or the folder that is given. */
import { join, resolve } from "node:path";
import { buildDist, root } from "./lib/dist.ts";

buildDist(resolve(process.argv[2] ?? join(root, "dist")));
