// Start-up: a step loads nothing that it does not use: no library of GitHub's cache, no HTTP client for tokens.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";
import { createJob } from "../support/run-action.ts";

/** Text of the bundle's parts that came from these packages. */
const SEEN_IN = {
  "@actions/cache": "Cache service version: ",
  oidc: "ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable",
};

test("a restore loads neither GitHub's cache nor what asks for tokens; fallback: github loads the first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "action-"));
  const list = join(folder, "loaded");
  const hooks = join(folder, "hooks.mjs");
  writeFileSync(
    hooks,
    `import { appendFileSync } from "node:fs";
     import { registerHooks } from "node:module";
     registerHooks({ load(url, context, next) {
       if (url.startsWith("file:")) appendFileSync(${JSON.stringify(list)}, url + "\\n");
       return next(url, context);
     } });`,
  );
  const job = createJob({ folder, env: { NODE_OPTIONS: `--import=${pathToFileURL(hooks)}` } });
  const loadedBy = async (inputs: Record<string, string>, env: Record<string, string> = {}) => {
    writeFileSync(list, "");
    await job.run("restore-cache", { path: "made", key: "k", ...inputs }, { env });
    const code = readFileSync(list, "utf8")
      .split("\n")
      .filter((url) => url.includes("/dist/shared/"))
      .map((url) => readFileSync(new URL(url), "utf8"))
      .join("\n");
    expect(code.length).toBeGreaterThan(0);
    return Object.entries(SEEN_IN).flatMap(([name, text]) => (code.includes(text) ? [name] : []));
  };
  expect(await loadedBy({ store: `file://${folder}/store` })).toEqual([]);
  const github = { ACTIONS_RESULTS_URL: "http://127.0.0.1:1/", ACTIONS_RUNTIME_TOKEN: "t" };
  expect(await loadedBy({ fallback: "github", timeout: "2s" }, github)).toContain("@actions/cache");
  rmSync(folder, { recursive: true, force: true });
});
