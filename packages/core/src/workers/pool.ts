// A pool of worker threads that run the tasks of tasks.ts. Tasks go to the thread with the fewest waiting; the caller
// bounds how many are under way. A thread that dies fails every task that waits for the pool.

import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { WorkerLostError } from "../model/errors.ts";
import { runTask, type TaskName, type TaskSettings, type Tasks } from "./tasks.ts";
import { workerUrl } from "./worker-url.ts";
import { boundYoungGeneration } from "./young-generation.ts";

export type PoolSettings = TaskSettings;
export interface ToWorker {
  readonly id: number;
  readonly name: TaskName;
  readonly task: never;
}
export interface FromWorker {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export interface WorkerPool {
  /** Threads, at least 1; the bound for work under way is a small multiple of it. */
  readonly size: number;
  /** The thread that has the least to do: for tasks that must run where an earlier one ran. */
  pick(): number;
  run<N extends TaskName>(
    name: N,
    task: Parameters<Tasks[N]>[0],
    options?: { readonly thread?: number; readonly transfer?: readonly ArrayBuffer[] },
  ): Promise<ReturnType<Tasks[N]>>;
  /** Ends the threads at once; what is still under way rejects. */
  close(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, { resolve(result: unknown): void; reject(error: Error): void }>;
}

/** More threads than this are kept busy by no store or disk. */
const MAX_THREADS = 16;

export interface PoolOptions {
  /** The worker's entry, where it is not the file beside this one (a bundle). */
  readonly url?: URL | undefined;
  /** Start the threads at the first task and not before: when there may be none. */
  readonly isLazy?: boolean;
}

export function createWorkerPool(
  settings: PoolSettings,
  { url, isLazy = false }: PoolOptions = {},
): WorkerPool {
  const size = Math.min(MAX_THREADS, Math.max(2, availableParallelism()));
  const threads: Thread[] = [];
  let nextId = 0;
  let closed: Error | undefined;

  const failAll = (error: Error): void => {
    closed ??= error;
    for (const { waiting } of threads) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    }
  };
  const start = (): void => {
    for (let i = threads.length; i < size; i++) threads.push(startThread(settings, url, failAll));
    boundYoungGeneration();
  };
  // At once, beside what the caller still has to find out: a thread takes 50 ms to start.
  if (!isLazy) start();
  const load = (index: number): number => threads[index]!.waiting.size;
  const pick = (): number => {
    start();
    let best = 0;
    for (let i = 1; i < size; i++) if (load(i) < load(best)) best = i;
    return best;
  };

  return {
    size,
    pick,
    run: ((name: TaskName, task: never, options: { thread?: number; transfer?: ArrayBuffer[] } = {}) => {
      if (closed) return Promise.reject(closed);
      const thread = threads[options.thread ?? pick()]!;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        thread.waiting.set(id, { resolve, reject });
        thread.worker.postMessage({ id, name, task } satisfies ToWorker, options.transfer ?? []);
      });
    }) as WorkerPool["run"],
    async close() {
      failAll(new Error("the worker pool is closed"));
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
      if (threads.length > 0) await untilQuiet();
    },
  };
}

/**
 * Until V8's own threads have nothing more to do. A process that exits while they still compile something can wait for
 * ever: what compiles may wait for a collection, which this thread no longer makes (nodejs/node#54918; seen once in some
 * thirty exits of a busy machine).
 */
async function untilQuiet(): Promise<void> {
  const endMs = performance.now() + QUIET_MAX_MS;
  const usedUs = (): number => process.cpuUsage().user + process.cpuUsage().system;
  for (let before = usedUs(); performance.now() < endMs; ) {
    await sleep(QUIET_TICK_MS);
    const now = usedUs();
    if (now - before < QUIET_SHARE * QUIET_TICK_MS * 1000) return;
    before = now;
  }
}

const QUIET_TICK_MS = 3;
/** Of a core; waking up for the tick itself takes less. */
const QUIET_SHARE = 0.15;
const QUIET_MAX_MS = 100;

/** @param isSmall whether the work is done before a thread would have started. */
export function openPool(
  settings: PoolSettings,
  { isSmall, ...options }: PoolOptions & { readonly isSmall: boolean },
): WorkerPool {
  return isSmall ? createInlinePool(settings) : createWorkerPool(settings, options);
}

/** The same tasks on the calling thread. */
export function createInlinePool(settings: PoolSettings): WorkerPool {
  const tasks = runTask(settings);
  return {
    size: 1,
    pick: () => 0,
    run: (async (name: TaskName, task: never) => tasks(name, task)) as WorkerPool["run"],
    close: async () => {},
  };
}

/** What Node says when a thread has no memory, file handles or whatever else it needs. All else is a fault of ours. */
const LOST: Readonly<Record<string, string>> = {
  ERR_WORKER_OUT_OF_MEMORY: "it was out of memory: give the job more, or run less beside it",
  ERR_WORKER_INIT_FAILED:
    "it could not start: raise the limits of open files, processes and memory (ulimit -a)",
};

function asLost(error: Error): Error {
  const hint = LOST[(error as NodeJS.ErrnoException).code ?? ""];
  return hint
    ? new WorkerLostError(`a worker thread is lost: ${error.message}`, { hint, cause: error })
    : error;
}

function startThread(settings: PoolSettings, url: URL | undefined, failAll: (error: Error) => void): Thread {
  const worker = new Worker(url ?? workerUrl, { workerData: settings });
  const waiting: Thread["waiting"] = new Map();
  worker.on("message", ({ id, result, error }: FromWorker) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(result);
    else waiter?.reject(new Error(error));
  });
  worker.on("error", (error) => failAll(asLost(error)));
  worker.on("exit", (code) => failAll(new WorkerLostError(`a worker thread ended with code ${code}`)));
  return { worker, waiting };
}
