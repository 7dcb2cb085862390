/**
 * Runs every check of the repository in turn and then all suites against the real services. A failed stage does not
 * keep the later ones from running; each check counts as one test. Services that did not run before are stopped.
 *
 * With path patterns only the suites that match are run, after a build.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type Command, run } from "./lib/run.ts";
import { type PartName, partNames, partOf } from "./lib/services/parts.ts";
import { serviceEnvironment, startServices, stopServices } from "./lib/services/services.ts";
import { type JestReport, sum, type Tally, tallyJest } from "./lib/tally.ts";

interface Stage {
  readonly name: string;
  readonly run: () => Promise<Tally>;
}

const root = dirname(import.meta.dirname);
const logs = join(root, ".cache/test");
const patterns = process.argv.slice(2);
const abort = new AbortController();
const { signal } = abort;
/** Servers that this run has to stop. */
let ours: Awaited<ReturnType<typeof startServices>>["names"] = [];

function stagesFor(wanted: readonly string[]): readonly Stage[] {
  const build = packageScript("build");
  const checks = [packageScript("lint"), packageScript("typecheck"), ...distChecks()];
  const services: Stage = { name: "services", run: startAll };
  const suites: Stage = { name: "jest", run: runSuites };
  if (wanted.length === 0) return [build, ...checks, services, ...workflowChecks(), suites];
  // Unit tests need no server: a first quick run does not wait for installs.
  const needed = wanted.some((pattern) => pattern !== "unit") ? [services] : [];
  const leftOut = [...checks, ...(needed.length === 0 ? [services] : []), ...workflowChecks()];
  console.log(`left out: ${leftOut.map(({ name }) => name).join(", ")}`);
  return [build, ...needed, suites];
}

async function main(): Promise<number> {
  if (patterns.some((pattern) => pattern.startsWith("-"))) {
    console.error("usage: scripts/test [unit | PATH-PATTERN…]   (for jest's own options: pnpm unit)");
    return 2;
  }
  for (const each of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(each, () => abort.abort());
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const tallies: Tally[] = [];
  for (const stage of stagesFor(patterns)) {
    if (signal.aborted) break;
    tallies.push(await timed(stage));
  }
  await stopServices(ours).catch((error: Error) => tallies.push(failure(error)));
  if (signal.aborted) tallies.push(failure(new Error("interrupted")));
  const { passed, failed } = sum(tallies);
  console.log(`${passed} passed, ${failed} failed`);
  return signal.aborted ? 130 : failed === 0 ? 0 : 1;
}

async function timed({ name, run }: Stage): Promise<Tally> {
  const begun = performance.now();
  console.log(`== ${name}`);
  const tally = await run().catch(failure);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`   ${tally.failed === 0 ? "ok" : "FAILED"}, ${seconds} s`);
  return tally;
}

function failure(error: Error): Tally {
  console.log(`error: ${error.message}`);
  return { passed: 0, failed: 1 };
}

function packageScript(name: string): Stage {
  return check(name, () => [process.execPath, "--run", name]);
}

function distChecks(): readonly Stage[] {
  const script = join(root, "scripts/check-dist");
  return existsSync(script) ? [check("check-dist", () => [script])] : [];
}

function workflowChecks(): readonly Stage[] {
  const folder = ".github/workflows";
  if (!existsSync(join(root, folder))) return [];
  const files = readdirSync(join(root, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name));
  if (files.length === 0) return [];
  return [
    // Without what it would find on the PATH: the same verdict on every machine.
    tool("actionlint", ["-shellcheck=", "-pyflakes=", ...files]),
    tool("zizmor", ["--offline", "--no-progress", "--color=never", ...files]),
  ];
}

function tool(name: PartName, args: readonly string[]): Stage {
  return check(name, () => {
    const file = serviceEnvironment()[partOf(name).variable];
    if (file === undefined) throw new Error(`${name} is not installed`);
    return [file, ...args];
  });
}

/** One command that counts as one test; its output is shown when it fails. */
function check(name: string, command: () => Command): Stage {
  return {
    name,
    run: async () => {
      const log = join(logs, `${name}.log`);
      const code = await run(command(), { cwd: root, env: environment(), log, signal });
      if (code === 0) return { passed: 1, failed: 0 };
      console.log(readFileSync(log, "utf8").trimEnd());
      return { passed: 0, failed: 1 };
    },
  };
}

async function startAll(): Promise<Tally> {
  const { names, failures } = await startServices(partNames, signal);
  ours = names;
  for (const each of failures) console.log(`error: ${each.message}`);
  return failures.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runSuites(): Promise<Tally> {
  const report = join(logs, "jest.json");
  const code = await run(
    [
      process.execPath,
      ...["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
      join(root, "node_modules/jest/bin/jest.js"),
      // --ci: a missing snapshot fails on every machine, as it does in CI.
      ...["--ci", "--maxWorkers=2", "--json", `--outputFile=${report}`],
      ...patterns.map((pattern) => (pattern === "unit" ? "/test/unit/" : pattern)),
    ],
    { cwd: root, env: environment(), signal },
  );
  const parsed = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as JestReport) : undefined;
  const tally = tallyJest(parsed, code);
  for (const name of tally.notRun) console.log(`not run, which counts as failed: ${name}`);
  return tally;
}

/** No test's server is behind the caller's proxy. */
const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "AWS_CA_BUNDLE"];

/** The services, the Node of the workspace, and nothing of the caller's own AWS account or network. */
function environment(): Record<string, string | undefined> {
  return {
    ...serviceEnvironment(),
    AWS_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    ...Object.fromEntries(proxies.map((name) => [name, undefined])),
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  };
}

process.exitCode = await main().catch((error: Error) => {
  const { passed, failed } = failure(error);
  console.log(`${passed} passed, ${failed} failed`);
  return 1;
});
