/**
 * Builds dist/ a second time elsewhere and compares the bytes; then copies it out of the repository and runs each entry
 * alone, with nothing in the environment but what the entry needs.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildDist, listFiles, root } from "./lib/dist.ts";

const dist = join(root, "dist");
// A blank and a bracket in the name: what a path may hold must not matter.
const place = mkdtempSync(join(tmpdir(), "check dist [1] "));
const problems: string[] = [];

try {
  compare(dist, join(place, "again"));
  const alone = join(place, "alone/dist");
  cpSync(dist, alone, { recursive: true });
  runAlone(alone);
} finally {
  rmSync(place, { recursive: true, force: true });
}
for (const problem of problems) console.error(`error: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`dist: ${listFiles(dist).length} files are what their sources give, and run alone`);

function compare(committed: string, rebuilt: string): void {
  buildDist(rebuilt);
  const had = existsSync(committed) ? listFiles(committed) : [];
  const now = listFiles(rebuilt);
  const hint = "run scripts/build-dist and commit dist/";
  for (const name of now) {
    if (!had.includes(name)) problems.push(`dist/${name} is missing: ${hint}`);
    else if (!readFileSync(join(committed, name)).equals(readFileSync(join(rebuilt, name)))) {
      problems.push(`dist/${name} is not what its sources give: ${hint}`);
    }
  }
  for (const name of had)
    if (!now.includes(name)) problems.push(`dist/${name} comes from no source: ${hint}`);
}

/** One job: save, restore elsewhere, the combined action's two steps, and the command line. */
function runAlone(folder: string): void {
  const workspace = join(folder, "../workspace");
  mkdirSync(join(workspace, "tree"), { recursive: true });
  writeFileSync(join(workspace, "tree/file"), "content");
  step(folder, workspace, "save-cache", "Cache saved with key: k");
  rmSync(join(workspace, "tree"), { recursive: true });
  step(folder, workspace, "restore-cache", "Cache restored from key: k");
  const restored = join(workspace, "tree/file");
  if (!existsSync(restored) || readFileSync(restored, "utf8") !== "content") {
    problems.push("dist/restore-cache alone: the file is not what was saved");
  }
  step(folder, workspace, "cache", "Cache restored from key: k");
  step(folder, workspace, "cache-post", "not saving cache.");
  expect("cli --version", run(folder, workspace, "cli", ["--version"], {}), /^\d+\.\d+\.\d+/);
}

function step(folder: string, workspace: string, name: string, line: string): void {
  const files = { GITHUB_OUTPUT: "output", GITHUB_STATE: "state" };
  const env: Record<string, string> = {
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: "push",
    GITHUB_REF: "refs/heads/main",
    GITHUB_REPOSITORY: "acme/api",
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: join(folder, "../temp"),
    INPUT_PATH: "tree",
    INPUT_KEY: "k",
    INPUT_STORE: "file:///".concat(encodeURI(join(folder, "../store")).replace(/^\//, "")),
    STATE_CACHE_RESULT: name === "cache-post" ? "k" : "",
  };
  mkdirSync(env["RUNNER_TEMP"]!, { recursive: true });
  for (const [variable, file] of Object.entries(files)) {
    env[variable] = join(folder, "..", file);
    writeFileSync(env[variable], "");
  }
  expect(name, run(folder, workspace, name, [], env), new RegExp(line.replace(/[.]/g, "\\.")));
}

interface Run {
  readonly status: number | null;
  readonly text: string;
}

function run(folder: string, cwd: string, name: string, args: string[], env: Record<string, string>): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, name, "index.js"), ...args], {
    cwd,
    env: { HOME: cwd, ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, text: `${stdout}${stderr}` };
}

function expect(name: string, { status, text }: Run, pattern: RegExp): void {
  if (status !== 0 || !pattern.test(text)) problems.push(`dist/${name} alone: exit ${status}\n${text}`);
}
