// Data sets: the trees that are saved and restored. Installed ones are built once, from a lock file, and kept in the
// user's cache folder under the digest of that lock file; generated ones are made on the scratch of the case.

import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execute } from "../execute.ts";
import { type BenchOptions, UsageError } from "../options.ts";
import type { Place, Scratch } from "../scratch.ts";
import { sizeOfTree, type TreeSize } from "../tree.ts";
import { digestOf, generate } from "./generate.ts";
import { installInto } from "./install.ts";
import { type GeneratedRecipe, type InstalledRecipe, type Recipe, recipes } from "./recipes.ts";

/** What is known of a data set before it lies on the scratch. */
export interface PlannedDataSet {
  readonly name: string;
  /** The path line of every save and restore of it. */
  readonly path: string;
  /** As a workflow would write it, with a hash of the lock file. */
  readonly key: string;
  /** Of what is saved; an estimate on the safe side where it is still to be generated. */
  readonly size: TreeSize;
  /** The share of the tree's allocated bytes that an archive of it takes, on the safe side. */
  readonly archiveShare: number;
  /** Where an installed one is kept. */
  readonly kept: string | undefined;
  readonly recipe: Recipe;
}

export interface DataSet extends PlannedDataSet {
  /** Holds what `path` names. */
  readonly folder: string;
}

type SourceOptions = Pick<BenchOptions, "dataSets" | "dataSetFolders">;

/** Installs it unless that was done before. @throws UsageError when nobody said where its manifest is. */
export async function planDataSet(
  name: string,
  options: SourceOptions,
  cacheFolder: string,
  signal: AbortSignal,
): Promise<PlannedDataSet> {
  const recipe = recipes[name];
  if (recipe === undefined) throw new Error(`no recipe for the data set ${name}`);
  const { path, archiveShare } = recipe;
  const common = { name, path, archiveShare, recipe };
  if (recipe.by === "generator") {
    return {
      ...common,
      key: `seed-${digestOf(recipe.generated)}`,
      size: estimateOf(recipe),
      kept: undefined,
    };
  }
  const source = sourceOf(name, recipe, options);
  const lock = await readFile(join(source, recipe.files[1])).catch((error: Error) => {
    throw new UsageError(`the data set ${name} has no lock file: ${error.message}`);
  });
  const digest = hash("sha256", lock).slice(0, 16);
  const kept = join(cacheFolder, `${name}-${digest}`);
  const size = (await sizeIfBuilt(join(kept, path))) ?? (await install());
  return { ...common, key: `${recipe.by}-${digest}`, size, kept };

  async function install(): Promise<TreeSize> {
    console.log(`building the data set ${name} (once) in ${kept}`);
    await installInto(kept, source, recipe as InstalledRecipe, signal);
    return sizeOfTree(join(kept, path));
  }
}

/** Generates what is not kept, in a folder of its own. */
export async function provideDataSet(
  planned: PlannedDataSet,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<DataSet> {
  const { name, recipe, kept, size } = planned;
  if (recipe.by !== "generator") return { ...planned, folder: kept! };
  const { folder } = await scratch.openPlace(name, { bytes: size.allocatedBytes, files: size.files });
  const tree = join(folder, planned.path);
  generate(recipe.generated, tree, signal);
  return { ...planned, folder, size: sizeOfTree(tree) };
}

/**
 * A copy on the scratch, as if the package manager had worked there: the order of its folders decides what an archive
 * is like. What was generated lies there already, and stays when this place is closed.
 */
export async function stage(
  { name, kept, folder, path, size }: DataSet,
  { scratch, signal }: { readonly scratch: Scratch; readonly signal: AbortSignal },
): Promise<Place> {
  if (kept === undefined) return { folder, close: async () => undefined };
  const room = { bytes: size.allocatedBytes, files: size.files + size.folders };
  const place = await scratch.openPlace(name, room);
  await execute(["cp", "-a", join(folder, path), place.folder], { signal });
  return place;
}

function sourceOf(name: string, recipe: InstalledRecipe, options: SourceOptions): string {
  const own = fileURLToPath(new URL(`../../data-sets/${name}`, import.meta.url));
  const found = recipe.isOurs ? own : options.dataSets && join(options.dataSets, name);
  const source = options.dataSetFolders.get(name) ?? found;
  if (source === undefined) {
    throw new UsageError(`the data set ${name} is needed: --dataset ${name}=DIR or --datasets DIR`);
  }
  return source;
}

async function sizeIfBuilt(tree: string): Promise<TreeSize | undefined> {
  try {
    return sizeOfTree(tree);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const BLOCK_BYTES = 4096;

function estimateOf({ files, bytes }: GeneratedRecipe): TreeSize {
  const allocatedBytes = files * BLOCK_BYTES * Math.ceil(bytes / files / BLOCK_BYTES);
  return { files, folders: Math.ceil(files / 50), symlinks: 0, bytes, allocatedBytes };
}
