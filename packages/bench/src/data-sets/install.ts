// Installs a data set with its package manager, from its lock file alone. npm's install scripts don't run: only the
// package manager's own files are in the tree.

import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execute } from "../execute.ts";
import type { InstalledRecipe } from "./recipes.ts";

type Command = readonly [string, ...string[]];

const commands: Readonly<Record<InstalledRecipe["by"], Command>> = {
  npm: ["npm", "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"],
  cargo: ["cargo", "build", "--locked"],
  go: ["go", "mod", "download"],
};

/** @param folder appears when it is complete. @throws when the package manager fails. */
export async function installInto(
  folder: string,
  source: string,
  { by, files, path }: InstalledRecipe,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(join(dirname(folder), "unfinished-"));
  const tree = join(unfinished, path);
  try {
    for (const file of files) {
      await mkdir(dirname(join(unfinished, file)), { recursive: true });
      await copyFile(join(source, file), join(unfinished, file));
    }
    // Go's modules are read-only by default; so they stay, since that is what a cache of them has to deal with.
    const env = { ...process.env, CARGO_TARGET_DIR: tree, GOMODCACHE: tree, GOFLAGS: "" };
    await execute(commands[by], { cwd: unfinished, env, signal });
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}
