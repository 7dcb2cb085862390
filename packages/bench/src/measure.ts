// Runs one command as a process of its own and tells what it cost. The clock runs in a small Python program around the
// command alone (measure.py); this side adds what the machine did besides.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export interface Measurement {
  readonly exitCode: number;
  readonly wallSeconds: number;
  /** Of the process and every descendant that was waited for. */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Of the largest single process: a tool's tar and zstd are not added to its Node. */
  readonly peakRssBytes: number;
  /** Of the S3 server and what stands before it, which share the machine. */
  readonly serverCpuSeconds: number;
  /** Of everything else, also what the host took away: a figure taken beside much of it is not worth keeping. */
  readonly foreignCpuSeconds: number;
}

export interface MeasureOptions {
  readonly cwd: string;
  /** The whole environment: nothing of ours is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  readonly serverPids: readonly number[];
  readonly signal: AbortSignal;
}

const SCRIPT = fileURLToPath(new URL("../src/measure.py", import.meta.url));
/** No save or restore of a case takes minutes; one that hangs must not hang the whole benchmark. */
const TIMEOUT_MS = 10 * 60_000;
/** The unit of CPU times in /proc, the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** @throws when the command can't be started, hangs, or `signal` aborts; a failed command is a result. */
export async function measure(
  command: readonly string[],
  { cwd, env, log, serverPids, signal }: MeasureOptions,
): Promise<Measurement> {
  signal.throwIfAborted();
  const serverBefore = cpuSecondsOf(serverPids);
  const machineBefore = busySeconds();
  const child = spawn("python3", [SCRIPT], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const exited = once(child, "exit");
  // A failure to start rejects both promises; the one below is the one that is told.
  exited.catch(() => undefined);
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const kill = () => process.kill(-child.pid!, "SIGKILL");
  ended.addEventListener("abort", kill);
  try {
    await once(child, "spawn");
    child.stdin.end(JSON.stringify({ command, cwd, env, log }));
    const answer = await text(child.stdout);
    const [code] = await exited;
    ended.throwIfAborted();
    if (code !== 0) throw new Error(`${command.join(" ")} could not be run`);
    const own = JSON.parse(answer) as Omit<Measurement, "serverCpuSeconds" | "foreignCpuSeconds">;
    const serverCpuSeconds = cpuSecondsOf(serverPids) - serverBefore;
    const others = busySeconds() - machineBefore - own.userSeconds - own.systemSeconds - serverCpuSeconds;
    return { ...own, serverCpuSeconds, foreignCpuSeconds: Math.max(0, others) };
  } finally {
    ended.removeEventListener("abort", kill);
  }
}

function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSecondsOfOne(pid), 0);
}

function cpuSecondsOfOne(pid: number): number {
  const stat = readProc(`/proc/${pid}/stat`);
  // proc_pid_stat(5): the name in parentheses may hold anything; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function busySeconds(): number {
  // proc_stat(5): user nice system idle iowait irq softirq steal …
  const [user, nice, system, , , irq, softirq, steal] = readProc("/proc/stat")
    .split("\n", 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return ticks / TICKS_PER_SECOND;
}

/** Empty where there is no /proc: those figures are then 0. */
function readProc(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
