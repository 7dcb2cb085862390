// Runs an action as the runner does: its own process, an environment made from nothing, inputs as INPUT_*, files for
// outputs, state and summary, and the state of the main step handed to the post step. For tests of processes and e2e.
import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readActionYml } from "./action-yml.ts";

export type ActionName = "cache" | "restore-cache" | "save-cache" | "cache-key" | "setup-cairn";

export interface JobOptions {
  /** Default: new folders below the system's one for temporary files. */
  readonly folder?: string;
  readonly ref?: string;
  readonly event?: string;
  readonly payload?: unknown;
  /** Added to every step; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the bundle is. Default: the repository's `dist/`. */
  readonly dist?: string;
  /** A command that runs Node as another user or in another place: it is put in front. */
  readonly within?: readonly string[];
}

export interface StepOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What `job.status` is in a post step. Default: success. */
  readonly jobStatus?: "success" | "failure" | "cancelled";
  /** Sends a signal when stdout first matches, after so many milliseconds, or when something else has happened. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly after: RegExp | number | Promise<unknown> };
}

export interface StepResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines without workflow commands. */
  readonly log: readonly string[];
  /** `::error::`, `::warning::`, `::notice::`, in order. */
  readonly annotations: readonly { readonly level: string; readonly message: string }[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly durationMs: number;
  /** From the signal to the end of the process; undefined: none was sent. */
  readonly sinceSignalMs: number | undefined;
}

export interface MainResult extends StepResult {
  /** Runs the post step with this step's state. The runner evaluates `with:` anew, so inputs may differ. */
  post(inputs?: Readonly<Record<string, string>>, options?: StepOptions): Promise<StepResult>;
}

export interface Job {
  readonly workspace: string;
  readonly home: string;
  readonly temp: string;
  run(
    action: ActionName,
    inputs: Readonly<Record<string, string>>,
    options?: StepOptions,
  ): Promise<MainResult>;
}

export const REPOSITORY_DIST: string = fileURLToPath(new URL("../../../../dist", import.meta.url));

/** A job on a runner: folders of its own, and the environment that all its steps share. */
export function createJob(options: JobOptions = {}): Job {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "job-"));
  const place = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const [workspace, home, temp] = [place("workspace"), place("home"), place("temp")];
  const payload = join(folder, "event.json");
  writeFileSync(payload, JSON.stringify(options.payload ?? { repository: { default_branch: "main" } }));
  const shared: Record<string, string | undefined> = {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: options.event ?? "push",
    GITHUB_EVENT_PATH: payload,
    GITHUB_JOB: "build",
    GITHUB_REF: options.ref ?? "refs/heads/main",
    GITHUB_REPOSITORY: "acme/api",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_ID: "1000",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_WORKSPACE: workspace,
    HOME: home,
    PATH: process.env["PATH"],
    RUNNER_NAME: "runner-1",
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: place("tools"),
    ...options.env,
  };
  let steps = 0;

  async function runEntry(
    entry: string,
    inputs: Readonly<Record<string, string>>,
    state: Readonly<Record<string, string>>,
    step: StepOptions,
  ): Promise<StepResult> {
    const files = place(`files/${++steps}`);
    const file = (name: string) => {
      writeFileSync(join(files, name), "");
      // The step may run as another user.
      chmodSync(join(files, name), 0o666);
      return join(files, name);
    };
    const [output, stateFile, summary] = [file("output"), file("state"), file("summary")];
    const env = {
      ...shared,
      GITHUB_OUTPUT: output,
      GITHUB_STATE: stateFile,
      GITHUB_STEP_SUMMARY: summary,
      ...prefixed("INPUT_", inputs, (name) => name.replaceAll(" ", "_").toUpperCase()),
      ...prefixed("STATE_", state, (name) => name),
      ...step.env,
    };
    const begun = performance.now();
    const command = [
      ...(options.within ?? []),
      process.execPath,
      join(options.dist ?? REPOSITORY_DIST, entry, "index.js"),
    ];
    const ended = await runProcess(command, workspace, env, step);
    return {
      ...ended,
      durationMs: performance.now() - begun,
      log: ended.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("::")),
      annotations: readAnnotations(ended.stdout),
      outputs: readFileCommands(readFileSync(output, "utf8")),
      state: readFileCommands(readFileSync(stateFile, "utf8")),
      summary: readFileSync(summary, "utf8"),
    };
  }

  return {
    workspace,
    home,
    temp,
    async run(action, inputs, step = {}) {
      const main = await runEntry(action, withDefaults(action, inputs, step), {}, step);
      return {
        ...main,
        post: (postInputs = inputs, postStep = {}) =>
          runEntry("cache-post", withDefaults(action, postInputs, postStep), main.state, postStep),
      };
    },
  };
}

/** A copy of the bundle outside the repository, for tests that show that it runs alone. */
export function copyDist(folder: string): string {
  cpSync(REPOSITORY_DIST, folder, { recursive: true });
  return folder;
}

/** The defaults of action.yml, as the runner fills them in. */
function withDefaults(
  action: ActionName,
  inputs: Readonly<Record<string, string>>,
  { jobStatus = "success" }: StepOptions,
): Record<string, string> {
  const declared = readActionYml(action).inputs;
  for (const name of Object.keys(inputs)) {
    if (!declared.has(name)) throw new Error(`Unexpected input(s) '${name}' of ${action}`);
  }
  const defaults = [...declared].map(([name, input]) => {
    return [name, input.default.replace(/^\$\{\{ job\.status \}\}$/, jobStatus)] as const;
  });
  return { ...Object.fromEntries(defaults), ...inputs };
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, string>>,
  rename: (name: string) => string,
) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + rename(name), value]));
}

/** `name<<delimiter`, lines, `delimiter`, as GITHUB_OUTPUT and GITHUB_STATE hold them; the last of a name counts. */
function readFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [, name, , value] of text.matchAll(/^([^\n=]+?)<<(\S+)\n([\s\S]*?)\n?^\2$/gm))
    values[name!] = value!;
  return values;
}

function readAnnotations(stdout: string) {
  return [...stdout.matchAll(/^::(error|warning|notice)[^:]*::(.*)$/gm)].map(([, level, message]) => ({
    level: level!,
    message: message!.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%"),
  }));
}

/** The real Node, not the shim of a package manager, which keeps signals to itself. */
function runProcess(
  [file, ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  { signal }: StepOptions,
): Promise<Pick<StepResult, "exitCode" | "signal" | "stdout" | "stderr" | "sinceSignalMs">> {
  return new Promise((resolve, reject) => {
    const child = spawn(file!, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let sentAt: number | undefined;
    const send = () => {
      if (sentAt !== undefined) return;
      sentAt = performance.now();
      child.kill(signal?.name);
    };
    if (signal?.after instanceof Promise) void signal.after.then(send);
    const timer = typeof signal?.after === "number" ? setTimeout(send, signal.after) : undefined;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (signal?.after instanceof RegExp && signal.after.test(stdout)) send();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (exitCode, endedBy) => {
      clearTimeout(timer);
      const sinceSignalMs = sentAt === undefined ? undefined : performance.now() - sentAt;
      resolve({ exitCode, signal: endedBy, stdout, stderr, sinceSignalMs });
    });
  });
}
