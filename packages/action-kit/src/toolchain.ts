// `toolchain: auto`: the tool that the lock file belongs to and its version, as the tool of the job's PATH tells it.
// Asked on a save only. Whatever goes wrong is a notice: a save goes on without a toolchain.

import { dirname } from "node:path";
import { type Environment, SIGNING_KEY, VERIFY_KEY } from "@cairn/core";
import { withDeadline } from "./deadline.ts";
import { findLockfiles, TOOLS, type Tool } from "./lockfile.ts";

/** Long for the start of a virtual machine, which Java's and Elixir's answers take; short for a job that waits. */
const LIMIT_MS = 5_000;

interface Question {
  /** The first that answers counts. */
  readonly commands: readonly (readonly [command: string, argument: string])[];
  /** Finds the version in what was written to stdout and stderr. */
  readonly version: RegExp;
}

const QUESTIONS: Readonly<Record<Tool, Question>> = {
  node: { commands: [["node", "--version"]], version: /^v(\d+\.\d+\.\d+[\w.+-]*)/m },
  python: {
    // `python` can be Python 2; on Windows a virtual environment has no python3.
    commands: [
      ["python3", "--version"],
      ["python", "--version"],
    ],
    version: /^Python (\d+\.\d+\.\d+\w*)/m,
  },
  go: { commands: [["go", "version"]], version: /^go version (?:devel )?go(\d[\w.-]*)/m },
  rustc: { commands: [["rustc", "--version"]], version: /^rustc (\d[\w.-]*)/m },
  // Without the patch level that Ruby has up to 3.1: 3.1.4p223.
  ruby: { commands: [["ruby", "--version"]], version: /^ruby (\d+\.\d+\.\d+(?:(?:preview|rc)\d+|dev)?)/m },
  // Without a distribution's revision: 8.3.3-1+ubuntu22.04.1+deb.sury.org+1.
  php: { commands: [["php", "--version"]], version: /^PHP (\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+|-dev)?)/m },
  // Java 8 knows no --version.
  java: { commands: [["java", "-version"]], version: /^\w+ version "(\d[\w.+-]*)"/m },
  elixir: { commands: [["elixir", "--version"]], version: /^Elixir (\d[\w.+-]*)/m },
  swift: { commands: [["swift", "--version"]], version: /\bSwift version (\d[\w.-]*)/ },
};

export interface ToolchainRequest {
  /** As the input of this name; `auto` where there is none. */
  readonly lockfile: string | undefined;
  readonly workspace: string;
  readonly env: Environment;
  readonly cancel: AbortSignal;
  /** For all that is asked. Default: 5 s. */
  readonly limitMs?: number;
}

export interface Toolchain {
  /** `node-24.21.0`. Undefined: a notice says why. */
  readonly toolchain?: string;
  readonly notice?: string;
}

/** @throws the reason of `cancel`, and nothing else. */
export async function detectToolchain(request: ToolchainRequest): Promise<Toolchain> {
  const { lockfile = "auto", workspace, cancel, limitMs: timeoutMs = LIMIT_MS } = request;
  try {
    const lockfiles = await findLockfiles(lockfile, workspace);
    const [tool, ...others] = TOOLS.filter((tool) => lockfiles.some((file) => file.tool === tool));
    if (!tool) return unknown(`finds no lock file that it knows in ${workspace}`);
    const { path } = lockfiles.find((file) => file.tool === tool)!;
    const asking = () => askVersion(tool, { cwd: dirname(path), env: bareEnvironment(request.env) });
    // The toolkit can't end what it has started: a tool that hangs is left to the runner, which ends it with the job.
    const answer = await withDeadline(asking, { cancel, timeoutMs, what: "answer", graceMs: 0 });
    if (answer.version === undefined) return unknown(`gets no version of ${tool}: ${answer.why}`);
    const toolchain = `${tool}-${answer.version}`;
    if (others.length === 0) return { toolchain };
    return {
      toolchain,
      notice: `toolchain: auto records ${toolchain}; there are lock files of ${others.join(", ")}, too`,
    };
  } catch (error) {
    if (cancel.aborted) throw error;
    return unknown(`fails: ${Error.isError(error) ? error.message : String(error)}`);
  }
}

function unknown(why: string): Toolchain {
  return { notice: `toolchain: auto ${why.replace(/\.$/, "")}; none is recorded` };
}

interface Place {
  /** The lock file's folder: version managers go by what lies there. */
  readonly cwd: string;
  readonly env: Record<string, string>;
}

type Answer = { readonly version: string } | { readonly version?: undefined; readonly why: string };

async function askVersion(tool: Tool, place: Place): Promise<Answer> {
  const { commands, version } = QUESTIONS[tool];
  let why = "";
  for (const [command, argument] of commands) {
    const { text, failure } = await run(command, argument, place);
    const match = failure === undefined ? version.exec(text) : null;
    if (match) return { version: match[1]! };
    why ||= failure ?? `${command} ${argument} writes ${JSON.stringify(firstLine(text))}`;
  }
  return { why };
}

async function run(
  command: string,
  argument: string,
  { cwd, env }: Place,
): Promise<{ readonly text: string; readonly failure?: string }> {
  const { getExecOutput } = await import("@actions/exec");
  const options = { cwd, env, silent: true, ignoreReturnCode: true };
  try {
    const { exitCode, stdout, stderr } = await getExecOutput(command, [argument], options);
    const text = `${stdout}\n${stderr}`.trim();
    if (exitCode === 0) return { text };
    return {
      text,
      failure: `${command} ${argument} ends with ${exitCode}, ${JSON.stringify(firstLine(text))}`,
    };
  } catch (error) {
    // It is not on the PATH, or can't be started.
    return { text: "", failure: Error.isError(error) ? error.message : String(error) };
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.trim().slice(0, 200);
}

/** Without what is this step's alone: its inputs, state and keys, the runner's tokens. Asking for a version installs none. */
function bareEnvironment(env: Environment): Record<string, string> {
  const isOurs = (name: string) =>
    /^(ACTIONS|INPUT|STATE)_/.test(name) || name === SIGNING_KEY || name === VERIFY_KEY;
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isOurs(entry[0]),
  );
  return { ...Object.fromEntries(kept), GOPROXY: "off", RUSTUP_AUTO_INSTALL: "0" };
}
