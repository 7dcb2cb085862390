// Jobs and their steps as a runner would set them up: folders of their own and a whole environment, nothing inherited.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface S3Place {
  /** Of the server, or of the proxy that counts in front of it. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One job on a runner: its folders. Its steps share them. */
export interface Job {
  /** Everything of the job but its workspace, and of the runner when it is the first one there. */
  readonly folder: string;
  readonly workspace: string;
  readonly temp: string;
  readonly home: string;
  readonly tools: string;
  readonly runId: number;
}

/** One step of a job: an action with its inputs. */
export interface Step {
  readonly key: string;
  readonly path: string;
  readonly s3: S3Place;
  /** What any action gets: the runner's variables and the inputs that all tools share. */
  readonly env: Readonly<Record<string, string>>;
  /** What the action tells the workflow. */
  readonly outputs: string;
}

const REPOSITORY = "acme/widgets";
const BRANCH = "main";
const RUNNER_FILES = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"];

/**
 * @param folder empty and the job's own.
 * @param earlier a job that ran on the same runner before: its home and its tools are still there, its temporary folder
 *   is not.
 */
export async function setUpJob(
  folder: string,
  { workspace, earlier }: { readonly workspace: string; readonly earlier?: Job },
): Promise<Job> {
  const temp = join(folder, "temp");
  const home = earlier?.home ?? join(folder, "home");
  const tools = earlier?.tools ?? join(folder, "tools");
  for (const each of [temp, home, tools]) await mkdir(each, { recursive: true });
  const event = {
    ref: `refs/heads/${BRANCH}`,
    repository: { full_name: REPOSITORY, default_branch: BRANCH },
  };
  await writeFile(join(folder, "event.json"), JSON.stringify(event));
  return { folder, workspace, temp, home, tools, runId: (earlier?.runId ?? 0) + 1 };
}

/** @param name of its folder in the job's. */
export async function setUpStep(
  job: Job,
  name: string,
  { key, path, s3 }: Pick<Step, "key" | "path" | "s3">,
): Promise<Step> {
  const folder = join(job.folder, name);
  await mkdir(folder);
  for (const file of RUNNER_FILES) await writeFile(join(folder, file), "");
  const env = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: job.home,
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: job.workspace,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_REF: `refs/heads/${BRANCH}`,
    GITHUB_REF_NAME: BRANCH,
    GITHUB_REF_TYPE: "branch",
    GITHUB_EVENT_NAME: "push",
    GITHUB_EVENT_PATH: join(job.folder, "event.json"),
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_SHA: "0".repeat(40),
    GITHUB_RUN_ID: String(job.runId),
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "build",
    ...Object.fromEntries(RUNNER_FILES.map((file) => [file, join(folder, file)])),
    RUNNER_OS: "Linux",
    RUNNER_ARCH: process.arch.toUpperCase(),
    RUNNER_ENVIRONMENT: "self-hosted",
    RUNNER_TEMP: job.temp,
    RUNNER_TOOL_CACHE: job.tools,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_REGION: s3.region,
    INPUT_PATH: path,
    INPUT_KEY: key,
  };
  return { key, path, s3, env, outputs: join(folder, "GITHUB_OUTPUT") };
}

/** What a restore told the workflow. */
export async function saysExactHit({ outputs }: Step): Promise<boolean> {
  return /^cache-hit(?:=|<<.+\r?\n)true\r?$/m.test(await readFile(outputs, "utf8"));
}
