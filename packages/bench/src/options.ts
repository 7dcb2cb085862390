// The command line of the benchmark. Pure: text in, options or a UsageError out.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BenchCase, cases, findCase } from "./cases.ts";
import type { DiskKind } from "./disk-kind.ts";
import type { IndexKind } from "./lookup/lookup-result.ts";
import type { NetworkKind } from "./network/network.ts";
import { UsageError } from "./usage-error.ts";

/** A case and where it is to be measured. */
export interface PlannedCase {
  readonly bench: BenchCase;
  readonly network: NetworkKind;
  readonly disk: DiskKind | "auto";
  readonly keepAlive: boolean;
}

export interface BenchOptions {
  /** Grouped by network. */
  readonly plan: readonly PlannedCase[];
  /** The indexes whose look-ups among many Refs are measured. */
  readonly lookups: readonly IndexKind[];
  /** The numbers of objects with which looking after a store is measured. */
  readonly upkeep: readonly number[];
  /** Folder of the bundles of other tools, one folder each; undefined: Cairn alone. */
  readonly peers: string | undefined;
  /** Folder of data sets, one folder each. */
  readonly dataSets: string | undefined;
  /** Folders of single data sets by name; they win over `dataSets`. */
  readonly dataSetFolders: ReadonlyMap<string, string>;
  /** Folder with `save-cache/index.js` and `restore-cache/index.js`; undefined: this checkout's bundles. */
  readonly cairn: string | undefined;
  /** Counted runs of each subject; undefined: what the size of the tree allows. */
  readonly runs: number | undefined;
  /** Parent of all that is written while measuring; undefined: where such a disk is usually found. */
  readonly scratch: string | undefined;
  /** The file of results that what is found is merged into; undefined: see {@link docs}. */
  readonly json: string | undefined;
  /** Whether docs/benchmarks.md, its results, its chart and the table of the README are brought up to date. */
  readonly docs: boolean;
  readonly list: boolean;
}

const DEFAULT_RUNS = 5;
const RUNS_OF_BIG_TREES = 3;
const BIG_TREE_BYTES = 2e9;

export function runsOf({ runs }: Pick<BenchOptions, "runs">, treeBytes: number): number {
  return runs ?? (treeBytes > BIG_TREE_BYTES ? RUNS_OF_BIG_TREES : DEFAULT_RUNS);
}

export const usage: string = `usage: scripts/bench [CASE… | all | lookup | upkeep] [OPTION…]

Measures Cairn and other caches side by side, each run a process of its own, in turn. Without a name: every case that is
not marked as on demand. all: those, the shaped network and ext4 for those that have goals there, and lookup.
lookup: what a look-up costs among 10, 1,000 and 100,000 refs. upkeep: what invalidating half of all refs costs, and a prune
of the store; only where it is named.

  --dataset NAME=DIR     a data set: a folder with package.json and package-lock.json; may be repeated
  --datasets DIR         a folder of data sets
  --peers DIR            a folder of other tools' bundles: runs-on, tespkg
  --cairn DIR            a folder with save-cache/index.js and restore-cache/index.js (default: dist)
  --runs N               counted runs of each, after one warm-up (default: ${DEFAULT_RUNS}; ${RUNS_OF_BIG_TREES} for trees above ${BIG_TREE_BYTES / 1e9} GB)
  --network WHICH        loopback, shaped (200 MB/s in all, 20 ms; needs root), both (default: loopback)
  --disk WHICH           tmpfs, ext4 (a fresh file system for each run; needs root), folder, auto (default: tmpfs for
                         trees up to 1 GB, else ext4)
  --keep-alive WHICH     whether the server keeps connections: on, off, both (default: on)
  --index WHICH          for lookup: dynamodb, sqlite, bucket, all (default: all)
  --objects N            for upkeep: how many there are, a multiple of 10 (default: 100,000)
  --scratch DIR          where to work (default: /dev/shm for tmpfs, else the temporary folder)
  --json FILE            results to merge into, a chart beside it (default: .cache/bench/results.json)
  --docs                 bring docs/benchmarks.md, its chart and README.md up to date, with docs/assets/bench.json
  --list                 print the cases and end`;

