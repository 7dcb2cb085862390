/**
 * One target in a process of its own, which may write no file and start no program (Node's permission model): whatever
 * tries to is a finding. Runs what is kept of the corpus, then inputs made from it, and tells the parent what it found.
 *
 * Arguments: target, runs, seed, folder of the corpus.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { FuzzTarget } from "../../../packages/core/test/fuzz/target.ts";
import { startCoverage } from "./coverage.ts";
import { createRandom, mutate } from "./mutate.ts";

/** What the parent is told; `input` in base64. */
export type FuzzMessage =
  | { readonly kind: "finding"; readonly why: string; readonly input: string }
  | { readonly kind: "kept"; readonly input: string }
  | {
      readonly kind: "done";
      readonly inputs: number;
      readonly kept: number;
      readonly marks: number;
      readonly seconds: number;
      readonly slowestMs: number;
      readonly peakMegabytes: number;
    };

/** An input that takes longer is a finding, and one that takes ten times as long ends the process. */
const SLOW_MS = 1000;
const STUCK_MS = 10 * SLOW_MS;
/** Beside what the process starts with. */
const MEMORY_MAX_MEGABYTES = 512;
const INPUT_ROOM = 1 << 16;

const [name, runs, seed, corpusFolder] = process.argv.slice(2) as [string, string, string, string];
const root = join(import.meta.dirname, "../../..");
const coverage = startCoverage(join(root, "packages/core/src/"));
const { TARGETS } = await import("../../../packages/core/test/fuzz/targets/all.ts");
const target: FuzzTarget = (await TARGETS[name]!()).target;
const watch = startWatch();
const random = createRandom(Number(seed));
const words = target.dictionary.map((word) =>
  Buffer.from(word, /^[\0-\xff]*$/.test(word) ? "latin1" : "utf8"),
);
const corpus: Uint8Array[] = [];
const startMegabytes = megabytes();
const begun = performance.now();
let inputs = 0;
let findings = 0;
let slowestMs = 0;
let peakMegabytes = 0;

const kept = existsSync(corpusFolder) ? readdirSync(corpusFolder).sort() : [];
const givens = [...target.seeds(), ...kept.map((file) => readFileSync(join(corpusFolder, file)))];
for (const input of givens) if (tryInput(input) || corpus.length === 0) corpus.push(input);
const given = corpus.length;
while (inputs < Number(runs) && findings < 5) {
  // Half of the time from among the newest, which reach furthest.
  const from = random.next(2)
    ? corpus.length - 1 - random.next(Math.min(16, corpus.length))
    : random.next(corpus.length);
  const input = mutate(corpus[from]!, { random, corpus, words });
  if (tryInput(input)) {
    corpus.push(input);
    tell({ kind: "kept", input: base64(input) });
  }
  // What zlib's streams hold is given back by the event loop, which goes round between any two tasks of a worker.
  if (inputs % 64 === 0) await setImmediate();
}
const seconds = (performance.now() - begun) / 1000;
tell({
  kind: "done",
  inputs,
  kept: corpus.length - given,
  marks: coverage.marks(),
  seconds,
  slowestMs,
  peakMegabytes,
});
watch.end();
process.disconnect();

/** @returns whether it reached something new. */
function tryInput(input: Uint8Array): boolean {
  inputs++;
  coverage.reset();
  watch.begin(input);
  const at = performance.now();
  try {
    target.run(input);
  } catch (error) {
    report(Error.isError(error) ? (error.stack ?? error.message) : String(error), input);
  }
  const ms = performance.now() - at;
  slowestMs = Math.max(slowestMs, ms);
  if (ms > SLOW_MS) report(`it took ${Math.round(ms)} ms`, input);
  if (inputs % 256 === 0) checkMemory(input);
  return coverage.isNew();
}

function checkMemory(input: Uint8Array): void {
  const more = megabytes() - startMegabytes;
  peakMegabytes = Math.max(peakMegabytes, more);
  if (more > MEMORY_MAX_MEGABYTES)
    report(`the process holds ${Math.round(more)} MB more than at its start`, input);
}

function report(why: string, input: Uint8Array): void {
  findings++;
  tell({ kind: "finding", why, input: base64(input) });
}

function megabytes(): number {
  return process.memoryUsage.rss() / 1e6;
}

function base64(input: Uint8Array): string {
  return Buffer.from(input).toString("base64");
}

function tell(message: FuzzMessage): void {
  process.send!(message);
}

/** A thread that shows the input on stderr and ends the process when one does not come to its end. */
function startWatch() {
  const shared = new SharedArrayBuffer(8 + INPUT_ROOM);
  const words = new Int32Array(shared, 0, 2);
  const room = new Uint8Array(shared, 8);
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    const words = new Int32Array(workerData, 0, 2), room = Buffer.from(workerData, 8);
    let last = -1, since = Date.now();
    setInterval(() => {
      const now = Atomics.load(words, 0);
      if (now !== last) { last = now; since = Date.now(); return; }
      if (Date.now() - since < ${STUCK_MS}) return;
      require("node:fs").writeSync(2, "stuck on " + room.toString("base64", 0, words[1]) + "\\n");
      process.kill(process.pid, "SIGKILL");
    }, 500);`;
  const worker = new Worker(code, { eval: true, workerData: shared });
  worker.unref();
  return {
    begin(input: Uint8Array): void {
      room.set(input.subarray(0, INPUT_ROOM));
      words[1] = Math.min(input.length, INPUT_ROOM);
      Atomics.add(words, 0, 1);
    },
    end: () => void worker.terminate(),
  };
}
