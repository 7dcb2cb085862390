/**
 * The demo: what a team sees of Cairn, with a real node_modules and a folder as the store. Two machines are two folders.
 * Every figure is of the command as a user runs it, start-up included. Fails when a restored tree is not what was saved.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { differences } from "./lib/demo/compare-trees.ts";
import { installDemoTrees, UPGRADE } from "./lib/demo/install-trees.ts";

const root = dirname(import.meta.dirname);
const cacheFolder = join(root, ".cache/demo");
const cli = join(root, "packages/cli/dist/bin.js");
const abort = new AbortController();
const { signal } = abort;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => abort.abort());

/** The figures of the documents that `--json` prints. */
interface Outcome {
  readonly status: string;
  readonly entryCount: number;
  readonly restoredBytes: number;
  readonly downloadedBytes: number;
  readonly keptBytes: number;
  readonly uploadedBytes: number;
  readonly ref: { readonly treeBytes: number; readonly entryCount: number };
  readonly ms: number;
}

interface Machine {
  readonly app: string;
  readonly temp: string;
}

async function main(): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  const trees = await installDemoTrees({ appFolder: join(root, "scripts/demo-app"), cacheFolder, signal });
  const work = mkdtempSync(join(cacheFolder, "run-"));
  try {
    await show(trees, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function show(trees: Awaited<ReturnType<typeof installDemoTrees>>, work: string): Promise<void> {
  const cairn = (machine: Machine, command: string, key: string, more: string[] = []) =>
    runCairn(machine, work, [command, "--key", key, ...more, "node_modules"]);
  const one = machineIn(work, "machine-1");
  const two = machineIn(work, "machine-2");

  title("1. A build machine, and nothing saved yet");
  const miss = await cairn(one, "restore", "deps-1");
  expectStatus(miss, "miss");
  line("restore", "a miss: the build has to install", miss.ms);
  copy(trees.tree, join(one.app, "node_modules"));
  line("npm ci", "as it was measured when the demo was installed", trees.installMs);
  const first = await cairn(one, "save", "deps-1");
  expectStatus(first, "saved");
  line(
    "save",
    `${size(first.ref.treeBytes)}, ${count(first.ref.entryCount)}; ${size(first.uploadedBytes)} sent`,
    first.ms,
  );

  title("2. Another machine, with an empty folder");
  const second = await cairn(two, "restore", "deps-1");
  expectStatus(second, "hit");
  line(
    "restore",
    `${size(second.restoredBytes)} written, ${size(second.downloadedBytes)} read from the store`,
    second.ms,
  );
  expectSame(one, two);

  title(`3. There, ${UPGRADE.name} is upgraded to ${UPGRADE.version}`);
  for (const path of trees.upgraded) {
    rmSync(join(two.app, "node_modules", path), { recursive: true });
    copy(join(trees.upgrade, path), join(two.app, "node_modules", path));
  }
  const change = await cairn(two, "save", "deps-2");
  expectStatus(change, "saved");
  const share = (100 * change.uploadedBytes) / first.uploadedBytes;
  if (share > 20) throw new Error(`a small change sent ${share.toFixed(0)} % of the first save`);
  line(
    "save",
    `${size(change.ref.treeBytes)}; ${size(change.uploadedBytes)} sent, ${share.toFixed(1)} % of the first save`,
    change.ms,
  );

  title("4. Back on the first machine, which still has the old tree");
  const update = await cairn(one, "restore", "deps-2", ["--clean"]);
  expectStatus(update, "hit");
  line(
    "restore",
    `${size(update.keptBytes)} were right already, ${size(update.downloadedBytes)} read`,
    update.ms,
  );
  expectSame(two, one);
  const kept = size(bytesBelow(join(work, "store")));
  const both = size(first.ref.treeBytes + change.ref.treeBytes);
  process.stdout.write(`\nThe store holds both trees, ${both}, in ${kept}.\n`);
  process.stdout.write(
    `Try it: scripts/cairn save --key mine PATH…   then   scripts/cairn restore --key mine PATH…\n`,
  );
}

function machineIn(work: string, name: string): Machine {
  const machine = { app: join(work, name, "app"), temp: join(work, name, "temp") };
  mkdirSync(machine.app, { recursive: true });
  mkdirSync(machine.temp);
  return machine;
}

/** Runs the command line as a user does, and waits for its document. */
async function runCairn(machine: Machine, work: string, args: readonly string[]): Promise<Outcome> {
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, ...args, "--json"], {
    cwd: machine.app,
    env: environment(machine, work),
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGTERM",
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const ms = performance.now() - begun;
  // 3 is a miss, which the demo begins with.
  if (code !== 0 && code !== 3)
    throw new Error(`cairn ${args.join(" ")} exited with ${code}\n${output.stderr}`);
  return { ...(JSON.parse(output.stdout) as Outcome), ms };
}

/** As on a machine of its own: no settings and no CI of ours, and no git checkout around the folder. */
function environment(machine: Machine, work: string): Record<string, string | undefined> {
  const foreign = /^(CAIRN_|ACTIONS_|GITHUB_|RUNNER_|GITLAB_|CI_|CIRCLE|BUILDKITE|JENKINS_)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(kept),
    CAIRN_STORE: `file://${encodeURI(join(work, "store"))}`,
    RUNNER_TEMP: machine.temp,
    GIT_CEILING_DIRECTORIES: work,
  };
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

function expectStatus(outcome: Outcome, status: string): void {
  if (outcome.status !== status) throw new Error(`expected ${status}, got ${outcome.status}`);
}

function expectSame(saved: Machine, restored: Machine): void {
  const found = differences(join(saved.app, "node_modules"), join(restored.app, "node_modules"));
  if (found.length > 0) throw new Error(`the trees differ:\n${found.slice(0, 10).join("\n")}`);
  line("compare", "the same files, bytes, modes and links");
}

function title(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

function line(what: string, text: string, ms?: number): void {
  const time = ms === undefined ? "" : `${(ms / 1_000).toFixed(2)} s`;
  process.stdout.write(`${`   ${what.padEnd(8)} ${text.padEnd(62)} ${time.padStart(9)}`.trimEnd()}\n`);
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function count(entries: number): string {
  return `${entries.toLocaleString("en-US")} entries`;
}

main().catch((error: unknown) => {
  if (signal.aborted) {
    process.exitCode = 130;
    return;
  }
  process.stderr.write(`error: ${Error.isError(error) ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
