// Data sets: real dependency trees, built from a lock file once for all runs and kept in the user's cache folder under
// the digest of that lock file. Install scripts don't run: only the package manager's own files are in the tree.

import { hash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execute } from "./execute.ts";
import type { BenchOptions } from "./options.ts";
import { UsageError } from "./options.ts";
import { sizeOfTree, type TreeSize } from "./tree.ts";

export interface DataSet {
  readonly name: string;
  /** Holds `node_modules`, the manifest and the lock file. */
  readonly folder: string;
  readonly size: TreeSize;
  /** As a workflow would write it, with a hash of the lock file. */
  readonly key: string;
}

/** The path line of every save and restore. */
export const SAVED_PATH = "node_modules";

const FILES = ["package.json", "package-lock.json"] as const;

/** @throws UsageError when nobody said where the data set is. */
export async function buildDataSet(
  name: string,
  options: Pick<BenchOptions, "dataSets" | "dataSetFolders">,
  cacheFolder: string,
  signal: AbortSignal,
): Promise<DataSet> {
  const source = options.dataSetFolders.get(name) ?? (options.dataSets && join(options.dataSets, name));
  if (source === undefined) {
    throw new UsageError(`the data set ${name} is needed: --dataset ${name}=DIR or --datasets DIR`);
  }
  const lock = await readFile(join(source, "package-lock.json")).catch((error: Error) => {
    throw new UsageError(`the data set ${name} has no lock file: ${error.message}`);
  });
  const digest = hash("sha256", lock).slice(0, 16);
  const folder = join(cacheFolder, `${name}-${digest}`);
  let size = await sizeIfBuilt(folder);
  if (size === undefined) {
    console.log(`building the data set ${name} (once): npm ci into ${folder}`);
    await install(source, folder, cacheFolder, signal);
    size = sizeOfTree(join(folder, SAVED_PATH));
  }
  return { name, folder, size, key: `npm-${digest}` };
}

async function sizeIfBuilt(folder: string): Promise<TreeSize | undefined> {
  try {
    return sizeOfTree(join(folder, SAVED_PATH));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function install(
  source: string,
  folder: string,
  cacheFolder: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const unfinished = await mkdtemp(join(cacheFolder, "unfinished-"));
  try {
    for (const file of FILES) await copyFile(join(source, file), join(unfinished, file));
    const options = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
    await execute(["npm", "ci", ...options], { cwd: unfinished, signal });
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}
