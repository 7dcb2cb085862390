/**
 * The coverage-guided fuzzer of the decoders: a process for each target (lib/fuzz/fuzz-one.ts), one after the other. What
 * is found is written below .cache/fuzz and fails the command; with --keep, inputs that reach new code join the corpus,
 * which the suites replay, and the counts are added to docs/fuzzing.json and to the table of docs/fuzzing.md.
 */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { TARGETS } from "../packages/core/test/fuzz/targets/all.ts";
import type { FuzzMessage } from "./lib/fuzz/fuzz-one.ts";

type Done = Extract<FuzzMessage, { kind: "done" }>;

const usage = `usage: scripts/fuzz [TARGET…] [--runs N] [--seed N] [--keep]

targets: ${Object.keys(TARGETS).join(", ")} (default: all)
--runs   inputs for each target (default 20000)
--seed   where the random choices start (default 1): the same seed gives the same inputs
--keep   add what reaches new code to the corpus, and the counts to docs/fuzzing.json`;

const root = dirname(import.meta.dirname);
const corpusRoot = join(root, "packages/core/test/fuzz/corpus");
const findingsRoot = join(root, ".cache/fuzz");
const countsFile = join(root, "docs/fuzzing.json");
const pageFile = join(root, "docs/fuzzing.md");
/** The corpus of a target: small, since it is kept in the repository. */
const CORPUS_MAX_BYTES = 64_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "20000" },
      seed: { type: "string", default: "1" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(TARGETS, name));
  const isNumber = (text: string) => /^\d{1,9}$/.test(text);
  if (values.help || unknown.length > 0 || !isNumber(values.runs) || !isNumber(values.seed)) {
    if (unknown.length > 0) console.error(`error: there is no target ${unknown.join(", ")}`);
    console.error(usage);
    return values.help ? 0 : 2;
  }
  let failed = false;
  for (const name of positionals.length > 0 ? positionals : Object.keys(TARGETS)) {
    const done = await fuzz(name, values.runs, values.seed, values.keep);
    failed ||= done === undefined;
    if (done && values.keep) addCounts(name, done);
  }
  return failed ? 1 : 0;
}

/** @returns undefined when there was a finding, or the process did not come to its end. */
async function fuzz(name: string, runs: string, seed: string, keep: boolean): Promise<Done | undefined> {
  const corpus = join(corpusRoot, name);
  const child = fork(join(root, "scripts/lib/fuzz/fuzz-one.ts"), [name, runs, seed, corpus], {
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      "--disable-warning=SecurityWarning",
      "--permission",
      "--allow-fs-read=*",
      "--allow-worker",
    ],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let done: Done | undefined;
  let findings = 0;
  child.on("message", (message: FuzzMessage) => {
    if (message.kind === "done") done = message;
    else if (message.kind === "kept") {
      if (keep && sizeOf(corpus) < CORPUS_MAX_BYTES) writeInput(corpus, message.input);
    } else {
      findings++;
      const file = writeInput(join(findingsRoot, name), message.input);
      console.error(`${name}: ${message.why}\n  input: ${relative(root, file)}`);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  if (code !== 0 || !done) {
    console.error(`${name}: the process ended with ${code ?? "a signal"} before it was done`);
    return undefined;
  }
  const rate = Math.round(done.inputs / done.seconds);
  console.log(
    `${name}: ${done.inputs} inputs (${rate}/s), ${done.kept} reached new code, ${done.marks} marks, slowest ${done.slowestMs.toFixed(1)} ms, ${Math.round(done.peakMegabytes)} MB at most, ${findings} findings`,
  );
  return findings === 0 ? done : undefined;
}

function writeInput(folder: string, base64: string): string {
  const bytes = Buffer.from(base64, "base64");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, createHash("sha256").update(bytes).digest("hex").slice(0, 16));
  writeFileSync(file, bytes);
  return file;
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

interface Counts {
  readonly runs: number;
  readonly inputs: number;
  readonly marks: number;
  readonly slowestMs: number;
  readonly peakMegabytes: number;
}

/** Of runs without a finding. */
function addCounts(name: string, { inputs, marks, slowestMs, peakMegabytes }: Done): void {
  const all: Record<string, Counts> = existsSync(countsFile)
    ? JSON.parse(readFileSync(countsFile, "utf8"))
    : {};
  const before = all[name] ?? { runs: 0, inputs: 0, marks: 0, slowestMs: 0, peakMegabytes: 0 };
  all[name] = {
    runs: before.runs + 1,
    inputs: before.inputs + inputs,
    marks: Math.max(before.marks, marks),
    slowestMs: Math.ceil(Math.max(before.slowestMs, slowestMs)),
    peakMegabytes: Math.ceil(Math.max(before.peakMegabytes, peakMegabytes)),
  };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(countsFile, `${JSON.stringify(sorted, null, 2)}\n`);
  writeTable(sorted);
}

/** Into the page, between its marks. */
function writeTable(all: Readonly<Record<string, Counts>>): void {
  const rows = Object.entries(all).map(
    ([name, { inputs, marks, slowestMs, peakMegabytes }]) =>
      `| ${name} | ${inputs.toLocaleString("en")} | ${marks} | ${slowestMs} | ${peakMegabytes} |`,
  );
  const total = Object.values(all).reduce((sum, { inputs }) => sum + inputs, 0);
  const table = [
    "| target | inputs | marks | slowest, ms | memory, MB |",
    "|---|---:|---:|---:|---:|",
    ...rows,
    `| all | ${total.toLocaleString("en")} | | | |`,
  ].join("\n");
  const page = readFileSync(pageFile, "utf8");
  writeFileSync(pageFile, page.replace(/(<!-- counts -->\n)[\s\S]*(<!-- end -->)/, `$1\n${table}\n\n$2`));
}

process.exitCode = await main();
