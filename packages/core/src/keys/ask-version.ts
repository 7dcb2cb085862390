// Asks a tool of the PATH for its version, in a process of its own. Whatever is in the way of an answer is a value; a
// tool that hangs is ended together with what it has started.

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { SIGNING_KEY, VERIFY_KEY } from "../lib/keyring.ts";
import { factsOf, type Tool } from "./tools.ts";

/** Long for the start of a virtual machine, which Java's and Elixir's answers take; short for a job that waits. */
export const ASK_LIMIT_MS = 5_000;

/** More than any tool says about itself. */
const OUTPUT_MAX_CHARACTERS = 65_536;

export interface Question {
  /** Version managers go by what lies there. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

export type Answer =
  | { readonly version: string; readonly command: string }
  | { readonly version?: undefined; readonly why: string };

/** @throws the reason of the signal, and nothing else. */
export async function askVersion(tool: Tool, question: Question): Promise<Answer> {
  const { commands, version } = factsOf(tool);
  let why = "";
  for (const [name, argument] of commands) {
    const command = `${name} ${argument}`;
    const { text, failure } = await run(name, argument, question);
    const match = failure === undefined ? version.exec(text) : null;
    if (match) return { version: match[1]!, command };
    why ||= failure ?? `${command} writes ${JSON.stringify(firstLine(text))}`;
  }
  return { why };
}

interface Said {
  readonly text: string;
  readonly failure?: string;
}

function run(name: string, argument: string, { folder, env, signal, limitMs }: Question): Promise<Said> {
  const isWindows = process.platform === "win32";
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const child = spawn(name, [argument], {
      cwd: folder,
      env: bareEnvironment(env),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      // A group of its own, to be ended as one. On Windows some tools are scripts, which only a shell starts.
      detached: !isWindows,
      shell: isWindows,
    });
    const written = [child.stdout, child.stderr].map(collect);
    const timer = setTimeout(() => {
      tell({ text: "", failure: `${name} ${argument} took longer than ${limitMs} ms` });
    }, limitMs);
    const onAbort = () => {
      end();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    child.once("error", ({ message }) => {
      tell({ text: "", failure: `${name} can't be started (${message}): is it on the PATH?` });
    });
    child.once("close", (code, killedBy) => {
      const said = written
        .map((each) => each())
        .join("\n")
        .trim();
      const how = `${name} ${argument} ends with ${code ?? killedBy}, ${JSON.stringify(firstLine(said))}`;
      tell(code === 0 ? { text: said } : { text: said, failure: how });
    });

    function tell(said: Said): void {
      end();
      resolve(said);
    }

    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      stop(child);
    }
  });
}

function collect(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => {
    if (text.length < OUTPUT_MAX_CHARACTERS) text += part;
  });
  return () => text;
}

/** Also what it has started, and what holds its output open. */
function stop(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill();
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
  child.unref();
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.trim().slice(0, 200);
}

/** Without what is a step's alone: its inputs, state and keys, the runner's tokens. Asking for a version installs none. */
function bareEnvironment(env: Question["env"]): Record<string, string | undefined> {
  const isOurs = (name: string) =>
    /^(ACTIONS|INPUT|STATE)_/.test(name) || name === SIGNING_KEY || name === VERIFY_KEY;
  const kept = Object.entries(env).filter(([name]) => !isOurs(name));
  return { ...Object.fromEntries(kept), GOPROXY: "off", RUSTUP_AUTO_INSTALL: "0" };
}
