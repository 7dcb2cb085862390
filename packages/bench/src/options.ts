// The command line of the benchmark. Pure: text in, options or a UsageError out.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BenchCase, cases, findCase } from "./cases.ts";

export interface BenchOptions {
  readonly cases: readonly BenchCase[];
  /** Folder of the bundles of other tools, one folder each; undefined: Cairn alone. */
  readonly peers: string | undefined;
  /** Folder of data sets, one folder each. */
  readonly dataSets: string | undefined;
  /** Folders of single data sets by name; they win over `dataSets`. */
  readonly dataSetFolders: ReadonlyMap<string, string>;
  /** Folder with `save-cache/index.js` and `restore-cache/index.js`; undefined: this checkout's bundles. */
  readonly cairn: string | undefined;
  /** Counted runs of each subject. */
  readonly runs: number;
  /** The servers to measure against: without and with kept-alive connections. */
  readonly keepAlive: readonly boolean[];
  /** Parent of all that is written while measuring; undefined: a tmpfs when there is room. */
  readonly scratch: string | undefined;
  readonly json: string | undefined;
  /** Whether docs/benchmarks.md, its chart and the table of the README are brought up to date. */
  readonly docs: boolean;
  readonly list: boolean;
}

export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DEFAULT_RUNS = 5;

export const usage: string = `usage: scripts/bench [CASE…] [OPTION…]

Measures Cairn and other caches side by side, each run a process of its own, in turn.

  --dataset NAME=DIR     a data set: a folder with package.json and package-lock.json; may be repeated
  --datasets DIR         a folder of data sets
  --peers DIR            a folder of other tools' bundles: runs-on, tespkg
  --cairn DIR            a folder with save-cache/index.js and restore-cache/index.js (default: dist)
  --runs N               counted runs of each, after one warm-up (default: ${DEFAULT_RUNS})
  --keep-alive WHICH     whether the server keeps connections: off, on, both (default: off)
  --scratch DIR          where to work (default: /dev/shm when there is room, else the temporary folder)
  --json FILE            where all figures go, a chart beside it (default: .cache/bench/last.json)
  --docs                 bring docs/benchmarks.md, its chart and README.md up to date
  --list                 print the cases and end`;

/** @throws UsageError */
export function parseOptions(args: readonly string[], cwd: string): BenchOptions {
  const { values, positionals } = parse(args);
  const folder = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(cwd, path);
  return {
    cases: positionals.length === 0 ? cases : positionals.map(knownCase),
    peers: folder(values.peers),
    dataSets: folder(values.datasets),
    dataSetFolders: new Map((values.dataset ?? []).map((text) => dataSetFolder(text, cwd))),
    cairn: folder(values.cairn),
    runs: positiveInteger(values.runs),
    keepAlive: keepAliveVariants(values["keep-alive"]),
    scratch: folder(values.scratch),
    json: folder(values.json),
    docs: values.docs ?? false,
    list: values.list ?? false,
  };
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

function positiveInteger(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RUNS;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--runs takes a number from 1 on, not ${text}`);
  return Number(text);
}

function keepAliveVariants(text: string | undefined): readonly boolean[] {
  switch (text) {
    case undefined:
    case "off":
      return [false];
    case "on":
      return [true];
    case "both":
      return [false, true];
    default:
      throw new UsageError(`--keep-alive takes off, on or both, not ${text}`);
  }
}
