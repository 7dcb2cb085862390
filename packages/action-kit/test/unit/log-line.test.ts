// What others named can't speak to the runner: not as a function, and not as a step over an index with hostile rows.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { asLogLine } from "../../src/log-line.ts";
import { ENV } from "../support/fake-cache.ts";

/** As the runner finds a command in a line: actions/runner, Runner.Common/ActionCommand.cs. */
const isCommand = (line: string) => /^\s*::[\w-]+[^:]*::/.test(line) || /##\[[\w-]+[^\]]*\]/.test(line);

test.each([
  ["##[set-output name=cache-hit;]true", "##\\u005bset-output name=cache-hit;]true"],
  ["key: ##[add-mask]a", "key: ##\\u005badd-mask]a"],
  ["####[error]x", "####\\u005berror]x"],
  ["::error::x", "\\u003a:error::x"],
  [" \u00a0::error::x", " \u00a0\\u003a:error::x"],
  ["a\n::error::x", "a\\n::error::x"],
  ["a\r::error::x", "a\\u000d::error::x"],
  ["\u001b[2Jb\u202e", "\\u001b[2Jb\\u202e"],
])("%j is text", (text, line) => {
  expect(asLogLine(text)).toBe(line);
  expect(isCommand(asLogLine(text))).toBe(false);
});

test.each(["deps-Linux-0123: a::b", "[warning]ümläut", "# [x] ## y", ""])("%j stays as it is", (text) => {
  expect(asLogLine(text)).toBe(text);
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-line-"));
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "node_modules/a"), "a");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The step as a process of the built package; the lines it wrote. */
function run(
  step: string,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) {
  const built = new URL("../../dist/index.js", import.meta.url).href;
  const entry = join(folder, "entry.mjs");
  writeFileSync(
    entry,
    `import { runAction } from ${JSON.stringify(built)}; await runAction(${JSON.stringify(step)});`,
  );
  const { stdout, status } = spawnSync(process.execPath, [entry], {
    encoding: "utf8",
    cwd: folder,
    env: {
      ...ENV,
      ...env,
      CAIRN_STORE: `file://${join(folder, "store")}`,
      GITHUB_WORKSPACE: folder,
      HOME: folder,
      RUNNER_TEMP: folder,
      INPUT_PATH: "node_modules",
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
    },
  });
  expect(status).toBe(0);
  return stdout.trimEnd().split("\n");
}

const HOSTILE = "##[set-output name=cache-hit;]true\n::set-output name=cache-hit::true";

function insert(column: "key" | "ref", value: string): void {
  const database = new DatabaseSync(join(folder, "store/index.sqlite"));
  database.exec("CREATE TEMP TABLE row AS SELECT * FROM refs");
  database.prepare(`UPDATE row SET ${column} = ?`).run(column === "key" ? Buffer.from(value) : value);
  database.exec("DELETE FROM refs; INSERT INTO refs SELECT * FROM row");
  database.close();
}

/** The toolkit's own, in order: `set-output cache-hit`. */
const commandsIn = (lines: readonly string[]) =>
  lines
    .filter((line) => isCommand(line) && !line.startsWith("::debug::"))
    .map((line) => line.replace(/^::([\w-]+)(?: name=([\w-]+))?::.*$/, "$1 $2").trim());
const STATE = ["save-state CACHE_KEY", "set-output cache-primary-key"];

test("a hostile branch name in the explanation of a miss", () => {
  run("save-cache", { key: "deps-1" });
  insert("ref", `refs/pull/7/${HOSTILE}`);
  const lines = run("restore-cache", { key: "deps-1" });
  expect(lines.join("\n")).toContain("exists, but this job can't read that scope");
  expect(commandsIn(lines)).toEqual([...STATE, "save-state CACHE_VERSION"]);
});

test("a hostile key that was restored, and one that was refused", () => {
  run("save-cache", { key: "deps-1" });
  insert("key", `deps-${HOSTILE}`);
  const inputs = { key: "deps-2", "restore-keys": "deps-" };
  const hit = run("restore-cache", inputs);
  expect(hit.join("\n")).toContain("Cache restored from key: deps-##\\u005bset-output");
  expect(commandsIn(hit)).toEqual([
    ...STATE,
    ...["cache-matched-key", "cache-hit", "content-hash", "restored-bytes", "downloaded-bytes"].map(
      (name) => `set-output ${name}`,
    ),
    ...["save-state CACHE_RESULT", "save-state CACHE_VERSION"],
  ]);
  expect(hit).toContain("::set-output name=cache-hit::false");
  const refused = run("restore-cache", inputs, {
    CAIRN_VERIFY_KEY: `hmac-sha256:${"0badc0de".repeat(8)}`,
  });
  expect(commandsIn(refused)).toEqual(["add-mask", ...STATE, "error", "save-state CACHE_VERSION"]);
});
