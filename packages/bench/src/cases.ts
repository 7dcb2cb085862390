// What is measured. A case is data: the runner knows how to perform any of them.

/** Programs that do a part of the work: floors.ts has their commands. */
export type FloorName = "start" | "untar" | "unzstd" | "download" | "tar" | "zstd" | "upload";

export interface BenchCase {
  readonly name: string;
  /** One line for the head of its table. */
  readonly title: string;
  readonly operation: "save" | "restore";
  /** The tree that is saved, or that a restore has to bring back. */
  readonly dataSet: string;
  /** What the same tool saved before the clock starts, in this order, each under its own key. */
  readonly stored: readonly string[];
  /** What the same tool restored into the workspace before the clock starts, in this job or an earlier one. */
  readonly restored?: {
    readonly dataSet: string;
    readonly by: "this job" | "an earlier job";
  };
  /**
   * How the restored tree then became the one that is saved. `reinstall`: all files are new, as after `npm ci`.
   * `update`: only files that differ were written, as after `npm install`.
   */
  readonly change?: "reinstall" | "update";
  /** What other programs take for a part of the work, for orientation. */
  readonly floors: readonly FloorName[];
  /** Where `scripts/bench all` measures it, too. */
  readonly also?: readonly ("ext4" | "shaped")[];
  /** Takes so long, or so much room, that it is measured only when it is named. */
  readonly isOptIn?: boolean;
  /** Only Cairn: what counts is whether it gets through, and with how much memory. */
  readonly isAlone?: boolean;
}

const restoreFloors = ["untar", "unzstd", "download"] as const;
const saveFloors = ["tar", "zstd", "upload"] as const;
const everywhere = ["ext4", "shaped"] as const;
const restoredBefore = { dataSet: "js-app", by: "this job" } as const;

export const cases: readonly BenchCase[] = [
  {
    name: "js-app-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "js-app",
    stored: [],
    floors: saveFloors,
    also: everywhere,
  },
  {
    name: "js-app-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "js-app",
    stored: ["js-app"],
    floors: restoreFloors,
    also: everywhere,
  },
  {
    name: "js-app-restore-unchanged",
    title: "restore onto the same tree",
    operation: "restore",
    dataSet: "js-app",
    stored: ["js-app"],
    restored: { dataSet: "js-app", by: "an earlier job" },
    floors: [],
    also: everywhere,
  },
  {
    name: "js-app-restore-onto-bump",
    title: "restore onto the tree of js-app-bump",
    operation: "restore",
    dataSet: "js-app",
    stored: ["js-app", "js-app-bump"],
    restored: { dataSet: "js-app-bump", by: "an earlier job" },
    floors: restoreFloors,
    also: everywhere,
  },
  {
    name: "js-app-restore-onto-kept",
    title: "restore onto the tree of js-app-bump, where equal files have equal times",
    operation: "restore",
    dataSet: "js-app",
    stored: ["js-app", "js-app-bump-kept"],
    restored: { dataSet: "js-app-bump-kept", by: "an earlier job" },
    floors: [],
  },
  {
    name: "js-app-save-unchanged",
    title: "save under a new key what the job restored",
    operation: "save",
    dataSet: "js-app",
    stored: ["js-app"],
    restored: restoredBefore,
    floors: [],
    also: everywhere,
  },
  {
    name: "js-app-bump-save",
    title: "save after js-app was restored and five upgrades wrote all files anew",
    operation: "save",
    dataSet: "js-app-bump",
    stored: ["js-app"],
    restored: restoredBefore,
    change: "reinstall",
    floors: [],
    also: everywhere,
  },
  {
    name: "js-app-bump-save-kept",
    title: "save after js-app was restored and five upgrades wrote what they changed",
    operation: "save",
    dataSet: "js-app-bump",
    stored: ["js-app"],
    restored: restoredBefore,
    change: "update",
    floors: [],
    also: everywhere,
  },
  {
    name: "ten-small-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "ten-small",
    stored: [],
    floors: [],
    also: ["shaped"],
  },
  {
    name: "ten-small-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "ten-small",
    stored: ["ten-small"],
    floors: ["start", "download"],
    also: ["shaped"],
  },
  {
    name: "small-400k-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "small-400k",
    stored: [],
    floors: [],
  },
  {
    name: "small-400k-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "small-400k",
    stored: ["small-400k"],
    floors: [],
  },
  {
    name: "random-4g-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "random-4g",
    stored: [],
    floors: ["upload"],
  },
  {
    name: "random-4g-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "random-4g",
    stored: ["random-4g"],
    floors: ["download"],
  },
  {
    name: "random-4g-inserted-save",
    title: "save where the bucket holds the file without 11 bytes in its middle",
    operation: "save",
    dataSet: "random-4g-inserted",
    stored: ["random-4g"],
    floors: [],
  },
  {
    name: "rust-target-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "rust-target",
    stored: [],
    floors: [],
  },
  {
    name: "rust-target-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "rust-target",
    stored: ["rust-target"],
    floors: [],
  },
  {
    name: "go-modules-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "go-modules",
    stored: [],
    floors: [],
  },
  {
    name: "go-modules-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "go-modules",
    stored: ["go-modules"],
    floors: [],
  },
  {
    name: "one-of-400k-save",
    title: "save after small-400k was restored and one file changed",
    operation: "save",
    dataSet: "small-400k-changed",
    stored: ["small-400k"],
    restored: { dataSet: "small-400k", by: "this job" },
    change: "update",
    floors: [],
    isOptIn: true,
  },
  {
    name: "million-files-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "million-files",
    stored: ["million-files"],
    floors: [],
    isOptIn: true,
    isAlone: true,
  },
  {
    name: "10-gb-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "10-gb",
    stored: ["10-gb"],
    floors: [],
    isOptIn: true,
    isAlone: true,
  },
];

export function findCase(name: string): BenchCase | undefined {
  return cases.find((each) => each.name === name);
}

/** The data sets that a case needs, each once. */
export function dataSetsOf({ dataSet, stored, restored }: BenchCase): readonly string[] {
  return [...new Set([...stored, ...(restored ? [restored.dataSet] : []), dataSet])];
}