/** @throws UsageError */
export function parseOptions(args: readonly string[], cwd: string): BenchOptions {
  const { values, positionals } = parse(args);
  const folder = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(cwd, path);
  return {
    plan: planOf(positionals, {
      networks: oneOf("network", values.network, NETWORKS),
      disks: oneOf("disk", values.disk, DISKS),
      keepAlive: oneOf("keep-alive", values["keep-alive"], KEEP_ALIVE),
    }),
    lookups: lookupsOf(positionals, oneOf("index", values.index, INDEXES)),
    upkeep: positionals.includes("upkeep") ? [objectsOf(values.objects)] : [],
    peers: folder(values.peers),
    dataSets: folder(values.datasets),
    dataSetFolders: new Map((values.dataset ?? []).map((text) => dataSetFolder(text, cwd))),
    cairn: folder(values.cairn),
    runs: values.runs === undefined ? undefined : positiveInteger(values.runs),
    scratch: folder(values.scratch),
    json: folder(values.json),
    docs: values.docs ?? false,
    list: values.list ?? false,
  };
}

const NETWORKS = { loopback: ["loopback"], shaped: ["shaped"], both: ["loopback", "shaped"] } as const;
const DISKS = { auto: ["auto"], tmpfs: ["tmpfs"], ext4: ["ext4"], folder: ["folder"] } as const;
const INDEXES = {
  dynamodb: ["dynamodb"],
  sqlite: ["sqlite"],
  bucket: ["bucket"],
  all: ["dynamodb", "sqlite", "bucket"],
} as const;
const KEEP_ALIVE = { on: [true], off: [false], both: [true, false] } as const;

/** @returns the values that the option stands for; undefined where it wasn't given. */
function oneOf<T>(
  option: string,
  text: string | undefined,
  values: Readonly<Record<string, readonly T[]>>,
): readonly T[] | undefined {
  if (text === undefined) return undefined;
  if (Object.hasOwn(values, text)) return values[text];
  throw new UsageError(`--${option} takes ${Object.keys(values).join(", ")}, not ${text}`);
}

function lookupsOf(
  names: readonly string[],
  indexes: readonly IndexKind[] = INDEXES.all,
): readonly IndexKind[] {
  return names.includes("lookup") || names.includes("all") ? indexes : [];
}

interface Variants {
  readonly networks: readonly NetworkKind[] | undefined;
  readonly disks: readonly PlannedCase["disk"][] | undefined;
  readonly keepAlive: readonly boolean[] | undefined;
}

const COMMANDS = ["all", "lookup", "upkeep"];

function planOf(names: readonly string[], variants: Variants): readonly PlannedCase[] {
  const isDefault = variants.networks === undefined && variants.disks === undefined;
  const named = names.filter((name) => !COMMANDS.includes(name)).map(knownCase);
  const all = names.length === 0 || names.includes("all") ? cases.filter(({ isOptIn }) => !isOptIn) : [];
  const plan = combine([...new Set([...all, ...named])], variants);
  if (!names.includes("all") || !isDefault) return plan;
  const { keepAlive } = variants;
  return [
    ...plan,
    ...combine(also("ext4"), { networks: ["loopback"], disks: ["ext4"], keepAlive }),
    ...combine(also("shaped"), { networks: ["shaped"], disks: ["auto"], keepAlive }),
  ];
}

function also(where: "ext4" | "shaped"): readonly BenchCase[] {
  return cases.filter((bench) => bench.also?.includes(where));
}

function combine(
  wanted: readonly BenchCase[],
  { networks = ["loopback"], disks = ["auto"], keepAlive = [true] }: Variants,
): readonly PlannedCase[] {
  return networks.flatMap((network) =>
    wanted.flatMap((bench) =>
      disks.flatMap((disk) => keepAlive.map((each) => ({ bench, network, disk, keepAlive: each }))),
    ),
  );
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        peers: { type: "string" },
        datasets: { type: "string" },
        dataset: { type: "string", multiple: true },
        cairn: { type: "string" },
        runs: { type: "string" },
        index: { type: "string" },
        objects: { type: "string" },
        network: { type: "string" },
        disk: { type: "string" },
        "keep-alive": { type: "string" },
        scratch: { type: "string" },
        json: { type: "string" },
        docs: { type: "boolean" },
        list: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function knownCase(name: string): BenchCase {
  const found = findCase(name);
  if (!found) {
    throw new UsageError(`there is no case ${name}; the cases: ${cases.map((each) => each.name).join(", ")}`);
  }
  return found;
}

function dataSetFolder(text: string, cwd: string): [string, string] {
  const [, name, path] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new UsageError(`--dataset takes NAME=DIR, not ${JSON.stringify(text)}`);
  }
  return [name, resolve(cwd, path)];
}

const UPKEEP_OBJECTS = 100_000;

function objectsOf(text: string = String(UPKEEP_OBJECTS)): number {
  if (/^[1-9]\d{0,6}0$/.test(text)) return Number(text);
  throw new UsageError(`--objects takes a multiple of 10, not ${text}`);
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--runs takes a number from 1 on, not ${text}`);
  return Number(text);
}
