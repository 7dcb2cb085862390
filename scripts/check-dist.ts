/**
 * Builds dist/ a second time elsewhere and compares the bytes; then copies it out of the repository and runs each entry
 * alone, with nothing in the environment but what the entry needs.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createJob, type StepResult } from "../packages/action-kit/test/support/run-action.ts";
import { buildDist, listFiles, root } from "./lib/dist.ts";

const dist = join(root, "dist");
// A blank and a bracket in the name: what a path may hold must not matter.
const place = mkdtempSync(join(tmpdir(), "check dist [1] "));
const problems: string[] = [];

try {
  compare(dist, join(place, "again"));
  const alone = join(place, "alone/dist");
  cpSync(dist, alone, { recursive: true });
  await runAlone(alone);
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

/** One job: a miss that is saved in the post step, a restore of it, a save of its own, and the command line. */
async function runAlone(folder: string): Promise<void> {
  const job = createJob({ folder: join(place, "job"), dist: folder });
  const inputs = { path: "tree", key: "k", store: pathToFileURL(join(place, "store")).href };
  const file = join(job.workspace, "tree/file");
  mkdirSync(join(job.workspace, "tree"));
  writeFileSync(file, "content");

  const miss = await job.run("cache", inputs);
  expect("cache", miss, "Cache not found for input keys: k");
  expect("cache-post", await miss.post(), "Cache saved with key: k");
  rmSync(file);
  expect("restore-cache", await job.run("restore-cache", inputs), "Cache restored from key: k");
  if (!existsSync(file) || readFileSync(file, "utf8") !== "content") {
    problems.push("dist/restore-cache alone: the file is not what was saved");
  }
  expect("save-cache", await job.run("save-cache", { ...inputs, key: "l" }), "Cache saved with key: l");
  expect("cache-key", await job.run("cache-key", { lockfile: "tree/file" }), "key: deps:acme/api:");

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, "cli/index.js"), "--version"],
    {
      env: {},
      encoding: "utf8",
    },
  );
  expect("cli", { exitCode: status, stdout, stderr }, ".");
}

function expect(
  name: string,
  { exitCode, stdout, stderr }: Pick<StepResult, "exitCode" | "stdout" | "stderr">,
  line: string,
) {
  if (exitCode === 0 && stdout.includes(line)) return;
  problems.push(`dist/${name} alone: exit ${exitCode}, not a word of "${line}"\n${stdout}${stderr}`);
}
