// The data sets by name: how each comes to be, what of it is saved, and about how much it is. Data only.

import type { Generated } from "./generate.ts";

interface Common {
  /** The path line of every save and restore of it. */
  readonly path: string;
  /** The share of the tree's allocated bytes that an archive of it takes, on the safe side. */
  readonly archiveShare: number;
}

/** Made by a package manager from a manifest and a lock file, once, and kept in the user's cache folder. */
export interface InstalledRecipe extends Common {
  readonly by: "npm" | "cargo" | "go";
  /** Copied from the source folder before the install; the second one names the version of the tree. */
  readonly files: readonly [manifest: string, lock: string, ...others: string[]];
  /** Whether the manifest is part of the benchmark; the others come from `--dataset` or `--datasets`. */
  readonly isOurs: boolean;
}

/** Made from a seed, on the scratch, whenever it is needed: that costs less than to keep it. */
export interface GeneratedRecipe extends Common {
  readonly by: "generator";
  readonly generated: Generated;
  readonly files: number;
  readonly bytes: number;
}

/** The tree of one installed data set after an update to that of another: what is equal keeps its times. */
export interface UpdatedRecipe extends Common {
  readonly by: "update";
  readonly from: string;
  readonly to: string;
}

export type Recipe = InstalledRecipe | GeneratedRecipe | UpdatedRecipe;

const npm: InstalledRecipe = {
  by: "npm",
  path: "node_modules",
  archiveShare: 0.2,
  files: ["package.json", "package-lock.json"],
  isOurs: false,
};

const GB = 1e9;
const RANDOM_BYTES = 4 * GB;

function textFiles(count: number, bytes: number, changed = 0): GeneratedRecipe {
  return {
    by: "generator",
    path: "files",
    archiveShare: 0.25,
    generated: { kind: "text-files", count, bytes, changed },
    files: count,
    bytes: count * bytes,
  };
}

function randomFile(insertedBytes: number): GeneratedRecipe {
  return {
    by: "generator",
    path: "file.bin",
    archiveShare: 1.01,
    generated: { kind: "random-file", bytes: RANDOM_BYTES, insertedBytes },
    files: 1,
    bytes: RANDOM_BYTES + insertedBytes,
  };
}

export const recipes: Readonly<Record<string, Recipe>> = {
  "js-app": npm,
  "js-app-bump": npm,
  "js-app-bump-kept": {
    by: "update",
    path: npm.path,
    archiveShare: npm.archiveShare,
    from: "js-app",
    to: "js-app-bump",
  },
  "rust-target": {
    by: "cargo",
    path: "target",
    archiveShare: 0.5,
    files: ["Cargo.toml", "Cargo.lock", "src/main.rs"],
    isOurs: true,
  },
  "go-modules": {
    by: "go",
    path: "modules",
    archiveShare: 0.5,
    files: ["go.mod", "go.sum", "main.go"],
    isOurs: true,
  },
  "random-4g": randomFile(0),
  "random-4g-inserted": randomFile(11),
  "small-400k": textFiles(400_000, 1000),
  "small-400k-changed": textFiles(400_000, 1000, 1),
  "ten-small": textFiles(10, 10_000),
  "million-files": textFiles(1_000_000, 1000),
  "10-gb": {
    by: "generator",
    path: "files",
    archiveShare: 0.55,
    generated: { kind: "half-random-files", count: 10, bytes: 1 * GB },
    files: 10,
    bytes: 10 * GB,
  },
};
