#!/usr/bin/env node
// The process: real streams, environment, signals and exit code around run(). The only file that touches `process`,
// with cancellation.ts.

import { readFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { createInterface } from "node:readline/promises";
import type { WriteStream } from "node:tty";
import { keepKeysBack } from "@cairn/core";
import { listenForSignals } from "./cancellation.ts";
import type { CliContext, Sink } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { readGit, readRemoteRefs } from "./git.ts";
import { makeJobTemp } from "./job-temp.ts";
import { findLockfileVersions } from "./lockfile-versions.ts";
import { openCache, openInfra, openMaintenance } from "./open-core.ts";
import { run } from "./program.ts";
import { createRedactor } from "./redact.ts";
import { VERSION } from "./version.ts";

/** What a shell shows for a process that SIGPIPE ended: `cairn ls | head -1`. */
const BROKEN_PIPE = 141;

const env = keepKeysBack(process.env);
const redact = createRedactor(env);
const complain = (text: string) => process.stderr.write(redact(text));

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(BROKEN_PIPE);
  complain(`error: stdout can't be written: ${error.message}\n`);
  process.exit(EXIT.local);
});
// Nobody is left to tell.
process.stderr.on("error", () => {});
process.on("uncaughtException", (error) => {
  complain(`error: unexpected: ${Error.isError(error) ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(EXIT.unexpected);
});

const { signal, interruption } = listenForSignals((name) => {
  complain("error: cancelled before everything was put back; the next restore of these paths does it\n");
  // By the signal itself: exit() would wait for threads, and one that hangs in a dead file system is why we are here.
  process.removeAllListeners(name);
  process.kill(process.pid, name);
});

const context: CliContext = {
  env,
  cwd: process.cwd(),
  home: homedir(),
  jobTemp: () => makeJobTemp({ env, tmp: tmpdir(), uid: process.getuid?.(), nowMs: Date.now() }),
  uid: process.getuid?.(),
  platform: process.platform,
  version: VERSION,
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  barStream: process.stderr.isTTY && process.env["TERM"] !== "dumb" ? process.stderr : undefined,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  signal,
  interruption,
  now: Date.now,
  readGit,
  findLockfileVersions,
  readRemoteRefs,
  readFile: (path) => readFile(path),
  openCache,
  openMaintenance,
  openInfra,
};

const code = await run(process.argv.slice(2), context);
// Not only `exitCode`: a socket or a worker that is still open must not keep a finished command.
process.stdout.write("", () => process.exit(code));

function sink(stream: NodeJS.WriteStream): Sink {
  return {
    isTerminal: stream.isTTY === true,
    columns: (stream as Partial<WriteStream>).columns,
    write: (text) =>
      new Promise((resolve) => {
        // A failed write is told by the stream's error event, which ends the process or is ignored.
        stream.write(text, () => resolve());
      }),
  };
}

async function ask(question: string): Promise<string> {
  // Not as a terminal: in raw mode Ctrl-C would be a key, not a signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    return await Promise.race([lines.question(question, { signal }), closed]);
  } finally {
    lines.close();
  }
}
