// Job: one simulated CI job, as a runner would set it up: folders of its own and a whole environment, nothing inherited.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SAVED_PATH } from "./data-sets.ts";

export interface S3Place {
  /** Of the server, or of the proxy that counts in front of it. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Job {
  /** Everything of the job but its workspace. */
  readonly folder: string;
  readonly workspace: string;
  readonly key: string;
  readonly s3: S3Place;
  /** What any action gets: the runner's variables and the inputs that all tools share. */
  readonly env: Readonly<Record<string, string>>;
}

const REPOSITORY = "acme/widgets";
const BRANCH = "main";
const RUNNER_FILES = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"];

/** @param folder empty and the job's own. */
export async function setUpJob(
  folder: string,
  { workspace, key, s3 }: Pick<Job, "workspace" | "key" | "s3">,
): Promise<Job> {
  const inside = (name: string): string => join(folder, name);
  for (const name of ["temp", "home", "tools"]) await mkdir(inside(name));
  for (const name of RUNNER_FILES) await writeFile(inside(name), "");
  const event = {
    ref: `refs/heads/${BRANCH}`,
    repository: { full_name: REPOSITORY, default_branch: BRANCH },
  };
  await writeFile(inside("event.json"), JSON.stringify(event));
  const env = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: inside("home"),
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_REF: `refs/heads/${BRANCH}`,
    GITHUB_REF_NAME: BRANCH,
    GITHUB_REF_TYPE: "branch",
    GITHUB_EVENT_NAME: "push",
    GITHUB_EVENT_PATH: inside("event.json"),
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_SHA: "0".repeat(40),
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "build",
    ...Object.fromEntries(RUNNER_FILES.map((name) => [name, inside(name)])),
    RUNNER_OS: "Linux",
    RUNNER_ARCH: process.arch.toUpperCase(),
    RUNNER_ENVIRONMENT: "self-hosted",
    RUNNER_TEMP: inside("temp"),
    RUNNER_TOOL_CACHE: inside("tools"),
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_REGION: s3.region,
    INPUT_PATH: SAVED_PATH,
    INPUT_KEY: key,
  };
  return { folder, workspace, key, s3, env };
}

/** What a restore told the workflow. */
export async function saysExactHit(job: Job): Promise<boolean> {
  const outputs = await readFile(join(job.folder, "GITHUB_OUTPUT"), "utf8");
  return /^cache-hit(?:=|<<.+\r?\n)true\r?$/m.test(outputs);
}
