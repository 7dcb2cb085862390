// Runs the workflow e2e-local as a runner would, by act on this machine, without Docker.

import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../../../../scripts/lib/run.ts";
import { service } from "../../../../core/test/support/services.ts";
import { temporaryFolder } from "../../../../core/test/support/temporary.ts";
import { npmCache } from "./trees.ts";

export interface ActRun {
  /** The repository whose working tree is checked out. */
  readonly repository: string;
  /** The inputs of the workflow. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Added to what every step sees. */
  readonly env?: Readonly<Record<string, string>>;
  readonly runId: number;
  /** The file of the workflow. Default: all that the repository has. */
  readonly workflow?: string;
  /** Where act's own cache server keeps what it is given; undefined: there is no such server. */
  readonly cacheServer?: string;
}

export interface ActResult {
  readonly exitCode: number;
  /** Lines without colours; steps of jobs that run at once are mixed. */
  readonly log: string;
}

const timeoutMs = 90_000;

export async function runAct(act: ActRun): Promise<ActResult> {
  const { repository, inputs, env = {}, runId, workflow, cacheServer } = act;
  const work = temporaryFolder();
  const log = join(work, "act.log");
  const home = join(work, "home");
  mkdirSync(home);
  const steps = {
    ...env,
    GITHUB_RUN_ID: String(runId),
    HOME: home,
    npm_config_cache: npmCache,
    npm_config_userconfig: process.env["npm_config_userconfig"] ?? join(process.env["HOME"] ?? "", ".npmrc"),
  };
  const exitCode = await run(
    [
      service("act"),
      ...["workflow_dispatch", "--platform", "self-hosted=-self-hosted"],
      ...(workflow === undefined ? [] : ["--workflows", workflow]),
      ...(cacheServer === undefined
        ? ["--no-cache-server"]
        : ["--cache-server-path", cacheServer, "--cache-server-addr", "127.0.0.1"]),
      ...["--action-cache-path", join(work, "runner")],
      ...Object.entries(inputs).flatMap(([name, value]) => ["--input", `${name}=${value}`]),
      ...Object.entries(steps).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ],
    {
      cwd: repository,
      // act reads its own settings from the home folder.
      env: { HOME: home, PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, NO_COLOR: "1" },
      log,
      signal: AbortSignal.timeout(timeoutMs),
    },
  );
  return { exitCode, log: readFileSync(log, "utf8") };
}
