/**
 * Server processes that outlive the command that starts them: each leads a process group of its own and writes
 * to a log file. A process is known by its id and its start time, so that a reused id is never signalled.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "../run.ts";

export interface ServerProcess {
  readonly pid: number;
  /** The kernel's clock ticks at its start. */
  readonly startTicks: string;
}

const pollMs = 50;
const requestTimeoutMs = 2_000;
/** Time to end in order before it is killed. */
const graceMs = 5_000;

export async function spawnServer(
  command: Command,
  env: Readonly<Record<string, string>>,
  log: string,
): Promise<ServerProcess> {
  mkdirSync(dirname(log), { recursive: true });
  // The log of a crash is still there after the restart that follows it.
  if (existsSync(log)) renameSync(log, `${log}.previous`);
  const output = openSync(log, "a");
  const [file, ...args] = command;
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  await once(child, "spawn");
  child.unref();
  return { pid: child.pid!, startTicks: readStat(child.pid!)?.startTicks ?? "" };
}

export function isAlive({ pid, startTicks }: ServerProcess): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== "Z" && stat.startTicks === startTicks;
}

/** Ends the process and its whole group, and returns when it is gone. */
export async function stopServer(server: ServerProcess): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isAlive(server)) return;
    process.kill(-server.pid, signal);
    const deadline = Date.now() + graceMs;
    while (isAlive(server) && Date.now() < deadline) await sleep(pollMs);
  }
}

/** Waits until `url` answers. @returns false when the process ended or `timeoutMs` passed first. */
export async function becomesHealthy(
  server: ServerProcess,
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && isAlive(server)) {
    signal.throwIfAborted();
    if (await answers(url)) return isAlive(server);
    await sleep(pollMs);
  }
  return false;
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("the probe has no TCP port");
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

function readStat(pid: number): { state: string; startTicks: string } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // proc_pid_stat(5): "pid (name) state …", the name may hold anything, the start time is field 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, startTicks: fields[19]! };
}
