// Data sets: the trees that are saved and restored. Installed ones are built once, from a lock file, and kept in the
// user's cache folder under the digest of that lock file; generated ones are made on the scratch of the case.

import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { applyChange, changeBetween } from "../change-tree.ts";
import type { Room } from "../disk-kind.ts";
import { execute } from "../execute.ts";
import type { BenchOptions } from "../options.ts";
import type { Place, Scratch } from "../scratch.ts";
import { sizeOfTree, type TreeSize } from "../tree.ts";
import { UsageError } from "../usage-error.ts";
import { digestOf, generate } from "./generate.ts";
import { installInto } from "./install.ts";
import { type GeneratedRecipe, type InstalledRecipe, recipes, type UpdatedRecipe } from "./recipes.ts";

/** What is known of a data set before it lies on the scratch. */
export interface PlannedDataSet {
  readonly name: string;
  /** The path line of every save and restore of it. */
  readonly path: string;
  /** As a workflow would write it, with a hash of the lock file. */
  readonly key: string;
  /** Of what is saved; an estimate on the safe side where it is still to be made. */
  readonly size: TreeSize;
  /** The share of the tree's allocated bytes that an archive of it takes, on the safe side. */
  readonly archiveShare: number;
  /** The folder that holds it, or how to make the tree. */
  readonly origin: { readonly kept: string } | { readonly make: (tree: string) => Promise<void> };
}

export interface DataSet extends PlannedDataSet {
  /** Holds what `path` names. */
  readonly folder: string;
}

export interface PlanContext {
  readonly options: Pick<BenchOptions, "dataSets" | "dataSetFolders">;
  /** Where installed ones are kept. */
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
}

/** Installs it unless that was done before. @throws UsageError when nobody said where its manifest is. */
export async function planDataSet(name: string, context: PlanContext): Promise<PlannedDataSet> {
  const recipe = recipes[name];
  if (recipe === undefined) throw new Error(`no recipe for the data set ${name}`);
  if (recipe.by === "generator") return planGenerated(name, recipe, context);
  if (recipe.by === "update") return planUpdated(name, recipe, context);
  return planInstalled(name, recipe, context);
}

function planGenerated(name: string, recipe: GeneratedRecipe, { signal }: PlanContext): PlannedDataSet {
  const { path, archiveShare, generated } = recipe;
  const make = async (tree: string): Promise<void> => generate(generated, tree, signal);
  const key = `seed-${digestOf(generated)}`;
  return { name, path, archiveShare, key, size: estimateOf(recipe), origin: { make } };
}

async function planUpdated(
  name: string,
  { path, archiveShare, from, to }: UpdatedRecipe,
  context: PlanContext,
): Promise<PlannedDataSet> {
  const before = await planDataSet(from, context);
  const after = await planDataSet(to, context);
  const make = async (tree: string): Promise<void> => {
    const [old, wanted] = [treeOf(before), treeOf(after)];
    await execute(["cp", "-a", old, tree], context);
    applyChange(changeBetween(old, wanted), wanted, tree);
  };
  const digest = hash("sha256", `${before.key} ${after.key}`).slice(0, 16);
  return { name, path, archiveShare, key: `update-${digest}`, size: after.size, origin: { make } };
}

async function planInstalled(
  name: string,
  recipe: InstalledRecipe,
  context: PlanContext,
): Promise<PlannedDataSet> {
  const { path, archiveShare, files } = recipe;
  const source = sourceOf(name, recipe, context);
  const lock = await readFile(join(source, files[1])).catch((error: Error) => {
    throw new UsageError(`the data set ${name} has no lock file: ${error.message}`);
  });
  const digest = hash("sha256", lock).slice(0, 16);
  const kept = join(context.cacheFolder, `${name}-${digest}`);
  let size = await sizeIfBuilt(join(kept, path));
  if (size === undefined) {
    console.log(`building the data set ${name} (once) in ${kept}`);
    await installInto(kept, source, recipe, context.signal);
    size = sizeOfTree(join(kept, path));
  }
  return { name, path, archiveShare, key: `${recipe.by}-${digest}`, size, origin: { kept } };
}

function treeOf({ origin, path }: PlannedDataSet): string {
  if (!("kept" in origin)) throw new Error("an update is from one installed tree to another");
  return join(origin.kept, path);
}

/** Makes what is not kept, in a place of its own. */
export async function provideDataSet(planned: PlannedDataSet, scratch: Scratch): Promise<DataSet> {
  const { name, path, origin, size } = planned;
  if ("kept" in origin) return { ...planned, folder: origin.kept };
  const { folder } = await scratch.openPlace(name, roomOf(size));
  const tree = join(folder, path);
  await origin.make(tree);
  return { ...planned, folder, size: sizeOfTree(tree) };
}

/**
 * A copy on the scratch, as if the package manager had worked there: the order of its folders decides what an archive
 * is like. What was made lies there already, and stays when this place is closed.
 */
export async function stage(
  { name, origin, folder, path, size }: DataSet,
  { scratch, signal }: { readonly scratch: Scratch; readonly signal: AbortSignal },
): Promise<Place> {
  if ("make" in origin) return { folder, close: async () => undefined };
  const place = await scratch.openPlace(name, roomOf(size));
  await execute(["cp", "-a", join(folder, path), place.folder], { signal });
  return place;
}

const roomOf = ({ allocatedBytes, files, folders }: TreeSize): Room => ({
  bytes: allocatedBytes,
  files: files + folders,
});

function sourceOf(name: string, recipe: InstalledRecipe, { options }: PlanContext): string {
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
